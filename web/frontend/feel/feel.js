// FEEL as the engine needs it: parse once, evaluate often, and an error wherever plain FEEL would quietly answer
// "false" or "null" (feel-zeebe.md §1.3). Everything enters and leaves as JSON text.
import { parseExpression, parseUnaryTests, interpreter, builtins, fn, getType, hooks } from "@bpmn-io/feelin";
import { DateTime, Duration, FixedOffsetZone } from "luxon";
import { freeNames } from "./names.js";
import { Stop } from "./stop.js";
import { reviveAll, encode, localDate } from "./values.js";
import { install, setMoment } from "./functions.js";

install(builtins, fn);

const KNOWN = Object.fromEntries(Object.keys(builtins).map((name) => [name, {}]));
const compiled = new Map();

hooks.mismatch = (left, right) => {
  if (left === "nil" || right === "nil") return false;
  throw new Stop("type", [left, right]);
};
hooks.inRange = (range, value) => {
  const bound = getType(range.start ?? range.end ?? null);
  const type = getType(value);
  if (type === "nil" || bound === "nil" || bound === type) return;
  throw new Stop("type", [type, bound]);
};
hooks.yesOrNo = (value) => {
  if (typeof value === "boolean") return value;
  throw new Stop("if", [getType(value)]);
};

// Warnings of the interpreter are errors here: a name that is not there must never decide anything.
const strict = {
  addWarning(node, type) {
    const kind = { NO_VARIABLE_FOUND: "name", NO_CONTEXT_ENTRY_FOUND: "name", NO_PROPERTY_FOUND: "property",
                   INVALID_TYPE: "arithmetic", NO_FUNCTION_FOUND: "function", FUNCTION_INVOCATION_FAILURE: "arguments" }[type];
    throw new Stop(kind ?? "type", [node.input]);
  },
};

function parse(source, unary) {
  return (unary ? parseUnaryTests : parseExpression)(source, KNOWN, "camunda");
}

function build(source, unary) {
  const key = (unary ? "u" : "e") + source;
  let root = compiled.get(key);
  if (!root) {
    root = interpreter._buildExecutionTree(parse(source, unary), source, strict).root;
    compiled.set(key, root);
  }
  return root;
}

// Answers "v<JSON>" for a value, "t"/"f"/"n" for the commonest ones, "!<JSON>" for an error.
function guarded(work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof Stop) return "!" + JSON.stringify([error.kind, error.values]);
    if (error instanceof InternalError || error instanceof RangeError) throw error; // the limits of QuickJS
    const kind = error.name === "SyntaxError" || error.position ? "syntax" : "failed";
    return "!" + JSON.stringify([kind, [String(error.message ?? error)]]);
  }
}

function answer(value) {
  if (value === true) return "t";
  if (value === false) return "f";
  if (value === null || value === undefined) return "n";
  return "v" + JSON.stringify(encode(value));
}

export function compile(source, unary) {
  return guarded(() => (build(source, unary), "n"));
}
export function evaluate(source, data, moment) {
  return guarded(() => {
    setMoment(moment);
    return answer(build(source, false)(reviveAll(JSON.parse(data))));
  });
}
export function test(source, data, moment) {
  return guarded(() => {
    setMoment(moment);
    const context = reviveAll(JSON.parse(data));
    return answer(build(source, true)(context)(context["?"] ?? null));
  });
}
export function names(source, unary) {
  return guarded(() => "v" + JSON.stringify(freeNames(parse(source, unary), source, builtins)));
}
export function functions() {
  return JSON.stringify(Object.keys(builtins));
}
