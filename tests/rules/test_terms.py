"""Terms: the figures behind a decision, whatever is known of the case."""

from __future__ import annotations

from typing import Any

from trainer.rules import Rulebook, Term

AS_OF = "2012-11-20T10:00:00+08:00"


def spoken(terms: list[Term]) -> set[tuple[str, str, str]]:
    return {(str(term.value), term.unit, term.rule) for term in terms}


def test_without_facts_every_possible_figure_comes_with_its_condition(rulebook: Rulebook) -> None:
    terms = rulebook.terms("shipping.deadline", "tmall", AS_OF, {})
    assert ("72", "hours", "tmall.shipping.normal_72h") in spoken(terms)
    special = next(term for term in terms if term.rule == "tmall.shipping.juhuasuan_7d")
    assert (special.value, special.unit, special.basis, special.better) == (7, "days", "order.paid_at", "lower")
    assert special.when == "order.kind == 'juhuasuan'"


def test_known_facts_rule_out_what_does_not_apply(rulebook: Rulebook) -> None:
    terms = rulebook.terms("shipping.deadline", "tmall", AS_OF, {"order": {"kind": "normal"}})
    assert {term.rule for term in terms} == {"tmall.shipping.normal_72h"}


def test_with_all_facts_only_the_winner_is_left_and_the_result_is_named(rulebook: Rulebook) -> None:
    facts: dict[str, Any] = {"order": {"kind": "juhuasuan", "paid_at": "2012-11-10T10:00:00+08:00"}}
    terms = rulebook.terms("shipping.deadline", "tmall", AS_OF, facts)
    assert spoken(terms) == {
        ("7", "days", "tmall.shipping.juhuasuan_7d"),
        ("2012-11-17T10:00:00+08:00", "time", "tmall.shipping.juhuasuan_7d"),
    }


def test_shares_and_caps_name_what_they_are_taken_of(rulebook: Rulebook) -> None:
    terms = rulebook.terms("shipping.compensation", "tmall", AS_OF, {"claim": {"reason": "out_of_stock"}})
    assert ("30", "percent", "tmall.stockout.compensation_30") in spoken(terms)
    assert ("500", "yuan", "tmall.stockout.compensation_30") in spoken(terms)
    share = next(term for term in terms if term.unit == "percent")
    assert (share.basis, share.better) == ("order.amount", "higher")


def test_borrowed_decisions_bring_their_terms(rulebook: Rulebook) -> None:
    facts = {
        "order": {"kind": "normal", "paid_at": "2012-11-10T10:00:00+08:00", "amount": 100},
        "claim": {"reason": "late_shipment"},
    }
    terms = rulebook.terms("shipping.compensation", "tmall", AS_OF, facts)
    assert ("72", "hours", "tmall.shipping.normal_72h") in spoken(terms)
    assert ("30", "yuan", "tmall.late_shipment.compensation") in spoken(terms)


def test_rules_out_of_force_give_no_terms(rulebook: Rulebook) -> None:
    assert rulebook.terms("shipping.deadline", "tmall", "2011-12-31T23:59:59+08:00", {}) == []


def test_terms_stay_with_every_decision_and_no_facts_at_all(rulebook: Rulebook) -> None:
    for ask, spec in rulebook.decisions.items():
        for platform in spec.platforms:
            for term in rulebook.terms(ask, platform, "2026-11-21T10:00:00+08:00", {}):
                assert term.rule in rulebook.rules
