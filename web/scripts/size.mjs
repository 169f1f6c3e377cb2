// What a first visit loads, compressed: every script, style and font that the first two pages
// (sign-in, a new chat) pull in. Fails above the limit.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT = 200 * 1024;
const dist = new URL('../dist/', import.meta.url);
if (!existsSync(dist)) {
  console.error('There is no dist folder: run `npm run build` first.');
  process.exit(1);
}
const assets = readdirSync(new URL('assets/', dist));
const read = (name) => readFileSync(new URL(name, dist));

// The entry, its static imports, and the chat page with its own: what it takes to ask a question.
const seen = new Set();
function follow(name) {
  if (seen.has(name) || !assets.includes(name)) return;
  seen.add(name);
  if (!name.endsWith('.js')) return;
  const text = read(`assets/${name}`).toString();
  for (const [, path] of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)) follow(path);
}
const html = read('index.html').toString();
for (const [, name] of html.matchAll(/assets\/([^"']+)/g)) follow(name);
for (const name of assets) {
  if (/^ChatPage-.*\.(js|css)$/.test(name)) follow(name);
  if (/^instrument-sans-latin-wght/.test(name)) follow(name);
}

let total = gzipSync(html).length;
const rows = [...seen].map((name) => {
  const bytes = read(`assets/${name}`);
  const size = name.endsWith('.woff2') ? bytes.length : gzipSync(bytes, { level: 9 }).length;
  total += size;
  return [name, size];
});
for (const [name, size] of rows.sort((a, b) => b[1] - a[1])) {
  console.log(`${(size / 1024).toFixed(1).padStart(7)} kB  ${name}`);
}
console.log(
  `${(total / 1024).toFixed(1).padStart(7)} kB  first load, of ${LIMIT / 1024} kB allowed`,
);
if (total > LIMIT) {
  console.error('The first load has grown too large.');
  process.exit(1);
}
