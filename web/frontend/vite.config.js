// Builds the scripts of the pages: one entry for every page ("base"), one for drawings ("viewer"), one for the interface ("api").
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  base: "./",
  build: {
    outDir: here("../static/dist"),
    emptyOutDir: true,
    manifest: true,
    target: "es2020",
    assetsInlineLimit: 0, // the policy of the pages allows no data: fonts
    rollupOptions: { input: { base: here("base.js"), viewer: here("viewer.js"), api: here("api.js") } },
  },
});
