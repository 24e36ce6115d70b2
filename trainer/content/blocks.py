"""The `:::` blocks of a lesson: chats, examples, pitfalls and decisions that the engine answers while rendering."""

import html
import re
from dataclasses import dataclass

OPENING = re.compile(r":::\s*(?P<kind>[^\s:]+)(?:\s+(?P<title>.+?))?\s*\Z")
KINDS = {
    "情景": "situation",
    "对话": "chat",
    "示例": "example",
    "判定": "decision",
    "误区": "pitfall",
    "红线": "redline",
    "要点": "takeaway",
    "话术": "phrase",
    "提示": "hint",
    "冲突": "conflict",
}
CHATS = ("情景", "对话")
_SPEAKER = re.compile(r"(?P<who>买家|用户|客户|客服|主管|旁白)[:\uff1a]\s*(?P<text>.*)\Z")
_SIDES = {"客服": "chat-agent", "主管": "chat-agent", "旁白": "chat-note"}


@dataclass(frozen=True)
class Piece:
    """A stretch of a lesson: plain Markdown (kind empty) or one block; `line` is where it opens, from 1."""

    kind: str
    title: str
    text: str
    line: int


@dataclass(frozen=True)
class Turn:
    """One line of a chat."""

    who: str
    text: str


def split_blocks(text: str) -> tuple[list[Piece], list[tuple[int, str, str]]]:
    """The pieces of a lesson and what is wrong with its blocks as (line, message, remedy)."""
    pieces: list[Piece] = []
    faults: list[tuple[int, str, str]] = []
    kind, title, start, lines = "", "", 1, list[str]()

    def close(next_line: int) -> None:
        nonlocal kind, title, start, lines
        if kind or any(line.strip() for line in lines):
            pieces.append(Piece(kind, title, "\n".join(lines), start))
        kind, title, start, lines = "", "", next_line, []

    for number, line in enumerate(text.split("\n"), 1):
        if not line.startswith(":::"):
            lines.append(line)
            continue
        opening = OPENING.match(line)
        if opening is None:
            if not kind:
                faults.append((number, "多了一个 :::", "请删去，或在前面补上开头 :::种类。"))
            close(number + 1)
            continue
        if kind:
            faults.append((start, f"「{kind}」没有用 ::: 结束", f"请在第 {number} 行前补一行 :::。"))
        close(number)
        kind, title = opening["kind"], opening["title"] or ""
        if kind not in KINDS:
            faults.append((number, f"没有「{kind}」这种块", f"可用：{'、'.join(KINDS)}。"))
    if kind:
        faults.append((start, f"「{kind}」没有用 ::: 结束", "请在块的末尾补一行 :::。"))
    close(0)
    return pieces, faults


def read_chat(text: str) -> list[Turn]:
    """The turns of a chat; a line without a speaker continues the one above, or is narration at the start."""
    turns: list[Turn] = []
    for line in text.split("\n"):
        match = _SPEAKER.match(line.strip())
        if match:
            turns.append(Turn(match["who"], match["text"]))
        elif line.strip():
            last = turns.pop() if turns else Turn("旁白", "")
            turns.append(Turn(last.who, f"{last.text}\n{line.strip()}".strip()))
    return turns


def chat_page(turns: list[Turn], inline: "dict[str, str]") -> str:
    """A chat as HTML; `inline` maps each turn's text to its HTML."""
    rows = "".join(
        f'<li class="chat-turn {_SIDES.get(turn.who, "chat-buyer")}"><span class="chat-who">{html.escape(turn.who)}'
        f"</span>{inline[turn.text]}</li>"
        for turn in turns
    )
    return f'<ol class="chat">{rows}</ol>'


def frame(kind: str, title: str, body: str) -> str:
    """A block as HTML around its body."""
    code = KINDS[kind]
    head = f'<h4 class="block-title"><span class="block-kind">{kind}</span> {html.escape(title)}</h4>'
    return (
        f'<section class="block block-{code}" aria-label="{kind}">{head}<div class="block-body">{body}</div></section>'
    )
