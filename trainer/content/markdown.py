"""Markdown to safe HTML: the one place where text of trainers becomes HTML."""

import html
import re
from functools import lru_cache
from threading import Lock
from xml.etree import ElementTree

import markdown
import nh3
from markdown.inlinepatterns import InlineProcessor

from trainer.content.figures import CITATION

RULE_URL = "/rules/{}"
LESSON_URL = "/lessons/{}"
LESSON_LINK = re.compile(r"\]\(lesson:([a-z0-9._-]+)\)")
_BAR = "\ue000"  # stands for the bar of a citation, at which a table would split its cell
_lock = Lock()  # a converter keeps state while it works
_TAGS = {
    "p",
    "br",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "code",
    "pre",
    "blockquote",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "a",
    "hr",
    "section",
    "div",
    "span",
    "dl",
    "dt",
    "dd",
    "del",
    "img",
}
PICTURE = re.compile(r"(!\[[^\]\n]*\])\(asset:([0-9a-f]{64})\)")
_FOREIGN = re.compile(r'<img(?![^<>]*\ssrc=)(?: alt="([^"]*)")?[^<>]*>')
_PICTURE_URL = re.compile(r"/assets/[0-9a-f]{64}\Z")
_ATTRIBUTES = {"img": {"src", "alt"}, "a": {"href", "data-rule", "data-figure"}, "ol": {"start"}, "section": {"aria-label"}, "th": {"scope"}}
_CLASSES = {
    "a": {"cite", "cite-figure"},
    "section": {"block"}
    | {
        f"block-{kind}"
        for kind in (
            "situation",
            "chat",
            "example",
            "decision",
            "pitfall",
            "redline",
            "takeaway",
            "phrase",
            "hint",
            "conflict",
        )
    },
    "div": {"block-body", "table-wrap"},
    "h4": {"block-title"},
    "span": {"block-kind", "chat-who"},
    "ol": {"chat"},
    "li": {"chat-turn", "chat-buyer", "chat-agent", "chat-note"},
    "dl": {"facts", "answer"},
    "p": {"decision-because"},
}


class _Citation(InlineProcessor):
    """`[[rule.id|words]]` becomes a chip that opens the rule."""

    # The base class declares another signature for its older patterns.
    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[ElementTree.Element, int, int]:
        chip = ElementTree.Element("a")
        chip.set("class", "cite cite-figure" if m["figure"] else "cite")
        chip.set("href", RULE_URL.format(m["rule"]))
        chip.set("data-rule", m["rule"])
        if m["figure"]:
            chip.set("data-figure", m["figure"])
        chip.text = markdown.util.AtomicString(m["text"] or m["rule"])
        return chip, m.start(0), m.end(0)


@lru_cache(maxsize=1)
def _converter() -> markdown.Markdown:
    converter = markdown.Markdown(extensions=["tables", "sane_lists", "nl2br"], output_format="html")
    # Raw HTML is not markup here: it is shown as typed.
    converter.preprocessors.deregister("html_block")
    converter.inlinePatterns.deregister("html")
    citation = CITATION.pattern.replace(r"\|", f"[|{_BAR}]")
    converter.inlinePatterns.register(_Citation(citation, converter), "citation", 175)
    return converter


def _own_pictures(tag: str, attribute: str, value: str) -> str | None:
    """Pictures come from our own store alone."""
    return None if (tag, attribute) == ("img", "src") and not _PICTURE_URL.match(value) else value


def clean(page: str) -> str:
    """HTML reduced to the tags, attributes and classes that this module makes; of a picture from elsewhere its words stay."""
    return _FOREIGN.sub(r"\1", _cleaned(page))


def _cleaned(page: str) -> str:
    return nh3.clean(
        page,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes={"https"},
        attribute_filter=_own_pictures,
        link_rel="noopener noreferrer",
    )


def convert(text: str) -> str:
    """Markdown to HTML that still has to be cleaned; no raw HTML gets through."""
    text = PICTURE.sub(r"\1(/assets/\2)", text)
    text = LESSON_LINK.sub(lambda match: f"]({LESSON_URL.format(match[1])})", text)
    text = CITATION.sub(lambda match: match[0].replace("|", _BAR), text)
    with _lock:
        converter = _converter()
        converter.reset()
        page = converter.convert(text)
    return page.replace("<table>", '<div class="table-wrap"><table>').replace("</table>", "</table></div>")


@lru_cache(maxsize=4096)
def render(text: str) -> str:
    """Markdown to safe HTML."""
    return clean(convert(text))


@lru_cache(maxsize=4096)
def render_inline(text: str) -> str:
    """Markdown of one line to safe HTML without a paragraph around it."""
    page = clean(convert(text)).strip()
    if page.startswith("<p>") and page.endswith("</p>") and page.count("<p>") == 1:
        return page[3:-4]
    return page


def plain(text: str) -> str:
    """Markdown to bare words, for titles, search and exports."""
    words = CITATION.sub(lambda match: match["text"] or match["rule"], text)
    page = re.sub(r"</?(?:strong|em|code|a|del|span)\b[^>]*>", "", convert(words))
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))).strip()
