/**
 * A stand-in for the server, for working on the page alone: the contract in memory, with a model
 * that makes its answers up. It also serves `dist` under the real server's content policy.
 * PORT (default 8080), SEED=1 for a lived-in instance, ACCESS_MS for short-lived sessions.
 */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assistantRoutes } from './assistants.ts';
import { businessRoutes } from './businessWork.ts';
import { chatRoutes } from './chat.ts';
import { fileRoutes } from './files.ts';
import type { Call } from './http.ts';
import { readBody, Refusal } from './http.ts';
import { identityRoutes, whoIs } from './identity.ts';
import { modelRoutes } from './models.ts';
import { roomRoutes } from './rooms.ts';
import { searchRoutes } from './search.ts';
import { seed } from './seed.ts';
import { store } from './store.ts';

const routes = [
  ...identityRoutes,
  ...roomRoutes,
  ...chatRoutes,
  ...modelRoutes,
  ...searchRoutes,
  ...fileRoutes,
  ...assistantRoutes,
  ...businessRoutes,
];
const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};
const POLICY =
  "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; " +
  "font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

function page(path: string, res: Call['res']): void {
  const wanted = join(dist, normalize(path));
  const file = existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(dist, 'index.html');
  res.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
  });
  createReadStream(file).pipe(res);
}

async function api(call: Call): Promise<void> {
  const { res } = call;
  try {
    const found = routes.find((r) => r.method === call.method && r.pattern.test(call.path));
    if (!found) throw new Refusal(404, 'NOT_FOUND', 'There is nothing at this address.');
    call.params = found.pattern.exec(call.path)?.slice(1) ?? [];
    call.userId = whoIs(call.req);
    if (!found.open && !call.userId) throw new Refusal(401, 'UNAUTHORIZED', 'Sign in first.');
    if (call.method !== 'GET' && !call.req.headers['x-csrf']) {
      throw new Refusal(403, 'FORBIDDEN', 'The X-CSRF header is missing.');
    }
    const type = call.req.headers['content-type'] ?? '';
    // A body of JSON is read here; a file's is its route's affair.
    const plain = type === '' || type.startsWith('application/json');
    const raw = !plain || call.path.includes('/parts/');
    if (call.method !== 'GET' && !raw) call.body = await readBody(call.req);
    const answer = await found.handler(call);
    if (!answer) return; // it streams
    const list = Array.isArray(answer.data);
    res.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
    const paging = list ? { page: { next_cursor: answer.next ?? null } } : {};
    res.end(JSON.stringify({ success: true, data: answer.data, ...paging }));
  } catch (error) {
    const refusal =
      error instanceof Refusal ? error : new Refusal(500, 'INTERNAL', 'Something went wrong.');
    if (!(error instanceof Refusal)) process.stderr.write(`${String(error)}\n`);
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (refusal.retryAfter) headers['retry-after'] = String(refusal.retryAfter);
    res.writeHead(refusal.status, headers);
    const { message, code, details } = refusal;
    res.end(
      JSON.stringify({ success: false, error: message, code, request_id: 'stand-in', details }),
    );
  }
}

store.accessMs = Number(process.env.ACCESS_MS ?? store.accessMs);
if (process.env.SEED) seed();
const port = Number(process.env.PORT ?? 8080);
createServer((req, res) => {
  const url = new URL(req.url ?? '/', 'http://stand.in');
  if (!url.pathname.startsWith('/api/')) return page(url.pathname, res);
  void api({
    req,
    res,
    method: req.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    params: [],
    body: {},
    userId: null,
    accept: req.headers.accept ?? '',
  });
}).listen(port, '127.0.0.1', () => {
  process.stdout.write(`stand-in on http://127.0.0.1:${port}\n`);
});
