"""Questions in the rows of a spreadsheet: tolerant of the columns that Chinese templates have, and a layout of our own that keeps everything."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from trainer.bank.exchange.carried import HELD, LeftOut, extras_of, put_back
from trainer.bank.exchange.item import Item, Reading, Trouble, Unreadable, safe, short_title
from trainer.bank.exchange.plainly import LETTERS, body_of, difficulty_of, kind_of, narrow
from trainer.content.vocabulary import DIFFICULTIES, PLATFORMS, POOLS, POST_CODES, POSTS

Row = Sequence[str]
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("编号", "题目编号", "试题编号", "题号编码", "id"),
    "kind": ("题型", "题目类型", "试题类型", "类型", "题目类别"),
    "title": ("标题", "题目标题", "名称"),
    "stem": ("题干", "题目", "题目内容", "试题", "试题内容", "问题", "试题题目", "题目描述"),
    "options": ("选项", "备选项", "备选答案", "选项内容", "全部选项"),
    "answer": ("正确答案", "答案", "标准答案", "参考答案", "试题答案", "正确选项"),
    "explain": ("解析", "答案解析", "试题解析", "题目解析", "说明", "答案说明"),
    "topic": ("知识点", "考点", "章节", "分类", "所属分类", "题目分类", "知识点分类", "目录"),
    "difficulty": ("难度", "难易度", "难度等级", "难易程度", "难度系数"),
    "platforms": ("平台", "适用平台"),
    "rules": ("依据", "依据规则", "规则编号", "依据的规则编号"),
    "pool": ("用于", "用途"),
    "posts": ("岗位", "适用岗位"),
    "red_line": ("红线",),
    "systems": ("规则系统", "系统"),
    "data": ("完整数据",),
}
HEAD = ("编号", "题型", "标题", "题干", *(f"选项{letter}" for letter in LETTERS[:8]), "正确答案", "解析", "知识点", "难度", "平台", "岗位", "用途", "红线",
        "规则系统", "依据规则", "完整数据")
_OPTION = re.compile(r"(?:选项|答案选项|备选项)?\s*([A-L])\s*(?:选项|项)?\Z", re.I)
_WHY = re.compile(r"(?:选项)?\s*([A-L])\s*(?:选项)?\s*(?:说明|解析|错在哪)\Z", re.I)
_NUMBERED = re.compile(r"(?:选项|答案)\s*([1-9]|1[0-2])\Z")
def _sample(kind: str, stem: str, options: Row, answer: str, explain: str, topic: str, level: str, platform: str, system: str) -> Row:
    cells = [*options, *[""] * (8 - len(options))]
    return ("", kind, "", stem, *cells, answer, explain, topic, level, platform, "售后", "练习", "", system, "", "")


SAMPLES: tuple[Row, ...] = (
    HEAD,
    _sample("单选", "天猫普通商品付款后，最晚多久内要发货？", ("24小时", "48小时", "72小时", "7天"), "C", "店铺另有更早承诺的，按承诺。",
            "发货时限", "容易", "天猫", "7"),
    _sample("多选", "买家申请退款时，下面哪些做法是对的？", ("先弄清楚原因", "请买家先确认收货", "说明平台的处理时限", "让买家先撤销投诉"), "AC",
            "确认收货和撤销投诉都不能当作处理的条件。", "退款流程", "一般", "通用", "5"),
    _sample("判断", "发票的税点可以让买家承担。", (), "错", "商品价格已经含税，开票不能另收钱。", "发票", "容易", "通用", "21"),
    _sample("填空", "质量问题退货，来回运费由____承担。", (), "卖家|商家|店铺", "责任在店里，运费也由店里出。", "退换货运费", "容易", "通用", "3"),
)


def read_rows(rows: Sequence[Row]) -> Reading:
    """Every question of the rows; the heading is looked for among the first ten. What cannot be read is told by its row."""
    reading = Reading()
    head = next((number for number, row in enumerate(rows[:10]) if "stem" in (found := _places(row)) and ("answer" in found or "data" in found)), None)
    if head is None:
        reading.troubles.append(Trouble("表头", "没有找到“题干”和“正确答案”两列。", "第一行请写列名；可以先下载模板，把题目贴进去。"))
        return reading
    places = _places(rows[head])
    for number, row in enumerate(rows[head + 1:], head + 2):
        cells = {name: row[at].strip() if at < len(row) else "" for name, at in places.items()}
        if not any(cells.values()):
            continue
        try:
            reading.items.append(_item(cells, f"第 {number} 行"))
        except Unreadable as error:
            reading.troubles.append(Trouble(f"第 {number} 行", error.what, error.remedy))
    return reading


def _places(row: Row) -> dict[str, int]:
    names = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}
    places: dict[str, int] = {}
    for at, cell in enumerate(row):
        word = re.sub(r"[\s*＊（(].*\Z|[:：]\Z", "", narrow(cell).strip())
        option, why, numbered = _OPTION.match(word), _WHY.match(word), _NUMBERED.match(word)
        if why:
            places.setdefault(f"why{LETTERS.index(why[1].upper())}", at)
        elif option:
            places.setdefault(f"option{LETTERS.index(option[1].upper())}", at)
        elif numbered:
            places.setdefault(f"option{int(numbered[1]) - 1}", at)
        elif word.lower() in names:
            places.setdefault(names[word.lower()], at)
    return places


def _item(cells: Mapping[str, str], where: str) -> Item:
    whole = _loaded(cells["data"]) if cells.get("data") else None
    if whole is not None and _as_written(whole, cells):
        item = Item(where, str(whole["type"]), str(whole["stem"]), {}, str(whole["title"]), meta={"whole": whole})
        _read_shared(item, cells)
        item.category = cells.get("topic", "")
        return item
    if whole is not None and (whole["type"] not in HELD["moodle"] or whole.get("decision") or whole.get("params")):
        raise Unreadable("题干、选项或答案改过，但这种题只能按“完整数据”一列导入。", "请把这几列改回去，导入后在网页上修改。")
    options = [(safe(cells.get(f"option{at}", "")), safe(cells.get(f"why{at}", ""))) for at in range(len(LETTERS))]
    while options and not options[-1][0]:
        options.pop()
    if not options and cells.get("options"):
        options = [(safe(part), "") for part in _split_options(cells["options"])]
    if any(not text for text, _why in options):
        gap = next(at for at, (text, _why) in enumerate(options) if not text)
        raise Unreadable(f"选项 {LETTERS[gap]} 是空的，后面的选项却有内容。", "请把选项挨着填。")
    kind, stem, body = body_of(kind_of(cells.get("kind", "")), safe(cells.get("stem", "")), options, safe(cells.get("answer", "")))
    sentence = body["text"] if kind == "cloze" and body["text"] != "[[1]]" else stem
    item = Item(where, kind, stem, body, cells.get("title", "")[:60] or short_title(sentence), safe(cells.get("explain", "")), cells.get("topic", ""))
    _read_shared(item, cells)
    if whole is not None:
        _carry_over(item, whole)
    return item


def _split_options(text: str) -> list[str]:
    parts = re.split(r"(?:^|[\n\r|｜;；\s])\s*[A-La-l]\s*[.、．:：)）]\s*", text)
    if len(parts) > 2:
        return [part.strip().strip("|;；") for part in parts if part.strip()]
    return [part.strip() for part in re.split(r"[\n|｜;；]|\$;\$", text) if part.strip()]


def _read_shared(item: Item, cells: Mapping[str, str]) -> None:
    meta = item.meta
    if cells.get("id"):
        meta["id"] = cells["id"]
    level = difficulty_of(cells.get("difficulty", ""))
    if level:
        meta["difficulty"] = level
    elif cells.get("difficulty"):
        item.remarks.append(f"难度「{cells['difficulty'][:10]}」看不懂，按一般。")
    for name, words in (("platforms", PLATFORMS), ("posts", POSTS)):
        codes = _codes(cells.get(name, ""), words)
        if codes:
            meta[name] = codes
    pool = next((code for code, title in POOLS.items() if cells.get("pool", "") in (code, title)), "")
    if pool:
        meta["pool"] = pool
    if cells.get("red_line", "") in ("是", "红线", "1", "true", "TRUE", "√"):
        meta["red_line"] = True
    systems = [int(one) for one in re.findall(r"\d+", cells.get("systems", "")) if 1 <= int(one) <= 46]
    if systems:
        meta["systems"] = systems
    rules = [one for one in re.split(r"[\s,，、;；]+", cells.get("rules", "")) if one]
    if rules:
        meta["rules"] = rules


def _codes(text: str, words: Mapping[str, str]) -> list[str]:
    titles = {**{title: code for code, title in words.items()}, **(POST_CODES if words is POSTS else {})}
    return [code for part in re.split(r"[\s,，、;；/]+", text) if (code := part if part in words else titles.get(part, ""))]


def _loaded(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("“完整数据”一列读不出来。", "请不要改这一列；要按前面各列导入，请把它清空。") from None
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in ("id", "type", "stem", "title")):
        raise Unreadable("“完整数据”一列缺少编号、题型、题干或标题。", "请不要改这一列。")
    return body


def _as_written(whole: Mapping[str, Any], cells: Mapping[str, str]) -> bool:
    """Whether the columns of the content still say what the whole question says."""
    try:
        row = dict(zip(HEAD, _row(whole, str, str, False), strict=True))
    except (KeyError, TypeError, AttributeError, IndexError):
        raise Unreadable("“完整数据”一列不完整。", "请不要改这一列。") from None
    written = {"title": row["标题"], "stem": row["题干"], "answer": row["正确答案"], "explain": row["解析"],
               **{f"option{at}": row[f"选项{letter}"] for at, letter in enumerate(LETTERS[:8])}}
    return all(_flat(text) == _flat(cells.get(name, "")) for name, text in written.items())


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _carry_over(item: Item, whole: Mapping[str, Any]) -> None:
    """Reasons and weights of options whose words did not change, and what no column shows."""
    item.body = put_back(item.body, extras_of(whole))
    kept = {str(one["text"]): one for one in whole.get("options", ())}
    for option in item.body.get("options", ()):
        old = kept.get(option["text"], {})
        option |= {name: old[name] for name in ("why", "credit", "rule") if name in old and name not in option}
    item.meta["more"] = {name: whole[name] for name in ("literal", "note", "keep_order") if whole.get(name)}
    item.meta |= {name: whole[name] for name in ("as_of", "open_book") if whole.get(name)}


def write_rows(bodies: Sequence[Mapping[str, Any]], topic: Callable[[str], str] = str, fill: Callable[[str], str] | None = None,
               ) -> tuple[list[Row], list[LeftOut]]:
    """A heading and a row for every question; what the columns cannot say stands whole in the last one. Nothing is left out."""
    return [HEAD, *(_row(body, topic, fill or str, fill is None) for body in bodies)], []


def _row(body: Mapping[str, Any], topic: Callable[[str], str], fill: Callable[[str], str], keep: bool) -> Row:
    kind, options, answer = str(body["type"]), [], ""
    if kind in ("single", "multiple") and "decision" not in body:
        options = [str(one["text"]) for one in body["options"]]
        answer = "".join(LETTERS[at] for at, one in enumerate(body["options"]) if one.get("right"))
    elif kind == "ordering":
        options = [one if isinstance(one, str) else str(one["text"]) for one in body["steps"]]
        answer = LETTERS[: len(options)]
    elif kind == "true_false" and "right" in body:
        answer = "对" if body["right"] else "错"
    elif kind == "matching":
        answer = "\n".join(f"{pair['left']}={pair['right']}" for pair in body["pairs"])
    elif kind == "cloze":
        answer = "；".join("|".join([*([f"{{{{{one['figure']}}}}}"] if one.get("figure") else []), *one.get("accept", ())]) for one in body["blanks"])
    elif kind == "numeric" and "decision" not in body:
        answer = f"{body['answer']['value']}±{body['answer'].get('tolerance', 0)}{body['answer'].get('unit', '')}"
    stem = str(body["stem"]) if kind != "cloze" or body["text"] == "[[1]]" else re.sub(r"\[\[\d\]\]", "____", str(body["text"]))
    names = {"single": "单选", "multiple": "多选", "true_false": "判断", "cloze": "填空", "numeric": "计算", "ordering": "排序", "matching": "配对"}
    cells = [fill(one) for one in options[:8]] + [""] * (8 - len(options[:8]))
    data = json.dumps(body, ensure_ascii=False, sort_keys=True) if keep or kind not in HELD["moodle"] else ""
    return (str(body["id"]), names.get(kind, kind), str(body["title"]), fill(stem), *cells, fill(answer), fill(str(body.get("explain", ""))),
            topic(str(body["topic"])), DIFFICULTIES[body.get("difficulty", 2)], "、".join(PLATFORMS[one] for one in body["platforms"]),
            "、".join(POSTS[one] for one in body.get("posts", ())), POOLS[body["pool"]], "是" if body.get("red_line") else "",
            "、".join(map(str, body.get("systems", ()))), "\n".join(body.get("rules", ())), data)
