// Bundles feelin, our corrections and our functions into the one file that the engine loads into QuickJS.
// Each change of feelin's text must match exactly once, so that a new version of it cannot pass unnoticed.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const CORRECTIONS = [
  [ // values of different types are never simply unequal
    "    if (aType !== bType) {\n        return null;\n    }\n    if (aType === 'nil') {",
    "    if (aType !== bType) {\n        return hooks.mismatch(aType, bType);\n    }\n    if (aType === 'nil') {",
  ],
  [ // a date is not an instant
    "        if (!temporalTypes.includes(bType)) {\n            return null;\n        }\n",
    "        if (aType !== bType) {\n            return hooks.mismatch(aType, bType);\n        }\n",
  ],
  [ // < > <= >= and [a..b]
    "    if (test instanceof Range) {\n        return test.includes(value);\n    }\n    return equals(test, value);",
    "    if (test instanceof Range) {\n        hooks.inRange(test, value);\n        return test.includes(value);\n    }\n    return equals(test, value);",
  ],
  ["if (isTruthy(ifCondition(context))) {", "if (hooks.yesOrNo(ifCondition(context))) {"],
  [
    "                return createRange(start, end).includes(args[0](context));",
    "                return compareValue(createRange(start, end), args[0](context));",
  ],
];
const EXPORTS = "\nexport const hooks = {};\nexport { interpreter, builtins, getType, fn };\n";

const correct = {
  name: "correct-feelin",
  setup({ onLoad }) {
    onLoad({ filter: /feelin[/\\]dist[/\\]index\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, "utf8");
      for (const [plain, corrected] of CORRECTIONS) {
        if (contents.split(plain).length !== 2) throw new Error(`feelin has changed, look at: ${plain}`);
        contents = contents.replace(plain, () => corrected);
      }
      return { contents: contents + EXPORTS, loader: "js" };
    });
  },
};

// QuickJS has no Intl; luxon asks it for the names of zones and months, which FEEL never shows.
const INTL =
  "var Intl={DateTimeFormat:function(){return{resolvedOptions:function(){return{locale:'en',timeZone:'UTC'," +
  "numberingSystem:'latn',calendar:'gregory'}},formatToParts:function(){return[]},format:function(){return''}}}};";

await build({
  entryPoints: [here("feel.js")],
  outfile: here("../../../workflow/engine/feel/bundle.js"),
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "FEEL",
  legalComments: "inline",
  banner: { js: INTL },
  plugins: [correct],
});
