"""What each refusal says and how to mend it, in both languages: rule, or rule:variant, to its sentences.

{name} is the element as people know it; the other places are named by the check that finds the fault.
"""

from workflow.engine.refusals.sentence import Sentence, error, warning
from workflow.engine.refusals.sentences_elements import ELEMENTS, FILES

# One entry is easier to read in two or three lines than exploded.
# fmt: off

STRUCTURE: dict[str, Sentence] = {
    "nested-too-deep": error(
        "“{name}”嵌套太深。", "“{name}” is nested too deeply.",
        "请把内层改成单独的流程并调用它。", "Make the inner part a process of its own and call it."),
    "scope-empty": error(
        "“{name}”里面没有任何步骤。", "There is no step in “{name}”.",
        "请画上步骤，或删除它。", "Draw its steps, or delete it."),
    "flow-dangling": error(
        "箭头“{name}”没有连接同一层的两个步骤。", "The arrow “{name}” does not connect two steps of the same level.",
        "请重新连接或删除它。", "Connect it anew or delete it."),
    "flow-into-start": error(
        "“{name}”由事件触发，不能有箭头指向它。", "“{name}” is started by an event, so no arrow may lead to it.",
        "请把箭头接到它后面的步骤。", "Lead the arrow to the step behind it."),
    "flow-out-of-end": error(
        "“{name}”之后不能再有箭头。", "No arrow may leave “{name}”.",
        "请删除箭头，或把它换成中间事件。", "Delete the arrow, or use an intermediate event."),
    "boundary-detached": error(
        "边界事件“{name}”没有附着在同一层的步骤上。",
        "The boundary event “{name}” is not attached to a step of the same level.",
        "请把它拖到步骤的边上。", "Drag it onto the border of a step."),
    "default-dangling": error(
        "“{name}”的默认分支不是从它出发的箭头。", "The default of “{name}” is not an arrow that leaves it.",
        "请重新指定默认分支。", "Choose the default branch anew."),
    "condition-ignored": error(
        "箭头“{name}”的条件在这里不起作用。", "The condition of the arrow “{name}” has no effect here.",
        "请删除条件，或换成排他或包容网关。", "Remove it, or use an exclusive or inclusive gateway."),
    "condition-ignored:default": error(
        "默认分支“{name}”不能再写条件。", "The default branch “{name}” cannot have a condition.",
        "请删除条件，或取消默认。", "Remove the condition, or the default."),
    "condition-missing": error(
        "分支“{name}”没有写条件，也不是默认分支。", "The branch “{name}” has no condition and is not the default.",
        "请写上条件，或把它设为默认。", "Write its condition, or make it the default."),
    "adhoc-events": error(
        "自由子流程“{name}”里不能有开始或结束事件。",
        "The ad-hoc subprocess “{name}” may not contain start or end events.",
        "请删除它们。", "Delete them."),
    "handler-start": error(
        "事件子流程“{name}”需要恰好一个带事件的开始。",
        "The event subprocess “{name}” needs exactly one start, and that needs an event.",
        "请给开始设置消息、时间或错误等事件。", "Give the start a message, timer, error or other event."),
    "subprocess-start": error(
        "子流程“{name}”只能有一个普通的开始。", "The subprocess “{name}” may have only one start, without an event.",
        "请删除多余的开始或它的事件。", "Delete the other starts, or the event."),
    "several-starts": error(
        "流程“{name}”有几个普通的开始，看不出从哪里开始。",
        "The process “{name}” has several plain starts; it is not clear where to begin.",
        "请只保留一个，其余改成带消息的开始。", "Keep one and give the others a message."),
    "step-unreachable": error(
        "没有箭头通到“{name}”，它永远不会开始。", "No arrow leads to “{name}”, so it will never begin.",
        "请画一条箭头通到它，或删除它。", "Draw an arrow to it, or delete it."),
}

