"""Level 3 of the catalogue: the drawing can work, whichever way a case takes."""

from workflow.engine.checker.rule import Rule, error, warning

RULES: tuple[Rule, ...] = (
    error(
        "step-unreachable",
        ("没有箭头通到的步骤", "A step no arrow leads to"),
        ("从开始走不到{step}。", "Nothing leads from the start to {step}."),
        ("请用箭头接上它,或删掉它。", "Connect it with an arrow, or delete it."),
    ),
    error(
        "end-unreachable",
        ("走进去就到不了结束的步骤", "A step from which no end can be reached"),
        ("走到{step}之后,无论怎么走都到不了结束。", "From {step} no way leads to an end."),
        ("请加一条通往结束的箭头。", "Add an arrow that leads on to an end."),
    ),
    error(
        "join-waits",
        ("汇合处永远等不齐", "A join waits for ever"),
        (
            "{step}要等{missing}也走到,但它可能永远不会来,案例就停在这里。{example}",
            "{step} waits for {missing}, which may never come: the case stands still here. {example}",
        ),
        (
            "如果前面只走其中一条路,汇合请用“排他网关”(×)或“包容网关”(○)。",
            "If only one of the branches is taken before, join with an exclusive (×) or inclusive (○) gateway.",
        ),
    ),
    error(
        "step-twice",
        ("同一步骤会被重复做", "A step is done twice"),
        (
            "两条同时进行的路都走到{step},它和后面的步骤会做两遍。{example}",
            "Two branches that run at the same time both lead to {step}: it and what follows happens twice. {example}",
        ),
        ("请先用“并行网关”(+)把两条路汇合起来。", "Join the two branches first, with a parallel gateway (+)."),
    ),
    warning(
        "loop-doubles",
        ("循环的每一轮都另起一条没有收回的路", "Every round of a loop starts a branch that nobody waits for"),
        (
            "每循环一轮,{step}就会再开始一次,而上一轮的可能还没有做完。",
            "Every round of the loop starts {step} once more, while that of the round before may still be open.",
        ),
        (
            "如果不是有意的,请在回头之前把各条路汇合起来。",
            "If that is not intended, join the branches before going back.",
        ),
    ),
    warning(
        "end-twice",
        ("两条同时进行的路走到同一个结束", "Two branches that run at the same time lead to the same end"),
        ("两条同时进行的路都走到{step}。", "Two branches that run at the same time both lead to {step}."),
        (
            "请先用“并行网关”(+)汇合,或各画一个结束。",
            "Join them first with a parallel gateway (+), or draw an end for each.",
        ),
    ),
    error(
        "never-happens",
        ("图上连着但永远走不到的步骤", "A step that is connected but can never be reached"),
        (
            "{step}虽然有箭头通到,但没有一种走法真能走到它。",
            "Arrows lead to {step}, but no way through the process ever gets there.",
        ),
        ("请检查它前面的汇合和结束。", "Look at the joins and ends before it."),
    ),
    warning(
        "not-fully-explored",
        ("流程太复杂,没有全部检查完", "A process too intricate to be explored completely"),
        (
            "流程“{process}”可能的走法太多,只检查了前 {states} 种情形,其余没有检查。",
            "The process “{process}” has too many ways through it: the first {states} "
            "situations were checked, not the rest.",
        ),
        ("请把同时进行的部分分成几个子流程。", "Move parts that run at the same time into called processes."),
    ),
    warning(
        "error-uncaught",
        ("抛出的错误没有人处理", "An error is raised that nothing handles"),
        (
            "{step}会报错“{code}”,但没有任何步骤处理它,案例会停下来等人排查。",
            "{step} raises the error “{code}”, which nothing handles: the case stops until somebody looks.",
        ),
        ("请在外层步骤的边上加一个错误事件。", "Put an error event on the edge of the step around it."),
    ),
    warning(
        "boundary-never",
        ("等待的错误不会发生", "An error is waited for that nothing raises"),
        (
            "{step}等待错误“{code}”,但它所在的步骤里没有任何地方会报这个错。",
            "{step} waits for the error “{code}”, which nothing in its step raises.",
        ),
        ("请检查错误代码,或删掉这个事件。", "Check the code of the error, or delete the event."),
    ),
    warning(
        "boundary-nowhere",
        ("发生后什么也不做的边界事件", "An event on the edge of a step that leads nowhere"),
        (
            "{step}发生后没有接着要做的步骤。",
            "Nothing follows when {step} happens.",
        ),
        (
            "请从它画一条箭头,或删掉它。",
            "Draw an arrow from it, or delete it.",
        ),
    ),
    error(
        "gateway-incomplete",
        ("有一种情况哪条分支都不走", "There is a case in which no branch is taken"),
        (
            "当{example}时,{step}没有一条分支可走,案例会停下来。",
            "If {example}, no branch of {step} can be taken and the case stops.",
        ),
        ("请补上条件,或把其中一条设为默认分支。", "Complete the conditions, or make one branch the default."),
    ),
    warning(
        "gateway-unproven",
        ("没有默认分支,也看不出条件是否完整", "No default branch, and conditions that cannot be shown to be complete"),
        (
            "{step}没有默认分支,系统无法确认它的条件包括了所有情况。",
            "{step} has no default branch, and it cannot be shown that its conditions cover every case.",
        ),
        ("请把其中一条设为默认分支。", "Make one branch the default."),
    ),
    warning(
        "condition-never",
        ("条件永远不成立的分支", "A branch whose condition can never be true"),
        (
            "{step}的分支{flow}永远走不到:条件“{source}”在这里不可能成立。",
            "The branch {flow} of {step} is never taken: “{source}” cannot be true here.",
        ),
        ("请检查条件,或删掉这条分支。", "Check the condition, or delete the branch."),
    ),
    error(
        "table-gap",
        ("决策表有漏洞", "A decision table has a gap"),
        (
            "决策表{table}漏了一种情况:{example}时没有一行适用。",
            "The decision table {table} has a gap: if {example}, no row applies.",
        ),
        ("请补一行,或在最后加一行全是“-”的。", "Add a row, or end with a row that has “-” everywhere."),
    ),
    error(
        "table-overlap",
        ("决策表两行同时适用", "Two rows of a decision table apply at once"),
        (
            "决策表{table}的第 {first} 行和第 {second} 行在{example}时同时适用。",
            "Rows {first} and {second} of the decision table {table} both apply if {example}.",
        ),
        (
            "请把两行分开,或把命中策略改为“取第一行”(FIRST)。",
            "Tell the two rows apart, or change the hit policy to FIRST.",
        ),
    ),
    warning(
        "table-row-unreachable",
        ("决策表中永远轮不到的行", "A row of a decision table that is never used"),
        (
            "决策表{table}的第 {row} 行永远轮不到:它的情况前面的行都包括了,或根本不会出现。",
            "Row {row} of the decision table {table} is never used: earlier rows cover it, or it cannot occur.",
        ),
        ("请删掉这一行,或移到前面。", "Delete the row, or move it up."),
    ),
    warning(
        "table-not-checked",
        ("决策表没有全部检查完", "A decision table that could not be checked completely"),
        (
            "决策表{table}无法完全检查是否有遗漏:{reason}。",
            "The decision table {table} could not be checked completely for gaps: {reason}.",
        ),
        ("最后加一行全是“-”的,就不会有漏洞。", "A last row with “-” everywhere leaves no gap."),
    ),
    error(
        "timer-unreadable",
        ("时间写错,系统读不懂", "A timer that cannot be read"),
        ("{step}的时间“{timer}”读不懂。", "The timer “{timer}” of {step} cannot be read."),
        (
            '时长用 duration("P3D")(三天),到某个时刻用日期或日期时间,例如 working days after(now(), 2)。',
            'Use duration("P3D") for three days, and a date or date with time for an instant, '
            "for example working days after(now(), 2).",
        ),
    ),
    warning(
        "name-missing",
        ("缺少中文或英文名称", "A name is missing in Chinese or English"),
        ("{step}没有{language}名称。", "{step} has no name in {language}."),
        (
            "中文写在名称里,英文写在属性 carerelay:name_en 里。",
            "The Chinese goes into the name, the English into the property carerelay:name_en.",
        ),
    ),
)
