"""The frame around every page: the places of the person's roles, search, the day rules are read for."""

from functools import cached_property
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_login import current_user

from trainer.web.clock import BEIJING, now
from trainer.web.render import role_words
from trainer.web.rights import may_reach

PLACES: tuple[tuple[str, str, str, str], ...] = (
    ("trainee", "今日", "learn.today", "home"),
    ("trainee", "课程", "learn.courses", "book"),
    ("trainee", "练习", "practice.index", "pencil"),
    ("trainee", "模拟接待", "desk.index", "chat"),
    ("trainee", "考试", "exams.index", "exam"),
    ("trainee", "错题本", "practice.mistakes", "mistakes"),
    ("supervisor", "今日", "team.morning", "home"),
    ("supervisor", "团队", "team.people", "team"),
    ("supervisor", "考试", "assignments.index", "exam"),
    ("supervisor", "阅卷", "grading.queue", "review"),
    ("supervisor", "报表", "team.report", "report"),
    ("trainer", "课程", "lessons.index", "book"),
    ("trainer", "题库", "authoring.questions", "bank"),
    ("trainer", "案例", "cases.index", "case"),
    ("trainer", "试卷", "papers.index", "paper"),
    ("trainer", "规则", "rules.index", "rule"),
    ("trainer", "测试台", "bench.index", "target"),
    ("admin", "账号", "admin.accounts", "account"),
    ("admin", "系统", "admin.system", "system"),
    ("admin", "测试台", "bench.index", "target"),
)
LINKS = (("我的账号", "auth.account", "account"), ("规则库", "rules.index", "rule"), ("上岗证验证", "certificates.verify", "certificate"))


class Frame:
    """What base.html needs, worked out when it asks: an exam shows hardly any of it. Without a person there is no rail."""

    def __init__(self) -> None:
        self.demo = current_app.config["SETTINGS"].demo
        self._signed_in = bool(current_user.is_authenticated)
        self._roles: frozenset[str] = current_user.roles if self._signed_in else frozenset()

    @cached_property
    def home_url(self) -> str:
        """Where the mark leads."""
        return url_for("home.index")

    @cached_property
    def as_of(self) -> str:
        """The day rules are read for."""
        return now().astimezone(BEIJING).date().isoformat()

    @cached_property
    def rail(self) -> list[dict[str, Any]]:
        """The places of the person's roles, the present one marked."""
        return self._rail() if self._signed_in and not current_user.must_change else []

    @cached_property
    def person(self) -> dict[str, str] | None:
        """Who is signed in."""
        words = role_words(self._roles)
        return {"name": current_user.name, "staff_no": current_user.staff_no, "roles": words} if self._signed_in else None

    @cached_property
    def person_links(self) -> list[dict[str, str]]:
        """The links of the person's menu."""
        return [{"label": label, "url": url_for(endpoint), "icon": icon} for label, endpoint, icon in LINKS if self._reaches(endpoint)]

    @cached_property
    def search_url(self) -> str | None:
        """Where words are searched."""
        return url_for("search.index") if self._signed_in and self._reaches("search.index") else None

    @cached_property
    def search_text(self) -> str:
        """The words searched now."""
        return request.args.get("q", "") if request.endpoint == "search.index" else ""

    @cached_property
    def sign_out_url(self) -> str | None:
        """Where the person signs out."""
        return url_for("auth.sign_out") if self._signed_in and self._reaches("auth.sign_out") else None

    def _reaches(self, endpoint: str) -> bool:
        return endpoint in current_app.view_functions and may_reach(endpoint, self._roles, self._signed_in)

    def _rail(self) -> list[dict[str, Any]]:
        rail, seen, last, path = [], set(), None, request.path
        for role, label, endpoint, icon in PLACES:
            if role not in self._roles or endpoint in seen or not self._reaches(endpoint):
                continue
            seen.add(endpoint)
            url = url_for(endpoint)
            inside = path == url or (path.startswith(url.rstrip("/") + "/") and url != "/")
            rail.append({"label": label, "url": url, "icon": icon, "gap": last is not None and last != role,
                         "current": request.endpoint == endpoint or inside, "blueprint": endpoint.split(".")[0]})
            last = role
        current = [place for place in rail if place["current"]]
        for place in current:
            place["current"] = place is max(current, key=lambda one: len(str(one["url"])))
        return rail


def prepare_frame(app: Flask) -> None:
    """Give every page its frame."""
    app.context_processor(lambda: {"frame": Frame()})
