"""What is wrong with a paper, at the fields of its form and in words that know nothing of the file format."""

import re
from typing import Any

from trainer.content import Flaw
from trainer.services.form_words import Remark, said
from trainer.services.paper_forms import Form

NAMES = {
    "id": "编号", "title": "名称", "platforms": "平台", "post": "岗位", "minutes": "分钟", "intro": "考试须知", "as_of": "按哪一天的规则", "pass": "及格要求",
    "attempts": "可考几次", "cooldown_hours": "两次之间隔几小时", "marks": "分值", "count": "题数", "topics": "知识点", "types": "题型", "difficulty": "难度",
    "systems": "规则系统",
    "posts": "岗位", "questions": "指定的题目", "cases": "案例", "draws": "抽题", "valid_months": "有效期", "category": "类目",
    "statement": "证上的说明", "lessons": "须学完的课程", "papers": "须通过的试卷", "sections": "部分",
    "note": "给同事的话", "red_line": "红线", "open_book": "开卷"}
SAID = {
    "及格要求不清楚": ("及格要求缺少数值", "请填百分比或分数。"),
    "上岗考没有及格要求": ("上岗考要有及格要求", "请选一种及格要求。"),
    "练习卷不能发上岗证": ("练习卷不能发上岗证", "请把用途改成上岗考，或者不发上岗证。"), "分值应大于 0": ("分值应大于 0", "请填每题几分。")}


def remark_of(flaw: Flaw, form: Form) -> Remark:
    """A flaw of the paper's body at its field, in words that know nothing of the file format."""
    path, last = list(flaw.path), next((str(one) for one in reversed(flaw.path) if isinstance(one, str)), "")
    message, remedy = SAID.get(flaw.message) or said(flaw)
    if last == "platforms" and flaw.message == "缺少这个字段":
        message, remedy = "还没有选平台", "请至少选一个。"
    elif last in ("sections", "draws") and re.match(r"有 \d+ 项", flaw.message):
        empty = flaw.message == "有 0 项"
        what = "部分" if last == "sections" else "抽题"
        message, remedy = (f"还没有{what}", "请加一个。") if empty else (f"{what}太多", "请减少一些。")
    elif flaw.message.startswith("要抽"):
        remedy = "请再加几个，或者把数量改小。"
    return Remark(_field(path), _where(path, form), message, re.sub(r"literal|count|as_of|pool、platforms", "设置", remedy))


def _field(path: list[Any]) -> str:
    if path[:1] == ["sections"] and len(path) > 1:
        rest = path[2:]
        if rest[:1] == ["draws"] and len(rest) > 1:
            return f"s{path[1]}-d{rest[1]}" + (f"-{rest[2]}" if len(rest) > 2 else "")
        return f"s{path[1]}" + (f"-{'pass_value' if rest[0] == 'pass' else rest[0]}" if rest else "")
    if path[:1] == ["certificate"]:
        last = str(path[-1]) if isinstance(path[-1], str) else str(path[-2])
        return f"need_{last}" if "requires" in path else last
    if path[:1] == ["show"]:
        return f"show_{path[-1]}"
    return {"pass": "pass_value"}.get(str(path[0]), str(path[0])) if path else ""


def _where(path: list[Any], form: Form) -> str:
    words = []
    if path[:1] == ["sections"] and len(path) > 1:
        title = form["sections"][path[1]]["title"].strip()
        words.append(f"第 {path[1] + 1} 部分" + (f"「{title}」" if title else ""))
        path = path[2:]
        if path[:1] == ["draws"] and len(path) > 1:
            words.append(f"第 {path[1] + 1} 行抽题")
            path = path[2:]
    names = [NAMES[one] for one in path if isinstance(one, str) and one in NAMES]
    return " ".join([*words, *names[-1:]])
