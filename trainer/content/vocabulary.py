"""The closed lists of words that content files may use, with what people read for each."""

from collections.abc import Mapping

PLATFORMS: Mapping[str, str] = {
    "taobao": "淘宝",
    "tmall": "天猫",
    "jd": "京东",
    "pdd": "拼多多",
    "douyin": "抖音",
    "kuaishou": "快手",
    "o2o_platform": "同城智能生活平台",
    "shop": "店铺",
    "phone_desk": "电话客服",
    "general": "通用",
}
POSTS: Mapping[str, str] = {"presale": "售前", "aftersale": "售后", "complaint": "投诉", "supervisor": "主管"}
POST_CODES: Mapping[str, str] = {title: code for code, title in POSTS.items()}
POOLS: Mapping[str, str] = {"practice": "练习", "exam": "考试", "both": "练习和考试"}
LEVELS: Mapping[int, str] = {1: "入门", 2: "上手", 3: "进阶"}
DIFFICULTIES: Mapping[int, str] = {1: "容易", 2: "一般", 3: "较难"}
PHRASE_STATES: Mapping[str, str] = {"ok": "可用", "stale": "过时", "forbidden": "禁用"}
AGENT_ROLES: Mapping[str, str] = {"agent": "客服", "supervisor": "主管"}
CERTIFICATE_STATEMENT = "企业内部培训合格证明，非国家职业资格证书或职业技能等级证书"
BUYER_WORDS: Mapping[str, str] = {"douyin": "用户", "kuaishou": "用户", "jd": "客户"}


def buyer_word(platform: str) -> str:
    """What the person who buys is called on this platform."""
    return BUYER_WORDS.get(platform, "买家")
