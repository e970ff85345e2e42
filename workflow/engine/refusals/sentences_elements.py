"""What refusals of files, elements and settings say and how to mend it, in both languages; see sentences.py."""

from workflow.engine.refusals.sentence import Sentence, error, warning

# One entry is easier to read in two or three lines than exploded.
# fmt: off

FILES: dict[str, Sentence] = {
    "file-unknown": warning(
        "文件“{given}”不是流程图、决策表或表单。", "The file “{given}” is no diagram, decision table or form.",
        "请把它移出这个文件夹。", "Move it out of this folder."),
    "file-too-large": error(
        "文件超过 5 MB,不能读取。", "The file is larger than 5 MB and is not read.",
        "请检查是否选错了文件。", "Check whether it is the right file."),
    "bundle-too-large": error(
        "文件太多或太大：最多 {files} 个文件，共 10 MB，流程图和决策表中共 {tags} 个元素。",
        "There are too many files, or they are too large: at most {files} files, 10 MB in all, and {tags} elements in "
        "diagrams and tables.",
        "请分成几个流程，用调用连接。", "Draw several processes that call each other."),
    "bundle-too-large:formulas": error(
        "公式太多或太长：最多 {formulas} 个不同的公式，共 {most} 个字符。",
        "There are too many or too long formulas: at most {formulas} different ones, {most} characters in all.",
        "请改用决策表，或分成几个流程。", "Use decision tables, or draw several processes."),
    "form-too-large": error(
        "表单嵌套太深：最多 {most} 层。", "The form is nested too deeply: at most {most} levels.",
        "请用表单编辑器重新制作。", "Make it anew in the form editor."),
    "diagram-too-large": error(
        "流程图太大：最多 {most} 个步骤和 {formulas} 个公式。",
        "The diagram is too large: at most {most} steps and {formulas} formulas.",
        "请分成几个流程，用调用连接。", "Draw several processes that call each other."),
    "table-too-large": error(
        "决策表太大：最多 {most} 个单元格。", "The decision table is too large: at most {most} cells.",
        "请分成几张表。", "Make several tables."),
    "no-diagram": error(
        "没有流程图文件。", "There is no diagram among the files.",
        "请加上一个 .bpmn 文件。", "Add a .bpmn file."),
    "not-bpmn": error(
        "文件不是 BPMN 流程图。", "The file is not a BPMN diagram.",
        "请用流程编辑器保存成 BPMN 2.0。", "Save it as BPMN 2.0 in a process editor."),
    "bpmn-schema": error(
        "第 {line} 行不符合 BPMN 2.0 规定：{detail}", "Line {line} is not valid BPMN 2.0: {detail}",
        "请用流程编辑器打开并重新保存文件。", "Open and save the file in a process editor."),
    "platform-unknown": error(
        "流程图是为“{platform}”画的，只能作为图画导入，不能直接运行。",
        "The diagram was drawn for “{platform}”; it can be imported as a drawing but not run.",
        "请在这里的编辑器中重新设置每个步骤。", "Set up its steps anew in the editor here."),
    "data-objects-drawn": warning(
        "数据对象和数据存储只作图示，不参与运行。",
        "Data objects and data stores are kept as drawings and have no effect.",
        "要传递内容请用表单字段。", "Use form fields to hand something on."),
    "form-unreadable": error(
        "表单文件不是有效的 JSON。", "The form is not valid JSON.",
        "请用表单编辑器重新保存。", "Save it again in the form editor."),
    "form-id-differs": error(
        "表单编号“{form}”与文件名不一致。", "The id “{form}” of the form is not the name of its file.",
        "请把两者改成一样。", "Make both the same."),
    "process-not-executable": error(
        "流程“{name}”没有设为可执行。", "The process “{name}” is not marked as executable.",
        "请在属性中勾选“可执行”。", "Tick “executable” in its properties."),
    "process-not-executable:drawn": warning(
        "流程“{name}”没有设为可执行，只作图示，不会运行。",
        "The process “{name}” is not marked as executable: it is kept as a drawing and never runs.",
        "如果它应当运行，请在属性中勾选“可执行”。", "If it is meant to run, tick “executable” in its properties."),
    "process-not-executable:none": error(
        "文件中没有可执行的流程。", "There is no executable process in the files.",
        "请在流程的属性中勾选“可执行”。", "Tick “executable” in the properties of the process."),
    "main-process-unclear": error(
        "文件中有几个互不调用的流程，看不出哪个是主流程。",
        "There are several processes and none of them calls the others; it is not clear which one is meant.",
        "请只保留一个流程和它调用的流程。", "Keep one process and those that it calls."),
    "process-calls-itself": error(
        "流程“{name}”直接或间接调用了自己。", "The process “{name}” calls itself, directly or through others.",
        "要重复请画循环。", "Draw a loop to repeat something."),
    "id-twice": error(
        "编号“{id}”在文件中出现了不止一次。", "The id “{id}” stands in the files more than once.",
        "请给其中一个换编号。", "Give one of them another id."),
    "id-missing": error("有步骤没有编号。", "A step has no id.", "请给它编号。", "Give it an id."),
}

