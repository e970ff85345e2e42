// FEEL as the engine needs it: parse once, evaluate often, and an error wherever plain FEEL would quietly answer
// "false" or "null" (feel-zeebe.md §1.3). Everything enters and leaves as JSON text.
import { interpreter, builtins, fn } from "@bpmn-io/feelin";
import { parser, trackVariables } from "@bpmn-io/lezer-feel";
import { reset, strict } from "./hooks.js";
import { freeNames } from "./names.js";
import { install, setMoment } from "./functions.js";
import { Stop } from "./stop.js";
import { reviveAll, encode } from "./values.js";

install(builtins, fn);

const KNOWN = Object.fromEntries(Object.keys(builtins).map((name) => [name, {}]));
const { not: _not, ...KNOWN_IN_CELLS } = KNOWN; // in a cell not(...) is the negation of tests, no function
// Names are read the same whatever the data is: only the functions are known, never the variables.
const reading = (top, known) => parser.configure({ top, contextTracker: trackVariables(known), dialect: "camunda" });
const expressions = reading("Expression", KNOWN);
const cells = reading("UnaryTests", KNOWN_IN_CELLS);
const compiled = new Map();

const parse = (source, unary) => (unary ? cells : expressions).parse(source);

function build(source, unary, tree = parse(source, unary)) {
  const { root } = interpreter._buildExecutionTree(tree, source, strict);
  compiled.set((unary ? "u" : "e") + source, root);
  return root;
}

const program = (source, unary) => compiled.get((unary ? "u" : "e") + source) ?? build(source, unary);

// Answers "v<JSON>" for a value, "t"/"f"/"n" for the commonest ones, "!<JSON>" for an error.
function guarded(work) {
  try {
    reset();
    return work();
  } catch (error) {
    if (error instanceof Stop) return marked("!", [error.kind, error.values]);
    if (error.position) return marked("!", ["syntax", [error.position.from + 1, error.input ?? ""]]);
    // Feelin's own complaints; their texts may hold values. Anything else comes from the limits of QuickJS, which
    // surface as an InternalError or, while parsing, as a meaningless TypeError.
    if (error.name === "Error") return marked("!", ["failed", []]);
    throw error;
  }
}

// Joined, not added: the Python binding cannot read the ropes that adding makes of long texts.
function marked(mark, value) {
  return [mark, JSON.stringify(value)].join("");
}

function answer(value) {
  if (value === true) return "t";
  if (value === false) return "f";
  if (value === null || value === undefined) return "n";
  return marked("v", encode(value));
}

export function evaluate(source, data, moment) {
  return guarded(() => {
    setMoment(moment);
    return answer(program(source, false)(reviveAll(JSON.parse(data))));
  });
}
export function test(source, data, moment) {
  return guarded(() => {
    setMoment(moment);
    const context = reviveAll(JSON.parse(data));
    return answer(program(source, true)(context)(context["?"] ?? null));
  });
}
export function names(source, unary) {
  return guarded(() => {
    const tree = parse(source, unary);
    build(source, unary, tree); // says where the fault is; the tree of a faulty text is worth nothing
    return marked("v", freeNames(tree, source, builtins));
  });
}
export function functions() {
  return JSON.stringify(Object.keys(builtins));
}
