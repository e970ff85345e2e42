// Puts the Chinese font of printed pages beside the built scripts, with its licence: PDFs embed it, browsers never load it.
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "node_modules", "@embedpdf", "fonts-sc");
const target = join(here, "..", "static", "dist", "fonts");

await mkdir(target, { recursive: true });
for (const file of ["fonts/NotoSansHans-Regular.otf", "fonts/NotoSansHans-Bold.otf", "LICENSE"]) {
  await copyFile(join(source, file), join(target, file.split("/").at(-1)));
}
