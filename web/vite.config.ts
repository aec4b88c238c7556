// Builds the browser's files into server/static/built/ with hashed names and a manifest.
// Declines to inline anything (the content policy allows no inline script or style)
// and to write HTML (the server renders every page).
import { existsSync, readdirSync } from "node:fs";
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
  lobby: "src/pages/lobby.ts",
  passkey: "src/pages/passkey.ts",
  reminders: "src/pages/reminders.ts",
  notebook: "src/notebook/main.tsx",
  offline: "src/pages/offline.ts",
  forget: "src/pages/forget.ts",
  worker: "src/worker.ts",
};

/**
 * Leave out of the catalogues what no script says: most words are on pages that the server renders.
 * A key counts as said where it stands in a source, or begins as a template in a source does.
 */
function onlySaidWords(): Plugin {
  return {
    name: "lingkar-only-said-words",
    apply: "build",
    enforce: "pre",
    async load(id) {
      if (!/[\\/]locales[\\/]\w+\.json$/.test(id)) return null;
      const sources = await Promise.all(
        readdirSync(resolve(here, "src"), { recursive: true, encoding: "utf8" })
          .filter((file) => /\.tsx?$/.test(file) && !/\.test\.|testing|staging/.test(file))
          .map((file) => readFile(resolve(here, "src", file), "utf8")),
      );
      const text = sources.join("\n");
      const whole = new Set([...text.matchAll(/["'`]([\w.]+)["'`]/g)].map((found) => found[1]));
      const beginnings = [...text.matchAll(/`([\w]+\.[\w.]*)\$\{/g)].map((found) => found[1] ?? "");
      // A key's own variants come with it: `fac.add` brings `fac.add.s`, its words for a thumb.
      const said = (key: string): boolean =>
        whole.has(key) ||
        whole.has(key.replace(/\.\w+$/, "")) ||
        beginnings.some((beginning) => key.startsWith(beginning));
      const all = JSON.parse(await readFile(id, "utf8")) as Record<string, string>;
      const kept = Object.entries(all).filter(([key]) => said(key.replace(/_one$/, "")));
      return JSON.stringify(Object.fromEntries(kept));
    },
  };
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

export default defineConfig({
  root: here,
  base: "/static/built/",
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
  plugins: [onlySaidWords(), precompress()],
  test: {
    environment: "happy-dom",
    globals: true,
    include: ["src/**/*.test.{ts,tsx}"],
    passWithNoTests: true,
  },
});
