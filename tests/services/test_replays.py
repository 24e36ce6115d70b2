"""Replays, scripts beside them, what would have been better, costs, two attempts aligned, remarks."""

from datetime import datetime

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services.desk_bank import play_solution, publish_case, publish_more
from trainer.errors import ConflictError, InputError
from trainer.models import AuditLog, DeskComment, DeskSession, Revision
from trainer.roleplay.scoring import cost
from trainer.services import desks, replay_comments, replays
from trainer.services.replay_advice import Hint, advise, suited
from trainer.services.replay_compare import align, mark_rows
from trainer.services.replay_costs import cost_lines
from trainer.services.replays import Replay
from trainer.services.shipped_lines import lines_beside


@pytest.fixture
def case(session: Session, now: datetime) -> Revision:
    return publish_case(session, now)


@pytest.fixture
def lost(session: Session, cast: Cast, case: Revision, now: datetime) -> Replay:
    """小陈's session that follows the losing script."""
    return loaded(session, play_solution(session, cast.chen, case, 2, now))


def loaded(session: Session, desk: DeskSession) -> Replay:
    found = replays.load_replay(session, desk.id)
    assert found is not None
    return found


def kinds(hints: list[Hint]) -> set[str]:
    return {hint.kind for hint in hints}


def test_a_replay_is_what_was_stored_and_goes_from_state_to_state(session: Session, lost: Replay) -> None:
    assert lost.row is not None
    desk = desks.load_desk(session, lost.row.id)
    assert desk is not None
    assert [turn.events for turn in lost.turns] == [turn.events for turn in desk.turns]
    assert lost.end() == desk.state
    assert [turn.before for turn in lost.turns[1:]] == [turn.after for turn in lost.turns[:-1]]


def test_a_turn_knows_its_marks(lost: Replay) -> None:
    assert "推卸责任" in [mark["what"] for mark in lost.marks(lost.turns[1])]


def test_moves_that_were_left_are_counted_and_not_shown(session: Session, cast: Cast, case: Revision, now: datetime) -> None:
    desk = desks.open_desk(session, cast.chen, case, now)
    for number in range(2):
        desks.make_move(session, desk.id, {"move": "wait", "minutes": 5}, f"k{number}", desk.head_n, now)
    desks.go_back(session, desk.id, 1)
    found = loaded(session, desk)
    assert [turn.n for turn in found.turns] == [1]
    assert found.left == 1


def test_the_scripts_of_the_case_stand_beside_it_the_passing_ones_first(session: Session, lost: Replay) -> None:
    lines = lines_beside(session, lost)
    assert [line.report is not None and line.report["passed"] for line in lines] == [True, True, False]


def test_a_bad_reply_is_told_what_to_say_and_what_the_script_does(session: Session, lost: Replay) -> None:
    line = suited(lost.end(), lines_beside(session, lost))
    assert {"slip", "first", "reply"} <= kinds(advise(lost.turns[1], lost.talks[0].scene, line))
    slip = advise(lost.turns[1], lost.talks[0].scene, line)[0]
    assert slip.say
    assert "可以改成" not in slip.text
    assert "left" in kinds(advise(lost.turns[-1], lost.talks[0].scene, line))


def test_following_the_script_needs_no_advice(session: Session, cast: Cast, case: Revision, now: datetime) -> None:
    found = loaded(session, play_solution(session, cast.chen, case, 0, now))
    line = suited(found.end(), lines_beside(session, found))
    assert line is not None
    assert "补寄" in line.title, "beside the script with the same remedy"
    assert {kind for turn in found.turns for kind in kinds(advise(turn, found.talks[0].scene, line))} <= {"same", "slip", "claim"}


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_lines_of_a_cost_add_up_to_it(session: Session, cast: Cast, case: Revision, now: datetime, number: int) -> None:
    found = loaded(session, play_solution(session, cast.chen, case, number, now))
    scene = found.talks[0].scene
    assert sum(line.fen for line in cost_lines(scene, found.end())) == cost(scene, found.end())


def test_attempts_are_aligned_and_no_turn_is_lost(session: Session, cast: Cast, case: Revision, now: datetime, lost: Replay) -> None:
    other = loaded(session, play_solution(session, cast.chen, case, 0, now))
    rows = align(lost.turns, other.turns)
    assert [row.left for row in rows if row.left] == list(lost.turns)
    assert [row.right for row in rows if row.right] == list(other.turns)
    assert all(row.same for row in align(other.turns, other.turns))
    assert sum(row.more for row in mark_rows(other, other)) == 0
    assert next(row for row in mark_rows(lost, other) if row.what == "处理结果").more < 0


