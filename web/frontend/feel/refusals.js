// What can be read but must not be used: it misleads, or belongs to another system (feel-zeebe.md §6).
import { Stop } from "./stop.js";

const PARTS = new Set(["days", "months", "years", "hours", "minutes", "seconds"]);
// Where a test without a left side (`> 3`) has one implied.
const TESTED = new Set(["PositiveUnaryTest", "PositiveUnaryTests", "UnaryTests", "FilterExpression"]);

export function refuse(node, parent = null) {
  const kids = node.children;
  switch (node.name) {
    case "InstanceOfExpression":
      throw new Stop("unsupported", ["instance of"]);
    case "FunctionInvocation":
      if (kids[0].name !== "VariableName") throw new Stop("foreign", [node.text]);
      break;
    case "PathExpression": // a field of that name is fine; a part of a calculated length of time is not
      if (PARTS.has(kids[1].text.trim()) && !plain(kids[0])) throw new Stop("component", [kids[1].text.trim()]);
      break;
    case "SimplePositiveUnaryTest":
      if (kids[0].name === "CompareOp" && !TESTED.has(parent?.name)) throw new Stop("syntax", [node.from + 1, kids[0].text]);
      break;
    default:
  }
  for (const kid of kids) refuse(kid, node);
}

function plain(node) {
  if (node.name === "ParenthesizedExpression") return plain(node.children[1]);
  if (node.name === "PathExpression" || node.name === "FilterExpression") return plain(node.children[0]);
  return node.name === "VariableName" || node.name === "Context";
}
