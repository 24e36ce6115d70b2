"""Word salad: keywords strung together with no sentence in them earn nothing."""

from __future__ import annotations

from trainer.replies.clauses import Clause, Discourse, Span

_FUNCTION = frozenset(
    "我你他她它们的了呢哦啊吧吗呀么给帮请会可能要在是有这那就都也还把被让到再先下对跟和很真太最已正将想需没不为用来去过得着好亲说看"
)
_BARE = 6
_RUN = 4
_LONG = 14


def salad_spans(discourse: Discourse) -> list[Span]:
    """The places of keyword lists: runs of bare words, or long clauses without any of the words that make a sentence."""
    if _enumeration(discourse.text):
        return [(0, len(discourse.text))]
    spans: list[Span] = []
    run: list[Clause] = []
    broken = False
    for clause in [*discourse.clauses, None]:
        if clause is not None and _bare(discourse.text[clause.start : clause.end]):
            run.append(clause)
            continue
        if clause is not None and len(run) >= 2 and not broken and clause.end - clause.start <= _BARE:
            broken = True
            continue
        if len(run) >= _RUN:
            spans.append((run[0].start, run[-1].end))
        run, broken = [], False
        if clause is not None and _chain(discourse.text[clause.start : clause.end]):
            spans.append((clause.start, clause.end))
    covered = sum(end - start for start, end in spans)
    return [(0, len(discourse.text))] if covered * 5 > len(discourse.text) * 3 else spans


def _enumeration(text: str) -> bool:
    """Whether the whole text is short words parted by 、."""
    parts = text.split("、")
    return len(parts) >= _RUN + 1 and max(map(len, parts)) <= _BARE + 2


def _bare(body: str) -> bool:
    return len(body) <= _BARE and not any(char in _FUNCTION for char in body)


def _chain(body: str) -> bool:
    words = [char for char in body if "\u3400" <= char <= "\u9fff"]
    return len(words) >= _LONG and sum(char in _FUNCTION for char in words) * 14 < len(words)