ELEMENTS: dict[str, Sentence] = {
    "extension-unknown": error(
        "“{name}”带有系统不认识的设置（{what}），它会被忽略，因此不接受。",
        "“{name}” has a setting that is not known here ({what}); it would be ignored, so it is refused.",
        "请在编辑器中删除这项设置。", "Remove this setting in the editor."),
    "not-supported:construct": error(
        "“{name}”用到了{what}，系统不支持。", "“{name}” uses {what}, which is not supported.",
        "请改用任务、网关和事件来表达。", "Express it with tasks, gateways and events."),
    "not-supported:kind": error(
        "“{name}”是系统不支持的元素（{kind}）。", "“{name}” is an element that is not supported ({kind}).",
        "请换成受支持的元素。", "Use another element."),
    "not-supported:quantity": error(
        "“{name}”设了令牌数量（{what}），系统不支持。",
        "“{name}” sets a token quantity ({what}), which is not supported.",
        "请删除这项设置。", "Remove this setting."),
    "not-supported:compensation": error(
        "“{name}”是补偿步骤，系统不支持。", "“{name}” is a compensation step, which is not supported.",
        "请把撤销画成普通的步骤。", "Draw the undoing as an ordinary step."),
    "not-supported:behavior": error(
        "“{name}”的多实例事件设置（behavior）系统不支持。",
        "The instance events (behavior) of “{name}” are not supported.",
        "请删除这项设置。", "Remove this setting."),
    "not-supported:event-gateway": error(
        "事件网关“{name}”的这种用法系统不支持。",
        "The event-based gateway “{name}” is used in a way that is not supported.",
        "请用几个带事件的开始代替。", "Use several start events instead."),
    "not-supported:parallel-start": error(
        "“{name}”要求几个事件都发生才开始（parallelMultiple），系统不支持。",
        "“{name}” begins only when several events have all happened (parallelMultiple), which is not supported.",
        "请只留一个开始事件，其余的放在后面等待。", "Keep one event at the start and wait for the others behind it."),
    "extension-misplaced": error(
        "“{name}”上的设置（{what}）在这里不起作用，因此不接受。",
        "A setting of “{name}” ({what}) has no effect there, so it is refused.",
        "请删除它，或把“{name}”改成能用这项设置的步骤。",
        "Delete it, or make “{name}” a step for which this setting is meant."),
    "extension-misplaced:both": error(
        "“{name}”既选了决策又选了操作，只能有一项。",
        "“{name}” names both a decision and an operation; it can have only one.",
        "请删除其中一项。", "Delete one of them."),
    "extension-twice": error(
        "“{name}”的一项设置（{what}）写了不止一次，只有一次会起作用。",
        "“{name}” has a setting ({what}) more than once; only one of them would count.",
        "请只保留一个。", "Keep one of them."),
    "mapping-empty": error(
        "“{name}”的变量“{variable}”没有写取自哪里。",
        "“{name}” does not say where the variable “{variable}” comes from.",
        "请写上公式，或删除这一行。", "Write a formula, or delete the line."),
    "expression-language": error(
        "“{name}”的公式声明用“{language}”书写；这里只接受 FEEL。",
        "A formula at “{name}” is declared to be in “{language}”; only FEEL is accepted.",
        "请在编辑器中重新填写这个公式。", "Enter this formula anew in the editor."),
    "no-effect": warning(
        "“{name}”的一项设置（{what}）会保留，但不起作用。",
        "A setting of “{name}” ({what}) is kept but has no effect.",
        "可以删除它。", "It can be deleted."),
    "property-unknown": warning(
        "“{name}”的属性“{property}”系统不认识，不起作用。",
        "The property “{property}” of “{name}” is not known here and has no effect.",
        "请检查拼写。可用的有：{known}。", "Check its spelling. Known are: {known}."),
    "foreign-kept": warning(
        "文件中有其他软件的设置（{namespace}），会保留，但不起作用。",
        "The file has settings of another program ({namespace}); they are kept but have no effect.",
        "如果它们对流程重要，请用这里的设置重新填写。",
        "If they matter to the process, set them anew in the editor here."),
}
