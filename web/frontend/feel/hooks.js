// What the corrected feelin asks us: here "not comparable", "not yes or no" and the like become errors.
// An error names types and names, never a value: values are people's data.
import { compareValue, getType, hooks, isContext } from "@bpmn-io/feelin";
import { Stop } from "./stop.js";

const TEMPORAL = new Set(["date", "date time", "time"]);
const FIELDS = {
  date: ["year", "month", "day", "weekday"],
  "date time": ["year", "month", "day", "weekday", "hour", "minute", "second"],
  time: ["hour", "minute", "second"],
  range: ["start", "end", "start included", "end included"],
};
const PATHS = new Set(["VariableName", "PathExpression"]);

// Warnings of the interpreter are errors here: a name that is not there must never decide anything.
// Only where a path is compared with null, or asked for by `is defined`, may it be missing.
let lenient = 0;
const WARNINGS = {
  NO_VARIABLE_FOUND: "name", NO_CONTEXT_ENTRY_FOUND: "name", NO_PROPERTY_FOUND: "property",
  NO_FUNCTION_FOUND: "function", FUNCTION_INVOCATION_FAILURE: "arguments",
};
export const strict = {
  addWarning(node, type, { values }) {
    if (type === "INVALID_TYPE") throw new Stop("arithmetic", [node.input, getType(values.left), getType(values.right)]);
    const kind = WARNINGS[type] ?? "failed";
    if (lenient && (kind === "name" || kind === "property")) return;
    throw new Stop(kind, [node.input]);
  },
};

export function reset() {
  lenient = 0;
}

function gently(path) {
  return Object.assign((...args) => {
    lenient += 1;
    try {
      return path(...args);
    } finally {
      lenient -= 1;
    }
  }, { type: path.type, kind: path.kind });
}

function node(node, args, make) {
  if (node.name === "Comparison" && ["=", "!="].includes(args[1]?.sign)) {
    if (args[2].type === "nil" && PATHS.has(args[0].kind)) args = [gently(args[0]), args[1], args[2]];
    if (args[0].type === "nil" && PATHS.has(args[2].kind)) args = [args[0], args[1], gently(args[2])];
  }
  if (node.name === "FunctionInvocation" && args[0].spelled === "is defined") args = [args[0], args[1], gently(args[2]), args[3]];
  const made = make(args);
  if (typeof made === "function" && node.name !== "ParenthesizedExpression" && !made.kind) {
    made.kind = node.name;
    if (node.name === "CompareOp") made.sign = node.input;
    if (node.name === "VariableName") made.spelled = node.input.replace(/\s+/g, " ");
  }
  return made;
}

function mismatch(left, right) {
  if (left === "nil" || right === "nil") return false;
  throw new Stop("type", [left, right]);
}

function inRange(range, value) {
  const bound = getType(range.start ?? range.end ?? null);
  const type = getType(value);
  if (type === "nil" || bound === "nil" || bound === type) return;
  throw new Stop("type", [type, bound]);
}

function noRange(start, end) {
  if (start === null || end === null) throw new Stop("order", [getType(start ?? end)]);
  throw new Stop("type", [getType(start), getType(end)]);
}

function yesOrNo(value) {
  if (typeof value === "boolean") return value;
  throw new Stop("if", [getType(value)]);
}

// "or" when `wins` is true, "and" when it is false: that value decides, whatever the other side is.
function junction(wins, left, right, context) {
  const a = perhaps(left(context));
  if (a === wins) return wins;
  const b = perhaps(right(context));
  return b === wins ? wins : a === null || b === null ? null : !wins;
}

// "some" when `wins` is true, "every" when it is false.
function quantified(wins, contexts, condition) {
  let unknown = false;
  for (const context of contexts) {
    const answer = perhaps(condition(context));
    if (answer === wins) return wins;
    unknown ||= answer === null;
  }
  return unknown ? null : !wins;
}

function perhaps(value) {
  if (typeof value === "boolean" || value === null) return value;
  throw new Stop("boolean", [getType(value)]);
}

function itemScope(context, item) {
  return isContext(item) ? { ...context, item, ...item } : { ...context, item };
}

function filterByTest(list, filter, context) {
  return list.filter((item) => {
    const answer = filter(itemScope(context, item));
    return perhaps(typeof answer === "boolean" || answer === null ? answer : compareValue(answer, item)) === true;
  });
}

function filterByAny(list, filter, context) {
  const answers = list.map((item) => filter(itemScope(context, item)));
  if (list.length === 0) return [];
  if (answers.every((answer) => typeof answer === "number")) {
    const index = filter(context);
    return list.at(index < 0 ? index : index - 1) ?? null;
  }
  return list.filter((_, place) => perhaps(answers[place]) === true);
}

function noFilter(value) {
  throw new Stop("filter", [getType(value)]);
}

function noList(value) {
  if (getType(value) === "nil") return null;
  throw new Stop("list", [getType(value)]);
}

const nothing = () => null;

// In a cell, null stands for itself only when it is written so, or is the value of a name.
function cell(text, type, value) {
  return value === null && (type === "test" || text.includes("?")) ? nothing : value;
}

function passes(tests, value, negate) {
  const answers = tests.map((test) => {
    if (typeof test === "boolean") return test;
    if (Array.isArray(test) && !Array.isArray(value)) return test.some((entry) => compareValue(entry, value) === true);
    return compareValue(test, value);
  });
  if (answers.includes(true)) return !negate;
  return answers.includes(null) ? null : negate;
}

function sameDuration(a, b) {
  const [left, right] = [a.toObject(), b.toObject()];
  return months(left) === months(right) && milliseconds(left) === milliseconds(right);
}

function months({ years = 0, quarters = 0, months = 0 }) {
  return years * 12 + quarters * 3 + months;
}

function milliseconds({ weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0 }) {
  return (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1000 + milliseconds;
}

function property(name, value, kind) {
  if (kind === "duration") throw new Stop("component", [name]);
  return FIELDS[kind]?.includes(name) ? value[name] : undefined;
}

function arithmetic(sign, left, right, op) {
  const [a, b] = [getType(left), getType(right)];
  const fits = TEMPORAL.has(a) ? b === "duration" || (sign === "-" && a === b)
    : a === "duration" ? b === "duration" || (sign === "+" && TEMPORAL.has(b))
    : true;
  if (!fits) throw new Stop("arithmetic", [sign, a, b]);
  const result = op(left, right);
  if ((a === "date" || b === "date") && a !== b && getType(result) !== "date") throw new Stop("hours", []);
  return result;
}

function wrongArguments(called, args, wanted) {
  wanted.forEach((type, place) => {
    const [given, plain] = [args[place], type.replace("?", "")];
    if (given === undefined && !type.endsWith("?")) throw new Stop("missing", [called.spelled]);
    if (given === null || given === undefined || plain === "any" || plain === "list") return;
    if (getType(given) !== plain) throw new Stop("argument", [called.spelled, plain, getType(given)]);
  });
  return null;
}

function noPattern() {
  throw new Stop("pattern", []);
}

Object.assign(hooks, {
  node, mismatch, inRange, noRange, yesOrNo, junction, quantified, filterByTest, filterByAny, noFilter, noList, cell, passes,
  sameDuration, property, arithmetic, wrongArguments, noPattern,
});