STEPS: dict[str, Sentence] = {
    "operation-missing": error(
        "系统步骤“{name}”没有指明要做什么。", "The automatic step “{name}” does not say what to do.",
        "请选择一项操作。", "Choose an operation."),
    "operation-unknown": error(
        "“{name}”要调用的操作“{operation}”不存在。", "The operation “{operation}” that “{name}” calls does not exist.",
        "请从列表中选择。", "Choose one from the list."),
    "task-without-role": error(
        "任务“{name}”没有指明由哪个角色来做。", "The task “{name}” does not say which role does it.",
        "请选择角色。", "Choose a role."),
    "role-unknown": error(
        "任务“{name}”的角色“{role}”不存在。", "The role “{role}” of the task “{name}” does not exist.",
        "请从列表中选择一个角色。", "Choose one role from the list."),
    "task-without-form": error(
        "任务“{name}”没有表单。", "The task “{name}” has no form.", "请选择表单。", "Choose a form."),
    "form-missing": error(
        "任务“{name}”的表单“{form}”不在文件中。", "The form “{form}” of the task “{name}” is not among the files.",
        "请加上文件 {form}.form.json,或改选已有的表单。",
        "Add the file {form}.form.json, or choose a form that exists."),
    "priority-unreadable": error(
        "任务“{name}”的优先级应是 0 到 100 的整数。",
        "The priority of the task “{name}” must be a whole number from 0 to 100.",
        "一般用 50。", "The usual one is 50."),
    "date-unreadable": error(
        "任务“{name}”的期限“{text}”读不懂。", "The due date “{text}” of the task “{name}” cannot be read.",
        "期限要写成公式，例如 =working days after(now(), 2)。",
        "Write it as a formula, for example =working days after(now(), 2)."),
    "script-foreign": error(
        "“{name}”带有程序代码；这里只接受公式（FEEL）。",
        "“{name}” carries program code; only formulas (FEEL) are accepted.",
        "请改写成公式。", "Write it as a formula."),
    "script-missing": error(
        "计算步骤“{name}”没有公式。", "The script step “{name}” has no formula.", "请写上公式。", "Write its formula."),
    "decision-missing": error(
        "“{name}”使用的决策不在文件中。", "The decision that “{name}” uses is not among the files.",
        "请加上决策表，或改选已有的。", "Add the decision table, or choose one that exists."),
    "process-missing": error(
        "“{name}”调用的流程不在文件中。", "The process that “{name}” calls is not among the files.",
        "请加上它的文件。", "Add its file."),
    "called-without-start": error(
        "“{name}”调用的流程没有普通的开始，只能由事件触发。",
        "The process that “{name}” calls has no plain start; only an event could start it.",
        "请给被调用的流程加上普通的开始。", "Give the called process a plain start."),
    "variable-name": error(
        "“{name}”的变量名“{variable}”无效。", "The variable name “{variable}” at “{name}” is not valid.",
        "变量名由字母、数字和下划线组成，不以数字开头。",
        "A name consists of letters, digits and underscores and does not begin with a digit."),
    "name-computed": error(
        "“{name}”用公式算名称，名称必须固定。", "“{name}” computes a name; names must be fixed.",
        "请直接写名称。", "Write the name itself."),
    "loop-count": error(
        "“{name}”的循环次数应是不小于 0 的整数。", "The number of turns of “{name}” must be a whole number, 0 or more.",
        "请改写次数。", "Write another number."),
    "loop-endless": error(
        "循环“{name}”既没有条件也没有次数。", "The loop “{name}” has neither a condition nor a number of turns.",
        "请写上其中一项。", "Write one of them."),
    "instances-without-collection": error(
        "多实例“{name}”没有说明为谁逐一办理（缺少列表）。",
        "The multi-instance step “{name}” does not say for which list it is done.",
        "请写上给出列表的公式。", "Write a formula that gives the list."),
    "instances-output": error(
        "多实例“{name}”的结果列表和结果项要一起填写。",
        "The multi-instance step “{name}” needs both an output collection and an output element.",
        "请补上缺少的一项。", "Add what is missing."),
    "instances-output:lost": error(
        "多实例“{name}”会产生数据，但没有结果列表，数据会丢失。",
        "The multi-instance step “{name}” produces data but has no output collection, so it would be lost.",
        "请写上结果列表和结果项。", "Write an output collection and an output element."),
    "expression-too-long": error(
        "“{name}”的公式超过 {most} 个字符。", "A formula at “{name}” is longer than {most} characters.",
        "请改用决策表，或分成几步计算。", "Use a decision table, or several steps."),
    "expression-unreadable": error(
        "“{name}”的公式“{source}”有错：{reason}", "The formula “{source}” at “{name}” is wrong: {reason}",
        "请改正公式。", "Correct the formula."),
    "expression-unreadable:old": error(
        "“{name}”的公式是旧式写法（{{…}} 前带 $ 或 #），系统不支持。",
        "A formula at “{name}” is in an old style ($ or # before braces), which is not supported.",
        "请改写成 FEEL,以 = 开头。", "Write it in FEEL, with a leading =."),
}

