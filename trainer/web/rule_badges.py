"""The currency badge beside every figure, citation and mark: whether somebody has checked the rule behind it.

Running text gets a compact form (a clock with the year, the words for screen readers and as a tip) on rules that are
unchecked or withdrawn. A checked rule has none there: it is what a reader may expect, and a sign on every figure would hide
the ones that matter.
"""

import html
import re
from collections.abc import Mapping

from flask import g, url_for
from markupsafe import Markup

from trainer.errors import ContentError
from trainer.extensions import db
from trainer.rules import Badge, Rulebook
from trainer.services.releases import current_rulebook
from trainer.services.rule_texts import badge_of, year_of

_RULE_LINK = re.compile(r'(<a\b[^>]*\bdata-rule="([a-z0-9_.]+)"[^>]*>)(.*?)(</a>)', re.DOTALL)
_ICONS: Mapping[str, str] = {"unchecked": "clock", "withdrawn": "cross"}


def _rulebook() -> Rulebook | None:
    """The current rulebook, looked up once a request; None before anything was published."""
    if "badge_rulebook" not in g:
        try:
            g.badge_rulebook = current_rulebook(db.session())
        except ContentError:
            g.badge_rulebook = None
    found: Rulebook | None = g.badge_rulebook
    return found


def rule_badge(rule_id: str | None) -> Badge | None:
    """The badge of a rule as it stands today; None for no rule or one that is no more."""
    book = _rulebook()
    rule = book.rules.get(rule_id or "") if book else None
    return badge_of(book, rule) if book and rule else None


def small_badge(rule_id: str | None) -> Markup:
    """The compact badge of an unchecked or withdrawn rule; nothing for one that is checked or unknown."""
    badge = rule_badge(rule_id)
    icon = _ICONS.get(badge.status) if badge else None
    book = _rulebook()
    if badge is None or icon is None or book is None or rule_id is None:
        return Markup()
    year = year_of(book.rules[rule_id])
    seen = year if badge.status == "unchecked" and year else "待核" if badge.status == "unchecked" else "废止"
    sprite = f"{url_for('static', filename='icons.svg')}#{icon}"
    return Markup(
        f'<span class="mini-badge mini-badge-{badge.status}" title="{html.escape(badge.text)}">'
        f'<svg class="icon" aria-hidden="true"><use href="{html.escape(sprite)}"></use></svg>'
        f'<span aria-hidden="true">{seen}</span><span class="visually-hidden">（{html.escape(badge.text)}）</span></span>')


def with_badges(page: str) -> Markup:
    """Safe HTML with the compact badge inside every link to a rule that needs one."""
    if "data-rule=" not in page:
        return Markup(page)
    return Markup(_RULE_LINK.sub(lambda match: match[1] + match[3] + str(small_badge(match[2])) + match[4], page))
