import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** KaTeX lists each font three times; every browser that runs this page reads woff2. */
function woff2Only(): Plugin {
  return {
    name: 'woff2-only',
    enforce: 'pre',
    transform(code, id) {
      if (!id.includes('katex') || !id.includes('.css')) return null;
      return code.replace(
        /,\s*url\([^)]*\.(?:woff|ttf)\)\s*format\(["'](?:woff|truetype)["']\)/g,
        '',
      );
    },
  };
}

/** Left to be fetched when they are needed: scripts of other alphabets, languages of code, fonts of formulas. */
const RARE = /KaTeX_|-(?:cyrillic|greek|vietnamese|latin-ext|symbols)|italic.*\.woff2$/;

/** Writes the list of the page's files into its worker, which keeps them for opening without a network. */
function keptFiles(): Plugin {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  return {
    name: 'kept-files',
    apply: 'build',
    // At the very end: what lies there then is what is served, and one file that is not would keep the worker out.
    closeBundle() {
      const root = here('./dist');
      const files = readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
        .map((entry) => `/${relative(root, join(entry.parentPath, entry.name))}`)
        .filter((name) => name !== '/sw.js' && !RARE.test(name))
        .sort();
      const hash = createHash('sha256').update(files.join());
      // The names of all else carry a hash of their own.
      const plain = files.filter((name) => !name.startsWith('/assets/'));
      for (const name of plain) hash.update(readFileSync(join(root, name)));
      const source = readFileSync(here('./worker/sw.js'), 'utf8')
        .replace('self.__FILES__', JSON.stringify(files))
        .replace('self.__VERSION__', JSON.stringify(hash.digest('hex').slice(0, 12)));
      writeFileSync(join(root, 'sw.js'), source);
    },
  };
}

const server = process.env.TRIBUTARY_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [woff2Only(), react(), keptFiles()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { port: 5173, proxy: { '/api': { target: server, ws: true }, '/v1': server } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    sourcemap: false,
    chunkSizeWarningLimit: 400,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What all else stands on: one file packs better than many, and stays when only the page changes.
            {
              name: 'ground',
              test: /node_modules[\\/](react|react-dom|scheduler|use-sync-external-store|@tanstack)[\\/]/,
            },
          ],
        },
      },
    },
  },
  test: { include: ['tests/unit/**/*.test.{ts,tsx}'], environment: 'node' },
});
