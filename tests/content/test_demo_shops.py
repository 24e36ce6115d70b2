"""The demo shops are whole: goods that can be asked about, limits by role, and a phrase pack with its traps."""

import re
from pathlib import Path

import pytest
import yaml

from trainer.content.shop import Shop

ROOT = Path(__file__).resolve().parents[2]
PATHS = sorted((ROOT / "question_bank" / "shops").glob("*.yaml"))
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
VARIABLES = {"昵称", "订单号", "时限"}


def read_shop(path: Path) -> Shop:
    return Shop.from_dict(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def shop(request: pytest.FixtureRequest) -> Shop:
    return read_shop(request.param)


@pytest.fixture(scope="module")
def scopes() -> dict[str, str]:
    """Every rule of the rulebook with its scope."""
    return {
        rule["id"]: rule.get("scope", "general")
        for path in (ROOT / "question_bank" / "rulebook").glob("*/*.yaml")
        for rule in yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER).get("rules", [])
    }


def test_three_shops_are_there_and_named_by_their_files() -> None:
    assert len(PATHS) >= 3
    assert [read_shop(path).id for path in PATHS] == [path.stem for path in PATHS]


def test_a_supervisor_may_promise_more_than_an_agent(shop: Shop) -> None:
    agent, supervisor = shop.authority["agent"], shop.authority["supervisor"]
    assert supervisor.refund > agent.refund > 0
    assert supervisor.compensation > agent.compensation > 0


def test_every_article_has_a_price_details_and_a_question(shop: Shop) -> None:
    assert len(shop.goods) >= 4
    assert all(good.price > 0 and good.details and good.faq for good in shop.goods)


def test_the_return_address_is_complete(shop: Shop) -> None:
    assert all(shop.return_address[name] for name in ("name", "phone", "address"))


def test_the_phrase_pack_is_full_and_holds_traps(shop: Shop) -> None:
    states = [phrase.state for phrase in shop.phrases]
    assert states.count("ok") >= 20
    assert states.count("stale") >= 2
    assert states.count("forbidden") >= 3


def test_phrase_keys_are_unique_and_typed_with_letters(shop: Shop) -> None:
    keys = [phrase.key for phrase in shop.phrases]
    assert len(keys) == len(set(keys))
    assert all(re.fullmatch(r"[a-z0-9]{2,8}", key) for key in keys)


def test_phrases_use_known_variables_only(shop: Shop) -> None:
    used = {name for phrase in shop.phrases for name in re.findall(r"\{([^{}]*)\}", phrase.text)}
    assert used == VARIABLES


def test_promises_and_rules_name_rules_of_the_rulebook(shop: Shop, scopes: dict[str, str]) -> None:
    assert {promise.rule for promise in shop.promises if promise.rule} <= set(scopes)
    assert shop.rules and all(scopes[rule] == f"shop:{shop.id}" for rule in shop.rules)
