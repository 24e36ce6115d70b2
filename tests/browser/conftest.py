"""A real browser against a real server on a demo database of its own, made once a session.

Every page watches its console: an error, an exception of a script or a blocked resource fails the test. `axe(page)` checks
accessibility with Chinese messages. Without chromium all of this is skipped by name.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
VENDOR = Path(__file__).parent / "vendor"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
STARTS_WITHIN = 150
expect.set_options(timeout=20_000)  # a busy machine is no failure


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is marked `browser` and stays on one worker, so that one server is enough."""
    for item in items:
        if Path(str(item.path)).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the server did not answer within {STARTS_WITHIN} s:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where the browser is; skips by name where there is none."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        pytest.skip("chromium is missing: apt-get install chromium fonts-noto-cjk, or name it in CHROMIUM")
    return found


@pytest.fixture(scope="session")
def server(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server as `make run` starts it, with a demo database that belongs to this session."""
    folder = tmp_path_factory.mktemp("demo")
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SHANGGANG_") and name != "DATABASE_URL"}
    environment |= {"SHANGGANG_INSTANCE": str(folder), "SHANGGANG_PORT": str(port), "SHANGGANG_WORKERS": "1", "SHANGGANG_THREADS": "4"}
    log = folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "app.py", "--demo"], cwd=ROOT, env=environment, stdout=out, stderr=out)
        try:
            _wait_until_it_answers(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(15)


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield opened
        opened.close()


class Complaints(list[str]):
    """What the console of a page said. `expect(code)` lets the browser report answers that the test provokes."""

    def __init__(self) -> None:
        super().__init__()
        self.expected: set[str] = set()

    def expect(self, *codes: int) -> None:
        self.expected |= {f"status of {code}" for code in codes}

    def expect_lost_network(self) -> None:
        self.expected.add("ERR_INTERNET_DISCONNECTED")

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(text in message.text for text in self.expected):
            self.append(f"{message.type}: {message.text}")


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def new_page(browser: Browser, server: str, complaints: Complaints) -> Iterator[Callable[..., Page]]:
    """Opens pages of separate people: new_page(width=390, dark=True). Each has its own cookies."""
    contexts: list[BrowserContext] = []

    def opened(width: int = 1280, height: int = 900, dark: bool = False, **more: Any) -> Page:
        context = browser.new_context(base_url=server, locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": width, "height": height},
                                      color_scheme="dark" if dark else "light", reduced_motion="reduce", **more)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", complaints.hear)
        page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    return new_page(width=390, height=844)


@pytest.fixture(scope="session")
def demo_password() -> str:
    """The password that all demo accounts share."""
    return "shanggang-demo"


@pytest.fixture(scope="session")
def sign_in(demo_password: str) -> Callable[[Page, str], None]:
    """Sign in and land on the first page of the role: sign_in(page, "CS1001"). The first time through the page, then with its cookie."""
    cookies: dict[str, Any] = {}

    def through_the_page(page: Page, staff_no: str) -> None:
        if staff_no in cookies:
            page.context.add_cookies(cookies[staff_no])
            page.goto("/")
            if "/sign-in" not in page.url:
                return
        page.goto("/sign-in")
        page.get_by_label("工号").fill(staff_no)
        page.get_by_label("密码").fill(demo_password)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url(lambda address: "/sign-in" not in address)
        cookies[staff_no] = page.context.cookies()

    return through_the_page


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Violations of WCAG 2.2 AA on the page, one line a node; also says where the page is wider than the window."""
    source = (VENDOR / "axe.min.js").read_text("utf-8")
    locale = (VENDOR / "axe.zh_CN.json").read_text("utf-8")

    def check(page: Page) -> list[str]:
        # Under a sticky line a control is half hidden; what counts is the page as it is read from the top.
        page.evaluate("window.scrollTo(0, 0)")
        page.evaluate(source)
        page.evaluate("text => axe.configure({locale: JSON.parse(text)})", locale)
        result = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        found = [f"{page.url} {violation['id']}: {violation['help']}: {node['target']}"
                 for violation in result["violations"] for node in violation["nodes"]]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{page.url} is wider than the window")
        return found

    return check
