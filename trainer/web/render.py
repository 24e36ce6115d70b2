"""What templates may call: filters for time, marks and money, and names of roles and states."""

from decimal import Decimal
from functools import cache
from typing import Any

from flask import Flask, current_app, has_request_context, request, url_for
from flask_login import current_user
from markupsafe import Markup

from trainer.content.markdown import render, render_inline
from trainer.models import ATTEMPT_STATES, LEARNER_STATES, ROLES
from trainer.services.results import pass_words
from trainer.web.clock import BEIJING, beijing, now, time_left
from trainer.web.marked_text import cut
from trainer.web.rights import may_reach
from trainer.web.rule_badges import rule_badge, small_badge, with_badges
from trainer.web.topics import rule_topic_name

PLATFORMS = {
    "taobao": "淘宝", "tmall": "天猫", "jd": "京东", "pdd": "拼多多", "douyin": "抖音", "kuaishou": "快手",
    "general": "通用", "shop": "店铺", "o2o_platform": "O2O 平台", "phone_desk": "电话客服",
}


def points(thousandths: int | None) -> str:
    """Marks without needless zeros: 82.5."""
    if thousandths is None:
        return "—"
    return f"{Decimal(thousandths) / 1000:.2f}".rstrip("0").rstrip(".")


def percent(part: float | None, whole: float = 1) -> str:
    """A share in whole per cent, or a dash where there is nothing to share."""
    return "—" if part is None or not whole else f"{round(100 * part / whole)}%"


def money(fen: int | None) -> str:
    """¥1,234.50 from whole fen."""
    return "—" if fen is None else f"¥{Decimal(fen) / 100:,.2f}"


def role_words(roles: frozenset[str]) -> str:
    """The roles of a person in Chinese, in the order of the table of roles."""
    return "、".join(word for role, word in ROLES.items() if role in roles) or "尚无角色"


def platform_name(code: str) -> str:
    """The platform as people call it."""
    return PLATFORMS.get(code, code)


def id_and_name(row: Any) -> tuple[int, str]:
    """A choice of a select made from a row."""
    return row.id, row.name


def markdown(text: str | None) -> Markup:
    """Markdown of trainers as safe HTML."""
    return with_badges(render(text or ""))


def markdown_inline(text: str | None) -> Markup:
    """One line of Markdown as safe HTML."""
    return with_badges(render_inline(text or ""))


def can(endpoint: str) -> bool:
    """Whether the person at the page may reach the endpoint: pages show no link that is refused."""
    signed_in = bool(current_user.is_authenticated)
    return may_reach(endpoint, current_user.roles if signed_in else frozenset(), signed_in)


@cache
def _static(root: str, filename: str) -> str:
    """The address of a file below where the application is mounted; pages name hundreds of them."""
    return url_for("static", filename=filename)


def page_url_for(endpoint: str, **values: Any) -> str:
    """Flask's url_for for templates, quick for static files."""
    if endpoint == "static" and values.keys() == {"filename"} and has_request_context():
        return _static(request.root_path, values["filename"])
    return url_for(endpoint, **values)


def prepare_templates(app: Flask) -> None:
    """Register the filters and globals above."""
    app.jinja_env.filters.update(
        beijing=beijing, points=points, percent=percent, money=money, time_left=time_left, cut=cut, role_words=role_words,
        markdown=markdown, markdown_inline=markdown_inline, platform_name=platform_name, id_and_name=id_and_name,
        rule_topic=lambda code: (code, rule_topic_name(code)), type_choice=lambda kind: (kind.name, kind.title))
    app.jinja_env.globals.update(
        url_for=page_url_for,
        rule_badge=rule_badge, small_badge=small_badge,
        can=can, now=now, pass_words=pass_words, ROLES=ROLES, ATTEMPT_STATES=ATTEMPT_STATES, LEARNER_STATES=LEARNER_STATES, PLATFORMS=PLATFORMS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def shared() -> dict[str, object]:
        settings = current_app.config["SETTINGS"]
        return {"demo": settings.demo, "organisation": settings.organisation,
                "today": now().astimezone(BEIJING).date().isoformat()}
