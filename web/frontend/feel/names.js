// The names that an expression takes from its surroundings: needed ones, those only compared with null, and those that
// may be a field of a filtered item; and the functions it calls.
import { refuse } from "./refusals.js";

function toTree(tree, source) {
  const root = { children: [] };
  const stack = [root];
  tree.iterate({
    enter(ref) {
      const node = { name: ref.name, from: ref.from, text: source.slice(ref.from, ref.to), children: [] };
      stack[stack.length - 1].children.push(node);
      stack.push(node);
    },
    leave() { stack.pop(); },
  });
  return root;
}

const tidy = (text) => text.replace(/`/g, "").replace(/\s+/g, " ").trim();

export function freeNames(tree, source, builtins) {
  const found = { required: new Set(), optional: new Set(), maybe: new Set(), functions: new Set() };

  function path(node) {
    if (node.name === "VariableName") return [tidy(node.text)];
    if (node.name === "ParenthesizedExpression") return path(node.children[1]);
    if (node.name !== "PathExpression") return null;
    const base = path(node.children[0]);
    return base && [...base, tidy(node.children[1].text)];
  }

  function note(names, scope, mode) {
    if (scope.has(names[0])) return;
    if (names.length === 1 && Object.hasOwn(builtins, names[0])) return;
    found[mode].add(names.join("."));
  }

  function each(nodes, scope, mode) {
    for (const node of nodes) walk(node, scope, mode);
  }

  function walk(node, scope, mode) {
    const kids = node.children;
    switch (node.name) {
      case "VariableName": case "PathExpression": {
        const names = path(node);
        return names ? note(names, scope, mode) : walk(kids[0], scope, mode);
      }
      case "Type": return;
      case "FunctionInvocation": {
        const called = path(kids[0]);
        const name = called?.join(".");
        if (called && !scope.has(called[0])) found.functions.add(name);
        return each(kids.slice(1), scope, name === "is defined" ? "optional" : mode);
      }
      case "DateTimeConstructor": found.functions.add(tidy(node.text)); return;
      case "NamedParameter": return each(kids.slice(1), scope, mode);
      case "Comparison": {
        const nullTest = kids[1]?.name === "CompareOp" && ["=", "!="].includes(kids[1].text) && kids.some((kid) => kid.name === "null");
        return each(kids, scope, nullTest && mode === "required" ? "optional" : mode);
      }
      case "FilterExpression": {
        walk(kids[0], scope, mode);
        return each(kids.slice(1), new Set([...scope, "item"]), "maybe");
      }
      case "ForExpression": case "QuantifiedExpression": {
        const inner = new Set([...scope, "partial"]);
        for (const kid of kids.find((kid) => kid.name === "InExpressions").children) {
          if (kid.name !== "InExpression") continue;
          each(kid.children.slice(1), inner, mode);
          inner.add(tidy(kid.children[0].text));
        }
        return each(kids.slice(2), inner, mode);
      }
      case "FunctionDefinition": {
        const formal = kids.find((kid) => kid.name === "FormalParameters")?.children ?? [];
        const inner = new Set([...scope, ...formal.map((kid) => tidy(kid.text.split(":")[0]))]);
        return each(kids.filter((kid) => kid.name === "FunctionBody"), inner, mode);
      }
      case "Context": {
        const inner = new Set(scope);
        for (const entry of kids.filter((kid) => kid.name === "ContextEntry")) {
          each(entry.children.slice(1), inner, mode);
          inner.add(tidy(entry.children[0].text.replace(/^"|"$/g, "")));
        }
        return;
      }
      default: each(kids, scope, mode);
    }
  }

  const top = toTree(tree, source).children;
  top.forEach((node) => refuse(node));
  each(top, new Set(), "required");
  return Object.fromEntries(Object.entries(found).map(([key, set]) => [key, [...set]]));
}
