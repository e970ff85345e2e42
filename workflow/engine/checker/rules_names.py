"""Level 2 of the catalogue: what formulas read is there, and what they compare fits."""

from workflow.engine.checker.rule import Rule, error, warning

RULES: tuple[Rule, ...] = (
    error(
        "expression-unreadable",
        ("表单中的公式写错,系统读不懂", "A formula in a form that cannot be read"),
        (
            "字段“{field}”的公式读不懂:{source}。{reason}",
            "The formula of the field “{field}” cannot be read: {source}. {reason}",
        ),
        ("请对照例子检查引号、括号和函数名。", "Check quotes, brackets and the names of functions."),
    ),
    error(
        "field-unknown",
        ("公式用到前面没有任何步骤填写的内容", "A formula reads what no earlier step fills in"),
        (
            "{step}要用到“{field}”,但在它之前没有任何步骤填写它。",
            "{step} reads “{field}”, but no step before it fills that in.",
        ),
        (
            "请检查拼写{similar},或在前面的表单中加上这一项。",
            "Check the spelling{similar}, or add the field to a form that comes earlier.",
        ),
    ),
    warning(
        "field-perhaps-missing",
        ("公式用到的内容在某些走法中没有填写", "A formula reads what only some ways fill in"),
        (
            "{step}要用到“{field}”,但有的走法到这里时还没有填写它。",
            "{step} reads “{field}”, but on some ways to it nobody has filled that in.",
        ),
        (
            "请在公式中先判断是否为空(例如 {field} != null and …),或让每条走法都填写它。",
            "Ask first whether it is there (for example {field} != null and …), or fill it in on every way.",
        ),
    ),
    warning(
        "field-collision",
        ("同名字段在两处的类型不同", "Two steps fill the same field with different kinds of value"),
        ("“{field}”在{step}中是{kind},在别处是{other}。", "“{field}” is {kind} in {step}, but {other} elsewhere."),
        ("请给其中一个字段换一个名字。", "Give one of the two another name."),
    ),
    error(
        "type-mismatch",
        ("比较的两边类型不同", "Two different kinds of value are compared"),
        (
            "{step}中的“{source}”拿{kind}与{other}相比,永远不会成立。",
            "“{source}” in {step} compares {kind} with {other}; it can never work.",
        ),
        (
            '文字要加引号,数字不加;日期写成 date("2026-01-31")。',
            'Put text in quotes and numbers without; write dates as date("2026-01-31").',
        ),
    ),
    error(
        "value-kind",
        ("公式给出的不是这里需要的", "A formula gives another kind of value than its place asks for"),
        (
            "{step}的“{source}”给出的是{kind},这里需要{other}。",
            "“{source}” at {step} gives {kind}, but {other} is needed here.",
        ),
        (
            '条件要写成比较,例如 answer.kind = "yes";列表例如 answer.reasons 或 [1, 2]。',
            'Write a condition as a comparison, for example answer.kind = "yes"; a list for example as [1, 2].',
        ),
    ),
    error(
        "kind-calculated",
        ("用不能计算的内容来计算", "A calculation with what cannot be calculated with"),
        (
            "{step}的“{source}”拿{kind}来计算,案例走到这里会停下来。",
            "“{source}” at {step} calculates with {kind}: the case stops there.",
        ),
        (
            "请检查用到的字段;文字可以先用 number(…) 变成数字。",
            "Check the fields it uses; number(...) turns a text into a number.",
        ),
    ),
    error(
        "option-unknown",
        ("比较的值不在选项中", "A value is compared that is not among the options"),
        (
            "{step}中的“{source}”用到“{value}”,但“{field}”没有这个选项。",
            "“{source}” in {step} uses “{value}”, which is not an option of “{field}”.",
        ),
        ("可用的选项:{options}。", "The options are: {options}."),
    ),
)
