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
    text = discourse.text
    for clause in discourse.clauses:
        body = text[clause.start : clause.end]
        if _bare(body):
            run.append(clause)
            continue
        if len(run) >= 2 and not broken and len(body) <= _BARE:
            broken = True
            continue
        if len(run) >= _RUN:
            spans.append((run[0].start, run[-1].end))
        run, broken = [], False
        if _chain(body):
            spans.append((clause.start, clause.end))
    if len(run) >= _RUN:
        spans.append((run[0].start, run[-1].end))
    covered = sum(end - start for start, end in spans)
    return [(0, len(text))] if covered * 5 > len(text) * 3 else spans


def _enumeration(text: str) -> bool:
    """Whether the whole text is short words parted by 、."""
    parts = text.split("、") if text.count("、") >= _RUN else ()
    return len(parts) >= _RUN + 1 and max(map(len, parts)) <= _BARE + 2


def _bare(body: str) -> bool:
    return len(body) <= _BARE and _FUNCTION.isdisjoint(body)


def _chain(body: str) -> bool:
    if len(body) < _LONG:
        return False
    words = [char for char in body if "\u3400" <= char <= "\u9fff"]
    return len(words) >= _LONG and sum(char in _FUNCTION for char in words) * 14 < len(words)
