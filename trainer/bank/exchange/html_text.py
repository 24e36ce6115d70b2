"""HTML of other systems to the Markdown that the bank keeps, with the pictures it held."""

import base64
import binascii
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from urllib.parse import unquote

_BLOCKS = {"p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"}
_SILENT = {"script", "style", "head", "title"}
_DATA = re.compile(r"data:image/[a-z+]+;base64,(.+)", re.S)
_MARKDOWN_PICTURE = re.compile(r"!\[([^\]]*)\]\((@@PLUGINFILE@@/[^)\s]+|data:image/[^)\s]+)\)")
LARGEST = 4_000_000


class _Writer(HTMLParser):
    def __init__(self, pictures: dict[str, bytes], files: Mapping[str, bytes]) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.silent = 0
        self.lists: list[int | None] = []
        self.pictures, self.files = pictures, files

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag in ("b", "strong"):
            self.out.append("**")
        elif tag in ("i", "em"):
            self.out.append("*")
        elif tag == "br":
            self.out.append("\n")
        elif tag == "img":
            self._picture(dict(attrs))
        elif tag == "li":
            number = self.lists[-1] if self.lists else None
            self.out.append("\n- " if number is None else f"\n{number}. ")
            if number is not None:
                self.lists[-1] = number + 1
        elif tag in ("td", "th"):
            self.out.append(" ")
        elif tag in _BLOCKS:
            if tag in ("ul", "ol"):
                self.lists.append(1 if tag == "ol" else None)
            self.out.append("\n\n" if tag in ("p", "ul", "ol", "table") else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in ("b", "strong"):
            self.out.append("**")
        elif tag in ("i", "em"):
            self.out.append("*")
        elif tag in _BLOCKS:
            if tag in ("ul", "ol") and self.lists:
                self.lists.pop()
            self.out.append("\n\n" if tag in ("p", "ul", "ol", "table") else "\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.out.append(re.sub(r"[ \t\r\n\u00a0]+", " ", data))

    def _picture(self, attributes: Mapping[str, str | None]) -> None:
        name = take_picture(attributes.get("src") or "", self.pictures, self.files)
        words = re.sub(r"[\[\]\n]", "", attributes.get("alt") or "图片")
        self.out.append(f"![{words}](picture:{name})" if name else f"［图片：{words}］")


def take_picture(address: str, pictures: dict[str, bytes], files: Mapping[str, bytes]) -> str | None:
    """The name under which the bytes behind an address stand in `pictures` now; None where the file does not carry them."""
    data = _DATA.match(address.strip())
    if data:
        found = decode_picture(data[1])
        if found is None:
            return None
        name = f"inline-{len(pictures) + 1}"
        pictures[name] = found
        return name
    name = unquote(address.rsplit("/", 1)[-1])
    if "@@PLUGINFILE@@" in address and name in files:
        pictures[name] = files[name]
        return name
    return None


def decode_picture(text: str) -> bytes | None:
    """Base64 to bytes, None where it is none or too large."""
    try:
        found = base64.b64decode(re.sub(r"\s+", "", text), validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if 0 < len(found) <= LARGEST else None


def from_html(text: str, pictures: dict[str, bytes], files: Mapping[str, bytes]) -> str:
    """Markdown of an HTML text; whatever markup has no counterpart leaves its words."""
    writer = _Writer(pictures, files)
    writer.feed(text)
    writer.close()
    joined = re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(writer.out))
    joined = re.sub(r"\*\*\s*\*\*", "", joined)
    return re.sub(r"\n{3,}", "\n\n", joined).strip()


def from_markdown(text: str, pictures: dict[str, bytes], files: Mapping[str, bytes]) -> str:
    """Markdown as it is, its embedded pictures taken out."""

    def replace(match: re.Match[str]) -> str:
        name = take_picture(match[2], pictures, files)
        return f"![{match[1]}](picture:{name})" if name else f"［图片：{match[1] or '图片'}］"

    return _MARKDOWN_PICTURE.sub(replace, text).strip()


def looks_like_html(text: str) -> bool:
    """Whether a text of unnamed format holds markup."""
    return re.search(r"</?(?:p|br|b|i|em|strong|span|div|img|ul|ol|li|table|sub|sup|code|pre|a)\b[^<>]*>|&(?:nbsp|lt|gt|amp|quot|#\d+);", text) is not None