@pytest.fixture
def two(session: Session, cast: Cast, case: Revision, now: datetime) -> Replay:
    """小陈's desk of two buyers, moves in turn, ended."""
    desk = desks.open_several(session, cast.chen, [case, publish_more(session, now, "tmall_invoice_request")], now, real=False)
    for place, (talk, move) in enumerate(((0, {"move": "wait", "minutes": 5}), (1, {"move": "wait", "minutes": 200}), (0, {"move": "finish"}),
                                          (1, {"move": "finish"}))):
        desks.make_move(session, desk.id, {**move, "conversation": str(talk)}, f"k{place}", desk.head_n, now)
    return loaded(session, desk)


def test_conversations_of_one_desk_are_told_apart(session: Session, two: Replay) -> None:
    assert two.report is not None
    assert {turn.talk for turn in two.turns} == {0, 1}
    assert [turn.place for turn in two.turns] == list(range(1, len(two.turns) + 1))
    assert any(turn.is_pass and turn.talk == 0 for turn in two.turns), "the parcel's events came due while the other buyer was served"
    alone = replays.in_talk(two, 1)
    assert alone.report == two.report["conversations"][1]
    assert [turn.number for turn in alone.turns] == [turn.place for turn in alone.turns]
    assert sum(len(two.marks(turn)) for turn in two.turns if turn.talk == 1) == sum(len(alone.marks(turn)) for turn in alone.turns)
    assert all(turn.after.at >= turn.before.at for turn in two.turns)


def test_one_of_several_conversations_is_held_beside_its_script(session: Session, two: Replay) -> None:
    line = suited(two.end(1), lines_beside(session, two, 1))
    assert line is not None
    assert line.talks[0].scene.case.id == "tmall_invoice_request"
    assert all(not hint.step or hint.step <= len(line.turns) for turn in two.turns if turn.talk == 1
               for hint in advise(turn, two.talks[1].scene, line))
    assert all(not row.left.is_pass for row in align(replays.in_talk(two, 0).turns, line.turns) if row.left)


def test_a_remark_is_written_answered_once_and_audited(session: Session, cast: Cast, now: datetime, lost: Replay) -> None:
    assert lost.row is not None
    comment = replay_comments.add_comment(session, cast.wang, lost.row, 2, " 先查再答 ", now)
    assert [one.text for _, found in replay_comments.new_comments(session, cast.chen.id, now) for one in found] == ["先查再答"]
    replay_comments.answer_comment(session, cast.chen, comment, "明白", now)
    with pytest.raises(ConflictError, match="只能回复一次"):
        replay_comments.answer_comment(session, cast.chen, comment, "再说", now)
    assert replay_comments.new_comments(session, cast.chen.id, now) == []
    assert {row.action for row in session.query(AuditLog)} == {"desk.comment", "desk.comment_answer"}


def test_a_remark_taken_back_stays_on_record_and_takes_no_answer(session: Session, cast: Cast, now: datetime, lost: Replay) -> None:
    assert lost.row is not None
    comment = replay_comments.add_comment(session, cast.wang, lost.row, 2, "写错了", now)
    with pytest.raises(InputError, match="自己写的"):
        replay_comments.retract_comment(session, cast.mentor, comment, now)
    replay_comments.retract_comment(session, cast.wang, comment, now)
    with pytest.raises(ConflictError, match="已经撤回"):
        replay_comments.answer_comment(session, cast.chen, comment, "明白", now)
    assert [one.retracted_at for one in replay_comments.comments_on(session, lost.row.id)] == [now]


@pytest.mark.parametrize(("n", "text", "said"), [(2, "", "请写"), (2, "长" * 1001, "最多"), (99, "好", "没有这一步")])
def test_a_remark_that_cannot_stand_is_refused(session: Session, cast: Cast, now: datetime, lost: Replay, n: int, text: str, said: str) -> None:
    assert lost.row is not None
    with pytest.raises(InputError, match=said):
        replay_comments.add_comment(session, cast.wang, lost.row, n, text, now)


def test_what_came_of_a_remark_cannot_be_changed(session: Session, cast: Cast, now: datetime, lost: Replay) -> None:
    assert lost.row is not None
    comment = replay_comments.add_comment(session, cast.wang, lost.row, 0, "开场就可以先看物流", now)
    replay_comments.mark_read(session, cast.chen, comment, now)
    replay_comments.mark_read(session, cast.chen, comment, now)
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(DeskComment.__table__.update().values(text="改掉"))
