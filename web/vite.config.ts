// Builds the browser's files into server/static/built/ with hashed names and a manifest.
// Declines to inline anything (the content policy allows no inline script or style)
// and to write HTML (the server renders every page).
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(here, "../server/static/built");
const entries = {
  room: "src/room/main.tsx",
  pages: "src/pages/pages.ts",
  invite: "src/pages/invite.ts",
  poster: "src/pages/poster.ts",
  guide: "src/pages/guide.ts",
  figures: "src/pages/figures.ts",
  lobby: "src/pages/lobby.ts",
  passkey: "src/pages/passkey.ts",
  reminders: "src/pages/reminders.ts",
  notebook: "src/notebook/main.tsx",
  offline: "src/pages/offline.ts",
  forget: "src/pages/forget.ts",
  worker: "src/worker.ts",
};

/** What each language calls itself, by its file: so that no script has to load them all to say so. */
function catalogues(): Record<string, string> {
  const files = readdirSync(resolve(here, "locales")).filter((file) => file.endsWith(".json"));
  // Indonesian first, then as the files stand.
  files.sort((a, b) => Number(b === "id.json") - Number(a === "id.json") || (a < b ? -1 : 1));
  const self = (file: string) =>
    (JSON.parse(readFileSync(resolve(here, "locales", file), "utf8")) as Record<string, string>)["lang.self"] ?? file;
  return Object.fromEntries(files.map((file) => [file.replace(".json", ""), self(file)]));
}

/** Parts of the room that load later, each with a catalogue of its own. */
const PARTS: Readonly<Record<string, RegExp>> = { sound: /^audio[\\/]/, walk: /^walk[\\/]/ };

/**
 * Leave out of the catalogues what no script says: most words are on pages that the server renders.
 * A key counts as said where it stands in a source, or begins as a template in a source does.
 * What such a part alone says is in its own catalogue (`?sound`), and comes with it.
 */
function onlySaidWords(): Plugin {
  let building = false;
  return {
    name: "lingkar-only-said-words",
    enforce: "pre",
    configResolved(config) {
      building = config.command === "build";
    },
    async load(id) {
      const [file = "", query = ""] = id.split("?");
      const part = Object.keys(PARTS).find((one) => query.split("&").includes(one));
      // Unit tests read the whole catalogues.
      if (!/[\\/]locales[\\/]\w+\.json$/.test(file) || !(building || part)) return null;
      const own = await saidIn((source) => PARTS[part ?? ""]?.test(source) ?? false);
      const elsewhere = await saidIn((source) => !Object.values(PARTS).some((one) => one.test(source)));
      const wanted = (key: string): boolean => (part ? own(key) && !elsewhere(key) : elsewhere(key));
      const all = JSON.parse(await readFile(file, "utf8")) as Record<string, string>;
      const kept = Object.entries(all).filter(([key]) => wanted(key.replace(/_one$/, "")));
      const words = JSON.stringify(Object.fromEntries(kept));
      // With a part named, the bundler would not see by the file's name what it is.
      return part ? { code: `export default ${words}`, moduleType: "js" } : words;
    },
  };
}

/** Whether a key is said in one of the sources chosen. */
async function saidIn(chosen: (file: string) => boolean): Promise<(key: string) => boolean> {
  const sources = await Promise.all(
    readdirSync(resolve(here, "src"), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.tsx?$/.test(file) && !/\.test\.|testing|staging/.test(file) && chosen(file))
      .map((file) => readFile(resolve(here, "src", file), "utf8")),
  );
  const text = sources.join("\n");
  const whole = new Set([...text.matchAll(/["'`]([\w.]+)["'`]/g)].map((found) => found[1]));
  const beginnings = [...text.matchAll(/`([\w]+\.[\w.]*)\$\{/g)].map((found) => found[1] ?? "");
  // A key's own variants come with it: `fac.add` brings `fac.add.s`, its words for a thumb.
  return (key) =>
    whole.has(key) ||
    whole.has(key.replace(/\.\w+$/, "")) ||
    beginnings.some((beginning) => key.startsWith(beginning));
}

/** Write a .gz sibling of every text file, so that the server compresses nothing while serving. */
function precompress(): Plugin {
  return {
    name: "lingkar-precompress",
    apply: "build",
    async writeBundle() {
      for (const file of readdirSync(out, { recursive: true, encoding: "utf8" })) {
        if (!/\.(js|css|svg)$/.test(file)) continue;
        // No timestamp in the header: the same source gives the same bytes.
        await writeFile(join(out, `${file}.gz`), gzipSync(await readFile(join(out, file)), { level: 9 }));
      }
    },
  };
}

/** Write what each file has to be, so that browsers and `lingkar verify` can tell another one. */
function fingerprints(): Plugin {
  return {
    name: "lingkar-fingerprints",
    apply: "build",
    async writeBundle() {
      const files = readdirSync(out, { recursive: true, encoding: "utf8" })
        .filter((file) => /\.\w+$/.test(file) && !/^\.vite|\.gz$|^hashes\.json$/.test(file))
        .sort();
      const found: Record<string, string> = {};
      for (const file of files) {
        const digest = createHash("sha384").update(await readFile(join(out, file))).digest("base64");
        found[`/static/built/${file.replaceAll("\\", "/")}`] = `sha384-${digest}`;
      }
      await writeFile(join(out, "hashes.json"), `${JSON.stringify(found, null, 1)}\n`);
    },
  };
}

export default defineConfig({
  root: here,
  base: "/static/built/",
  define: { CATALOGUES: JSON.stringify(catalogues()) },
  publicDir: false,
  resolve: {
    alias: { "@locales": resolve(here, "locales") },
    // One Preact, also for test helpers that would bring their own.
    dedupe: ["preact"],
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2020",
    outDir: out,
    emptyOutDir: true,
    manifest: true,
    assetsDir: "a",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      input: Object.fromEntries(
        Object.entries(entries).filter(([, file]) => existsSync(resolve(here, file))),
      ),
    },
  },
  plugins: [onlySaidWords(), precompress(), fingerprints()],
  test: {
    environment: "happy-dom",
    globals: true,
    include: ["src/**/*.test.{ts,tsx}"],
    passWithNoTests: true,
    // A machine that does other work beside is no fault of a test.
    testTimeout: 20_000,
    // By itself it leaves a core alone, which of two is half.
    maxWorkers: 2,
  },
});
