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
  lobby: "src/pages/lobby.ts",
  passkey: "src/pages/passkey.ts",
};

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
  plugins: [precompress()],
  test: {
    environment: "happy-dom",
    globals: true,
    include: ["src/**/*.test.{ts,tsx}"],
    passWithNoTests: true,
  },
});
