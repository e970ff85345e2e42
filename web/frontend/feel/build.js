// Bundles feelin, our corrections and our functions into the one file that the engine loads into QuickJS.
// Each change of feelin's text must match just as often as it says, so that a new version of it cannot pass unnoticed.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { CORRECTIONS, EXPORTS } from "./corrections.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const correct = {
  name: "correct-feelin",
  setup({ onLoad }) {
    onLoad({ filter: /feelin[/\\]dist[/\\]index\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, "utf8");
      for (const [plain, corrected, times = 1] of CORRECTIONS) {
        if (contents.split(plain).length !== times + 1) throw new Error(`feelin has changed, look at: ${plain}`);
        contents = contents.replaceAll(plain, () => corrected);
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