EVENTS: dict[str, Sentence] = {
    "event-empty": error(
        "事件“{name}”没有说明等待什么。", "The event “{name}” does not say what it waits for.",
        "请选择消息、时间等事件。", "Choose a message, a timer or another event."),
    "event-mixed": error(
        "事件“{name}”的几种触发不能合用。", "The event “{name}” combines what cannot be combined.",
        "请分成几个事件。", "Draw several events."),
    "event-misplaced": error(
        "“{name}”处不能使用这种事件（{what}）。", "An event of this kind ({what}) cannot stand at “{name}”.",
        "请换成别的事件。", "Use another event."),
    "event-misplaced:error": error(
        "错误事件“{name}”必须中断所在的步骤。", "The error event “{name}” must interrupt its step.",
        "请把它设为中断。", "Make it interrupting."),
    "event-incomplete": error(
        "事件“{name}”没有指明{what}。", "The event “{name}” does not name {what}.", "请选择一个。", "Choose one."),
    "event-incomplete:code": error(
        "事件“{name}”所指的{what}没有名称或代码。", "What the event “{name}” refers to has no name or code: {what}.",
        "请填写名称或代码。", "Fill in its name or code."),
    "event-incomplete:condition": error(
        "条件事件“{name}”没有写条件。",
        "The conditional event “{name}” has no condition.", "请写上条件。", "Write it."),
    "reference-missing": error(
        "“{name}”指向的消息、信号、错误或升级没有定义。",
        "“{name}” refers to a message, signal, error or escalation that is not defined.",
        "请重新选择。", "Choose one anew."),
    "message-missing": error(
        "“{name}”没有指明消息，会直接走过去。", "“{name}” does not name a message, so it would be passed at once.",
        "请选择消息。", "Choose a message."),
    "message-without-key": error(
        "“{name}”等待的消息没有关联键，分不清是谁的消息。",
        "The message that “{name}” waits for has no correlation key, so it is not clear whose message it is.",
        "请写上能认出案例的公式，例如 =case.number。", "Write a formula that tells the case, e.g. =case.number."),
    "start-from-outside": warning(
        "流程不会自己从“{name}”开始，需要由系统设置触发。",
        "The process does not start at “{name}” by itself; something outside must be set up to trigger it.",
        "请联系管理员，或改用普通的开始。", "Ask an administrator, or use a plain start."),
    "timer-missing": error(
        "定时事件“{name}”需要恰好一个时间。", "The timer “{name}” needs exactly one time.",
        "请写上时长、时刻或周期中的一项。", "Write a duration, a date or a cycle."),
    "timer-repeats": error(
        "“{name}”只会触发一次，不能用重复的时间。",
        "“{name}” can fire only once, so a repeated time has no meaning there.",
        "请改用时长，或设为不中断。", "Use a duration, or make it non-interrupting."),
    "timer-unreadable": error(
        "“{name}”的时间“{text}”读不懂。", "The time “{text}” of “{name}” cannot be read.",
        "例如 PT1H（1 小时）、P2D（2 天）、R3/P1D（每天一次共 3 次）、2026-05-01T09:00:00+08:00。",
        "For example PT1H (1 hour), P2D (2 days), R3/P1D (daily, 3 times), 2026-05-01T09:00:00+08:00."),
    "link-unmatched": error(
        "链接“{name}”需要同一层中恰好一个同名的接收端。",
        "The link “{name}” needs exactly one receiving link of the same name on its level.",
        "请核对两端的名称。", "Compare the names at both sides."),
    "link-unmatched:catch": error(
        "没有链接指向“{name}”。",
        "No link leads to “{name}”.", "请核对两端的名称。", "Compare the names at both sides."),
    "gateway-option": error(
        "事件网关之后只能接等待一个事件的步骤，“{name}”不是。",
        "Behind an event-based gateway only steps that wait for one event may stand; “{name}” is none.",
        "请在中间放一个等待事件。", "Put a waiting event in between."),
    "gateway-option:few": error(
        "事件网关“{name}”至少要有两个可等待的事件。",
        "The event-based gateway “{name}” needs at least two events to choose from.",
        "请再加一个，或去掉网关。", "Add one, or leave the gateway out."),
}

SENTENCES: dict[str, Sentence] = {**FILES, **ELEMENTS, **STRUCTURE, **STEPS, **EVENTS}
