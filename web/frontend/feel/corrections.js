// What we change in feelin's text, and why: wherever it would quietly answer "false" or "null" it asks our hooks first
// (hooks.js). Each entry is [text, replacement, times]; the build fails unless the text is there just so often.
const lines = (...all) => all.join("\n");

export const CORRECTIONS = [
  // -- comparing
  [ // values of different types are never simply unequal, and a date is not an instant
    lines("    const temporalTypes = ['date time', 'time', 'date'];", "    if (temporalTypes.includes(aType)) {"),
    lines("    if (aType !== bType) {", "        return hooks.mismatch(aType, bType);", "    }",
          "    const temporalTypes = ['date time', 'time', 'date'];", "    if (temporalTypes.includes(aType)) {"),
  ],
  [ // feelin counts months above 180 days, so that PT5000H equals PT5001H
    lines("    if (aType === 'duration') {", "        // years and months"),
    lines("    if (aType === 'duration') {", "        return hooks.sameDuration(a, b);", "        // years and months"),
  ],
  [ // < > <= >= and [a..b]
    lines("    if (test instanceof Range) {", "        return test.includes(value);", "    }", "    return equals(test, value);"),
    lines("    if (test instanceof Range) {", "        hooks.inRange(test, value);", "        return test.includes(value);", "    }",
          "    return equals(test, value);"),
  ],
  [
    "                return createRange(start, end).includes(args[0](context));",
    "                return compareValue(createRange(start, end), args[0](context));",
  ],
  ["    throw new Error(`unsupported range: ${start}..${end}`);", "    return hooks.noRange(start, end);"],
  [ // `list contains` and `index of` compare by identity: no date is ever found
    lines("function matches(a, b) {", "    return a === b;"),
    lines("function matches(a, b) {", "    return getType(a) === getType(b) && equals(a, b) === true;"),
  ],
  // -- deciding
  ["if (isTruthy(ifCondition(context))) {", "if (hooks.yesOrNo(ifCondition(context))) {"],
  [ // stop early, so that `x != null and x.age < 3` can be written; only yes, no and null go together
    lines("            const left = args[0](context);", "            const right = args[2](context);", "            const matrix = [",
          "                [true, true, true],", "                [true, false, true],"),
    lines("            return hooks.junction(true, args[0], args[2], context);", "            const left = null, right = null;",
          "            const matrix = [", "                [true, true, true],", "                [true, false, true],"),
  ],
  [
    lines("            const left = args[0](context);", "            const right = args[2](context);", "            const matrix = [",
          "                [true, true, true],", "                [true, false, false],"),
    lines("            return hooks.junction(false, args[0], args[2], context);", "            const left = null, right = null;",
          "            const matrix = [", "                [true, true, true],", "                [true, false, false],"),
  ],
  ["                return contexts.every(ctx => isTruthy(_condition(ctx)));", "                return hooks.quantified(false, contexts, _condition);"],
  ["                return contexts.some(ctx => isTruthy(_condition(ctx)));", "                return hooks.quantified(true, contexts, _condition);"],
  // -- lists
  [ // a filter that calls a function, or names a yes/no field, is asked for each item too
    lines("            if (['number', 'boolean', 'any'].includes(type)) {"),
    lines("            if (type === 'any') {", "                return hooks.filterByAny(filterTarget, filterFn, context);", "            }",
          "            if (['number', 'boolean', 'any'].includes(type)) {"),
  ],
  [
    lines("                return filterTarget.map(el => {", "                    const iterationContext"),
    lines("                return hooks.filterByTest(filterTarget, filterFn, context);", "                return filterTarget.map(el => {",
          "                    const iterationContext"),
  ],
  ["                return filterTarget.filter(el => el === value);", "                return hooks.noFilter(value);"],
  [
    lines("            // a[null]", "            // a[@\"2026-12-12\"]", "            return null;"),
    "            return hooks.noFilter(filterFn(context));",
  ],
  [
    lines("        return target.map(t => ({ [prop]: t }));", "    }", "    return null;"),
    lines("        return target.map(t => ({ [prop]: t }));", "    }", "    return hooks.noList(target);"),
  ],
  ["    const sorted = array.slice().sort();", "    const sorted = array.slice().sort((a, b) => a - b);"], // numbers, not texts
  // -- unary tests
  [ // a test that comes out as null does not "equal" an empty value
    lines("            return args[0](context);", "        };", "        case 'ParenthesizedExpression'"),
    lines("            return hooks.cell(node.input, args[0].type, args[0](context));", "        };", "        case 'ParenthesizedExpression'"),
  ],
  ["                return args[0](context) === context['?'];", "                return equals(args[0](context), context['?']);"],
  [ // and its negation does not pass either
    "                const matches = tests.map(test => test(context)).flat(1).map(test => {",
    lines("                return hooks.passes(tests.map(test => test(context)).flat(1), value, negate);",
          "                const matches = tests.map(test => test(context)).flat(1).map(test => {"),
  ],
  // -- values
  [ // only what FEEL knows of a date can be read from it, none of the insides of the library
    "    if (['nil', 'boolean', 'number', 'string'].includes(getType(context))) {\n        return undefined;",
    lines("    const kind = getType(context);", "    if (kind !== 'context') {", "        return hooks.property(name, context, kind);"),
  ],
  ["                return op(left, right);", "                return hooks.arithmetic(node.input, left, right, op);"],
  [ // a value of the wrong type given to a function is an error; nothing stays nothing
    lines("        if (!convertedArgs) {", "            return null;"),
    lines("        if (!convertedArgs) {", "            return hooks.wrongArguments(wrappedFn, args, argDefinitions);"),
  ],
  [
    lines("        if (!args.every(arg => tester(arg) !== FALSE)) {", "            return null;"),
    lines("        if (!args.every(arg => tester(arg) !== FALSE)) {", "            return hooks.wrongArguments(wrappedFn, args, args.map(() => type));"),
  ],
  [
    lines("        if (isNotImplemented(_err)) {", "            throw _err;", "        }"),
    "        return hooks.noPattern();",
  ],
  // A time of day is kept as an instant of 1 January 1900, a common placeholder for unknown birth dates; now of year 1.
  ["1900-01-01T", "0001-01-01T"],
  ["year === 1900", "year === 1"],
  ["year: 1900", "year: 1", 5],
  // -- names that may be missing
  [
    "const expr = evalNode(node, args, interpreterContext);",
    "const expr = hooks.node(node, args, (args) => evalNode(node, args, interpreterContext));",
  ],
];

export const EXPORTS =
  "\nexport const hooks = {};\nexport { interpreter, builtins, getType, fn, equals, compareValue, isContext, Range };\n";
