"""Questions and answers between forms and services, for practice and lesson checks."""

from typing import Any

from flask import flash, request

from trainer.models import VariantRow
from trainer.questions import ResponseError, parse
from trainer.services.results import ordered
from trainer.services.sheets import order_of


def as_item(variant: VariantRow, user_id: int) -> dict[str, Any]:
    """A variant as the templates of questions show it; never with its key."""
    body = variant.revision.body
    order = order_of(variant.shown, f"practice.{user_id}.{variant.id}", 0)
    return {"type": body["type"], "shown": variant.shown, "parts": ordered(variant.shown, order), "answer": {},
            "variant_id": variant.id, "body": body, "blank": False}


def read_answer(variant: VariantRow, prefix: str = "") -> Any:
    """The answer in the form just sent, None where there is none or it does not fit."""
    raw = {name.removeprefix(prefix): values for name, values in request.form.lists() if name.startswith(prefix)}
    try:
        return parse(variant.revision.body["type"], raw)
    except ResponseError as error:
        flash(error.message, "error")
        return None
