"""Cases before an order: what is heard of goods, prices and statements, and how the buyer takes it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.roleplay.conftest import TimerJudge
from trainer.roleplay import Case, Heard, Move, Scene, State, judge, load_case, make_scene, open_case, parse_move, step
from trainer.roleplay.sale_ear import hear_sale

CASE = "taobao_size_advice"


@pytest.fixture
def scene(scene_of: Callable[..., Scene]) -> Scene:
    return scene_of(CASE)


def told(scene: Scene, text: str, state: State | None = None) -> set[str]:
    return {one["token"] for one in hear_sale(scene.case, state or open_case(scene)[0], text)["told"]}


def slips(scene: Scene, text: str) -> list[tuple[str, str]]:
    return [(one["code"], one["text"]) for one in hear_sale(scene.case, open_case(scene)[0], text)["violations"]]


@pytest.mark.parametrize("text", [
    "到手价404元", "现在459元，用完券404元", "459-30=429，429-25=404",
    "现在拍下一共404.00元哦", "满300减30，再减25的店铺券，实付404", "459-30-25=404", "券后价是¥404，包邮", "算下来四百零四块",
])
def test_the_right_price_is_heard_in_any_spelling(scene: Scene, text: str) -> None:
    assert "price:total" in told(scene, text)
    assert slips(scene, text) == []


@pytest.mark.parametrize("text, amount", [
    ("到手价434元", "434元"), ("算上优惠一共是399", "399"), ("实付403.90元", "403.90元"), ("到手459元哦", "459元"),
    ("页面价459，到手也是459元", "459元"), ("两件一共800元", "800元"), ("券后价四百二十块", "四百二十块"),
])
def test_a_wrong_price_is_marked_where_it_stands(scene: Scene, text: str, amount: str) -> None:
    assert slips(scene, text) == [("wrong_price", amount)]
    assert "price:total" not in told(scene, text)


@pytest.mark.parametrize("text", [
    "页面价459元，满300减30", "店铺券满400减25元", "400元做不到哦亲", "到手大概400元左右", "您身高160，体重104斤",
    "还剩21件，48小时内发货", "您是说到手420元吗？", "两件一共808元", "别家卖380元的是混纺的",
])
def test_sums_that_are_no_price_are_left_alone(scene: Scene, text: str) -> None:
    assert slips(scene, text) == []


def test_a_named_mistake_is_explained(scene: Scene) -> None:
    found = hear_sale(scene.case, open_case(scene)[0], "到手434元")["violations"]
    assert "漏减了跨店满减" in found[0]["why"]
    assert "404.00" in found[0]["why"]


@pytest.mark.parametrize("text, wanted", [
    ("建议您选M码", {"goods:coat_m"}), ("L码就偏大了，推荐M码", {"goods:coat_m"}), ("不用买L码，选M码就好", {"goods:coat_m"}),
    ("您这身高M码就够啦", {"goods:coat_m"}),
    ("不建议S码", set()), ("请问您身高多少？", {"ask:body"}),
    ("身高要看尺码表。", set()), ("摩擦多的地方会起少量毛球", {"say:pilling"}), ("摩擦也不会起毛球", set()),
    ("您先拍下别付款，我给您改价", {"say:order_first"}), ("已经是活动价了，没法再便宜", {"say:no_lower"}),
    ("您是说不能再便宜了吗？", set()), ("这款不能机洗", set()),
])
def test_goods_questions_and_statements_need_their_own_sentence(scene: Scene, text: str, wanted: set[str]) -> None:
    assert told(scene, text) == wanted


@pytest.mark.parametrize("text, code", [
    ("我们家不会起球的", "false_statement"), ("再不买就没货了", "pressure"), ("赶紧拍吧", "pressure"),
])
def test_false_statements_and_pressure_count_against_the_agent(scene: Scene, text: str, code: str) -> None:
    assert [found for found, _ in slips(scene, text)] == [code]


def say(scene: Scene, state: State, *tokens: str, acts: tuple[str, ...] = ()) -> State:
    return step(scene, state, Move("reply", {"text": "…"}), Heard(frozenset(acts), told=frozenset(tokens)))[0]


def test_the_buyer_orders_after_goods_price_answers_and_one_more_attempt(scene: Scene) -> None:
    state = say(scene, open_case(scene)[0], "ask:body", "ask:inner", acts=("greet", "ask_problem"))
    assert {"body", "inner"} <= state.known
    state = say(scene, state, "goods:coat_m", "price:total", acts=("recommend",))
    assert state.flow == "asking"
    state = say(scene, state, "say:pilling")
    assert state.flow == "considering"
    state = say(scene, state, "ask:worry")
    assert "worry" in state.known
    state = say(scene, state, "say:insurance", acts=("close_politely",))
    assert state.flow == "paid"
    assert judge(scene, state).passed
    assert sum(state.balances().values()) == 0
    assert state.balances()["shop"] == 40400


def test_cards_show_goods_and_a_price_changes_only_on_an_order(scene: Scene) -> None:
    state, _ = open_case(scene)
    same, events = step(scene, state, parse_move({"move": "send_card", "card": "item", "goods": "hat"}))
    assert same is state and "coat_m" in events[0]["text"]
    state, _ = step(scene, state, parse_move({"move": "send_card", "card": "item", "goods": "coat_m"}))
    assert "chose:coat_m" in state.happened
    same, events = step(scene, state, parse_move({"move": "change_price", "amount": "400"}))
    assert same is state and "先请买家拍下" in events[0]["text"]
    state = say(scene, state, "say:order_first")
    state, _ = step(scene, state, parse_move({"move": "change_price", "amount": "394"}))
    assert state.flow == "paid"
    assert [slip.code for slip in state.slips] == ["overreach"]
    assert judge(scene, state).cost == 1000


def test_a_buyer_left_alone_goes_elsewhere(scene: Scene) -> None:
    state, _ = step(scene, open_case(scene)[0], Move("wait", {"minutes": 700}))
    assert state.flow == "lost"


@pytest.fixture
def market(cases: dict[str, Case]) -> Scene:
    """The same coat with haggling, a coupon the shop gives, a scarf beside it, goods out of stock and an order to be paid later."""
    raw = copy.deepcopy(dict(cases[CASE].raw))
    sale = raw["sale"]
    del sale["waver"]
    raw["asks"] = []
    raw["money"] = {"owed": "0", "paid": "0", "authority": "10.00"}
    sale["shelf"] += [
        {"id": "scarf", "name": "围巾", "price": "59.00", "extra": True, "takes": True, "when": {"happened": "chose:coat_m"}},
        {"id": "gloves", "name": "手套", "price": "39.00", "extra": True},
        {"id": "coat_black", "name": "黑色大衣", "price": "459.00", "stock": 0, "right": True}]
    sale["coupons"] += [{"id": "vip", "name": "会员券", "amount": "8.00", "at_least": "300.00"}]
    sale["prices"][0]["right"] = [{"amount": "396.00", "when": {"done": "coupon:vip"}}, {"amount": "404.00"}]
    sale["bargain"] = {"when": {"done": "price:total"}, "say": ["便宜点", "再少点"], "takes": "398.00", "answers": []}
    sale["pays"] = "urged"
    for part in (*raw["outcomes"], *raw["rubric"]["checks"]):
        part.pop("when", None)
    raw["outcomes"] = raw["outcomes"][-1:]
    return make_scene(load_case(raw), 0, TimerJudge())


def do(scene: Scene, state: State, **raw: Any) -> State:
    after, events = step(scene, state, parse_move(raw))
    assert after is not state, events[0]["text"]
    return after


def test_haggling_ends_when_every_bid_is_declined_and_the_order_waits_for_a_reminder(market: Scene) -> None:
    state = say(market, open_case(market)[0], "goods:coat_m", "price:total")
    assert state.last_buyer.endswith("便宜点")
    state = say(market, say(market, state, acts=("decline_politely",)), acts=("decline_politely",))
    assert (state.flow, "bargain_done" in state.happened) == ("ordered", True)
    hurried = do(market, state, move="urge_payment")
    assert (hurried.flow, hurried.mood) == ("ordered", state.mood - 1)
    later = do(market, do(market, state, move="wait", minutes=30), move="urge_payment")
    assert later.flow == "paid"


def test_a_price_cut_within_the_limit_ends_the_haggling(market: Scene) -> None:
    state = say(market, say(market, open_case(market)[0], "goods:coat_m", "price:total"), "say:order_first")
    assert state.flow == "ordered"
    state = do(market, state, move="change_price", amount="400")
    assert state.flow == "ordered"
    state = do(market, state, move="change_price", amount="398")
    assert (state.flow, state.slips, judge(market, state).cost) == ("paid", (), 600)


def test_a_coupon_of_the_shop_changes_the_right_price_and_costs_the_shop(market: Scene) -> None:
    state = do(market, open_case(market)[0], move="send_card", card="coupon", coupon="vip")
    assert "price:total" in told(market, "到手396元", state)
    state = say(market, state, "goods:coat_m", "price:total")
    state = say(market, say(market, state, acts=("decline_politely",)), acts=("decline_politely",))
    state = do(market, do(market, state, move="wait", minutes=30), move="urge_payment")
    assert (state.flow, judge(market, state).cost, state.balances()["shop"]) == ("paid", 800, 39600)


def test_goods_without_stock_are_no_choice_and_what_goes_with_it_is_offered_once(market: Scene) -> None:
    state = do(market, open_case(market)[0], move="send_card", card="item", goods="coat_black")
    assert not any(word.startswith("chose:") for word in state.happened)
    assert state.mood == -1
    state = do(market, state, move="send_card", card="item", goods="coat_m")
    state = do(market, state, move="send_card", card="item", goods="scarf")
    assert {"chose:coat_m", "chose:scarf"} <= state.happened
    assert do(market, state, move="send_card", card="item", goods="gloves").mood == state.mood - 1
