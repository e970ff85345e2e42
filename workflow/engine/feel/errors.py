"""What FEEL can complain about, as sentences in both languages."""

from collections.abc import Sequence

from workflow.engine.errors import EngineError
from workflow.engine.text import Text

TYPES = {
    "nil": ("空值", "nothing"), "null": ("空值", "nothing"), "NoneType": ("空值", "nothing"),
    "string": ("文字", "string"), "str": ("文字", "text"), "number": ("数字", "number"), "int": ("数字", "a number"),
    "float": ("数字", "a number"), "boolean": ("是/否", "yes/no"), "date": ("日期", "date"), "time": ("时刻", "time"),
    "date time": ("日期时间", "date and time"), "datetime": ("日期时间", "a date and time"),
    "duration": ("时长", "duration"), "timedelta": ("时长", "a duration"), "list": ("列表", "list"),
    "context": ("一组值", "group of values"), "dict": ("一组值", "a group of values"), "function": ("函数", "function"),
    "literal": ("函数", "function"),  # a built-in one
    "range": ("范围", "range"),
}  # fmt: skip

SENTENCES = {
    "syntax": ("公式从第 {0} 个字起读不懂：“{1}”", "the formula cannot be read from character {0} on: “{1}”"),
    "name": ("没有名为“{0}”的值", "there is no value named “{0}”"),
    "property": ("“{0}”所属的值是空的", "the value that “{0}” belongs to is empty"),
    "type": ("{0}与{1}不能相比", "cannot compare {0} with {1}"),
    "order": ("{0}没有大小先后之分", "one {0} is neither more nor less than another"),
    "arithmetic": ("{1}与{2}之间不能用“{0}”运算", "cannot calculate {1} {0} {2}"),
    "hours": ("日期只能加减整天；要加减小时，请用日期时间", "a date moves by whole days; hours need a date and time"),
    "boolean": ("这里需要“是”或“否”，得到的是{0}", "yes or no is needed here, it was given {0}"),
    "filter": ("方括号里应当是条件或序号，得到的是{0}", "brackets need a condition or a position, they were given {0}"),
    "list": ("这里需要列表，得到的是{0}", "a list is needed here, it was given {0}"),
    "argument": ("函数“{0}”需要{1}，得到的是{2}", "the function “{0}” needs {1}, it was given {2}"),
    "missing": ("函数“{0}”少了一个参数", "the function “{0}” needs one more value"),
    "pattern": ("这个匹配模式读不懂", "this pattern of text cannot be read"),
    "birth": ("出生日期晚于计算日期", "the date of birth is later than the day asked for"),
    "unsupported": ("“{0}”不能用", "“{0}” is not supported"),
    "if": ("“如果”的条件应当是“是”或“否”，得到的是{0}", "“if” needs yes or no, it was given {0}"),
    "condition": ("条件应当得出“是”或“否”，得到的是{0}", "a condition must give yes or no, this gave {0}"),
    "function": ("没有名为“{0}”的函数", "there is no function “{0}”"),
    "arguments": ("函数的参数不对：{0}", "the function was given the wrong values: {0}"),
    "days": ("天数应当是整数，而且不超过 5000", "the number of days must be a whole number, at most 5,000"),
    "large": ("数字太大，不能准确计算；编号请用文字", "too large a number to be exact; write identifiers as text"),
    "early": ("公元 1000 年以前的日期不能用", "dates before the year 1000 cannot be used"),
    "beyond": ("结果超出了日历的范围（公元 1 年到 9999 年）", "the result is beyond the calendar, the years 1 to 9999"),
    "naive": ("日期时间缺少时差", "this date and time says no offset from UTC"),
    "result": ("结果不能保存：{0}", "the result cannot be kept: {0}"),
    "limit": ("运算太久或占用太多内存，已停止", "it ran too long or used too much memory and was stopped"),
    "length": ("公式太长，最多 4000 字", "the formula is too long: 4,000 characters at most"),
    "foreign": ("“{0}”是其他系统的写法，这里不能用", "“{0}” is written for another system and cannot be used here"),
    "component": (
        "不能用“.{0}”取时长的一部分；请用“days between(a, b)”",
        "“.{0}” of a duration is not reliable; use “days between(a, b)”",
    ),
    "zone": ("不能写时区名“{0}”；请写时差，例如 +08:00", "the zone “{0}” cannot be used; write an offset like +08:00"),
    "operator": ("名称“{0}”里不能有运算符号", "the name “{0}” must not contain an operator"),
    "failed": ("公式算不出结果", "the formula has no result"),
}  # fmt: skip


class FeelError(EngineError):
    """An expression that is not readable, not allowed, or has no value; `kind` is a key of SENTENCES."""

    def __init__(self, kind: str, message: Text) -> None:
        super().__init__(message)
        self.kind = kind

    @classmethod
    def of(cls, kind: str, values: Sequence[object] = ()) -> "FeelError":
        """The error of a kind, its sentence filled with the names or types given."""
        zh, en = SENTENCES[kind]
        named = [TYPES.get(str(value), (str(value), str(value))) for value in values]
        return cls(kind, Text(zh.format(*(name[0] for name in named)), en.format(*(name[1] for name in named))))
