"""Where the yuan of a conversation went and who bore them: line by line."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.roleplay import Scene, State
from trainer.roleplay.scoring import cost

PARTIES = {"shop": "店铺", "buyer": "买家", "carrier": "快递", "platform": "平台"}
SHADOWS = {"intervention": "平台介入", "complaint": "被投诉", "bad_review": "差评", "broken_promise": "买家又来问一次", "goods_back": "退件处理"}
PRICES = {"broken_promise": "second_contact", "goods_back": "returned_parcel"}


@dataclass(frozen=True)
class CostLine:
    """One thing that cost the shop something beyond what it owed, in fen; `shadow` tells that no money moved, below 0 what came back."""

    what: str
    fen: int
    shadow: bool = False


def cost_lines(scene: Scene, state: State) -> list[CostLine]:
    """What the cost of a state is made of; the lines add up to `scoring.cost`."""
    spent = [CostLine(f"{entry.what}（付给{PARTIES[entry.payee]}）", entry.fen) for entry in state.ledger
             if entry.payer == "shop" and not entry.owed]
    lost = [CostLine("货的损失", scene.case.money.lost)] if scene.case.money.lost else []
    back = [CostLine(f"{entry.what}（{PARTIES[entry.payer]}付）", -entry.fen) for entry in state.ledger
            if entry.payee == "shop" and entry.payer != "buyer"]
    shadow = scene.case.money.shadow
    minded = [CostLine(words, shadow[PRICES.get(name, name)], True) for name, words in SHADOWS.items() if name in state.happened]
    lines = [*spent, *lost, *back, *[line for line in minded if line.fen]]
    over = cost(scene, state) - sum(line.fen for line in lines)
    return [*lines, CostLine("追回的超出损失，不再往下减", over)] if over else lines
