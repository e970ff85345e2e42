"""Level 2 of the catalogue: what a diagram names exists, and what it compares fits."""

from workflow.engine.checker.rule import Rule, error, warning

RULES: tuple[Rule, ...] = (
    error(
        "form-missing", ("任务指向的表单不存在", "A step points to a form that is not there"),
        ("{step}要填表单“{form}”,但文件中没有这张表单。", "{step} uses the form “{form}”, which is not among the files."),
        ("请加上文件 {form}.form.json,或改选已有的表单。", "Add the file {form}.form.json or choose a form that exists."),
    ),
    error(
        "form-id-differs", ("表单文件名与表单编号不一致", "A form file and the id inside it differ"),
        ("文件 {file} 中的表单编号是“{form}”,与文件名不一致。",
         "The form inside {file} calls itself “{form}”, which is not the name of the file."),
        ("请把两者改成一样。", "Make both the same."),
    ),
    error(
        "role-unknown", ("任务分配给不存在的角色", "A step is given to a role that does not exist"),
        ("{step}分配给角色“{role}”,但没有这个角色。", "{step} is given to the role “{role}”, which does not exist."),
        ("可用的角色:{known}。", "The roles are: {known}."),
    ),
    error(
        "operation-unknown", ("系统步骤调用不存在的操作", "An automatic step calls something that does not exist"),
        ("{step}要系统执行“{operation}”,但没有这个操作。",
         "{step} asks the system to do “{operation}”, which it cannot do."),
        ("可用的操作:{known}。", "It can do: {known}."),
    ),
    error(
        "decision-missing", ("规则步骤指向的决策表不存在", "A rule step points to a decision that is not there"),
        ("{step}要用决策“{decision}”,但文件中没有。",
         "{step} uses the decision “{decision}”, which is not among the files."),
        ("请加上这张决策表,或改选已有的决策:{known}。",
         "Add the decision table or choose one that exists: {known}."),
    ),
    error(
        "process-missing", ("调用的流程不存在", "A called process is not there"),
        ("{step}要调用流程“{process}”,但文件中没有。",
         "{step} calls the process “{process}”, which is not among the files."),
        ("请把这个流程一起提交,或改选已有的流程:{known}。",
         "Add that process or choose one that exists: {known}."),
    ),
    error(
        "process-calls-itself", ("流程绕一圈又调用自己", "Processes call each other in a circle"),
        ("{step}调用“{process}”,而它最后又会调用本流程,永远停不下来。",
         "{step} calls “{process}”, which ends up calling this process again, without an end."),
        ("请改用循环箭头,或去掉其中一次调用。", "Use a loop in the drawing, or take one of the calls away."),
    ),
    error(
        "reference-missing", ("事件指向没有定义的消息、信号或错误", "An event points to a message, signal or error nobody defined"),
        ("{step}指向“{reference}”,但图中没有定义它。", "{step} points to “{reference}”, which the drawing does not define."),
        ("请在属性面板中重新选择消息、信号或错误。", "Choose the message, signal or error again in the panel."),
    ),
    error(
        "expression-unreadable", ("公式写错,系统读不懂", "A formula cannot be read"),
        ("{step}的“{role}”中的公式读不懂:{source}。{reason}",
         "The formula in “{role}” of {step} cannot be read: {source}. {reason}"),
        ("请对照例子检查引号、括号和函数名。", "Check quotes, brackets and the names of functions."),
    ),
    error(
        "field-unknown", ("公式用到前面没有任何步骤填写的内容", "A formula reads what no earlier step fills in"),
        ("{step}要用到“{field}”,但在它之前没有任何步骤填写它。",
         "{step} reads “{field}”, but no step before it fills that in."),
        ("请检查拼写{similar},或在前面的表单中加上这一项。",
         "Check the spelling{similar}, or add the field to a form that comes earlier."),
    ),
    warning(
        "field-perhaps-missing", ("公式用到的内容在某些走法中没有填写", "A formula reads what only some ways fill in"),
        ("{step}要用到“{field}”,但有的走法到这里时还没有填写它。",
         "{step} reads “{field}”, but on some ways to it nobody has filled that in."),
        ("请在公式中先判断是否为空(例如 {field} != null and …),或让每条走法都填写它。",
         "Ask first whether it is there (for example {field} != null and …), or fill it in on every way."),
    ),
    warning(
        "field-collision", ("同名字段在两处的类型不同", "Two steps fill the same field with different kinds of value"),
        ("“{field}”在{step}中是{kind},在别处是{other}。",
         "“{field}” is {kind} in {step}, but {other} elsewhere."),
        ("请给其中一个字段换一个名字。", "Give one of the two another name."),
    ),
    error(
        "type-mismatch", ("比较的两边类型不同", "Two different kinds of value are compared"),
        ("{step}中的“{source}”拿{kind}与{other}相比,永远不会成立。",
         "“{source}” in {step} compares {kind} with {other}; it can never work."),
        ("文字要加引号,数字不加;日期写成 date(\"2026-01-31\")。",
         "Put text in quotes and numbers without; write dates as date(\"2026-01-31\")."),
    ),
    error(
        "option-unknown", ("比较的值不在选项中", "A value is compared that is not among the options"),
        ("{step}中的“{source}”用到“{value}”,但“{field}”没有这个选项。",
         "“{source}” in {step} uses “{value}”, which is not an option of “{field}”."),
        ("可用的选项:{options}。", "The options are: {options}."),
    ),
)
