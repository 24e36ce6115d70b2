"""The frame around every page: the places of the person's roles, search, the day rules are read for."""

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


def _reachable(endpoint: str) -> bool:
    signed_in = bool(current_user.is_authenticated)
    return endpoint in current_app.view_functions and may_reach(
        endpoint, current_user.roles if signed_in else frozenset(), signed_in)


def _rail() -> list[dict[str, Any]]:
    rail, seen, last = [], set(), None
    for role, label, endpoint, icon in PLACES:
        if role not in current_user.roles or endpoint in seen or not _reachable(endpoint):
            continue
        seen.add(endpoint)
        url = url_for(endpoint)
        blueprint = endpoint.split(".")[0]
        inside = request.path == url or (request.path.startswith(url.rstrip("/") + "/") and url != "/")
        rail.append({"label": label, "url": url, "icon": icon, "gap": last is not None and last != role,
                     "current": request.endpoint == endpoint or inside, "blueprint": blueprint})
        last = role
    current = [place for place in rail if place["current"]]
    for place in current:
        place["current"] = place is max(current, key=lambda one: len(str(one["url"])))
    return rail


def build_frame() -> dict[str, Any]:
    """What base.html needs; without a person there is no rail."""
    settings = current_app.config["SETTINGS"]
    frame: dict[str, Any] = {"demo": settings.demo, "home_url": url_for("home.index"),
                             "as_of": now().astimezone(BEIJING).date().isoformat()}
    if current_user.is_authenticated:
        frame |= {
            "rail": [] if current_user.must_change else _rail(),
            "person": {"name": current_user.name, "staff_no": current_user.staff_no, "roles": role_words(current_user.roles)},
            "person_links": [{"label": label, "url": url_for(endpoint), "icon": icon}
                             for label, endpoint, icon in LINKS if _reachable(endpoint)],
            "search_url": url_for("search.index") if _reachable("search.index") else None,
            "search_text": request.args.get("q", "") if request.endpoint == "search.index" else "",
            "sign_out_url": url_for("auth.sign_out") if _reachable("auth.sign_out") else None,
        }
    return frame


def prepare_frame(app: Flask) -> None:
    """Give every page its frame."""
    app.context_processor(lambda: {"frame": build_frame()})
