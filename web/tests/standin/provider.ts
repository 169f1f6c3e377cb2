/**
 * A stand-in for an OpenAI-compatible provider, for walking the journeys against a real server by hand:
 * the few behaviours the journeys need, by the same names and the same `POST /script` as the Rust one.
 * PORT (default 29100); keys that begin with `sk-test-good` are right.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RICH } from './texts.ts';

let script = '';
const pause = (ms: number) => new Promise((r) => setTimeout(r, ms));

async function read(req: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of req) text += String(chunk);
  return text;
}

function json(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}

function number(name: string, letter: string, fallback: number): number {
  const found = new RegExp(`-${letter}(\\d+)`).exec(name);
  return found ? Number(found[1]) : fallback;
}

async function answer(res: ServerResponse, model: string, stream: boolean): Promise<void> {
  const name = script || model;
  const status = number(name, 'e', 200);
  if (status !== 200) return json(res, status, { error: { message: 'On request.' } });
  const pieces = /-m(-|$)/.test(name)
    ? (RICH.match(/[\s\S]{1,9}/g) ?? [])
    : Array.from({ length: number(name, 'n', 64) }, (_, i) => `word${i + 1} `);
  const usage = { prompt_tokens: 20, completion_tokens: pieces.length, total_tokens: 84 };
  if (!stream) {
    const message = { role: 'assistant', content: pieces.join('') };
    return json(res, 200, {
      model,
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage,
    });
  }
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  const say = (part: object) =>
    res.write(
      `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', model, ...part })}\n\n`,
    );
  for (const content of pieces) {
    if (res.destroyed) return;
    say({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
    await pause(number(name, 'i', 0));
  }
  say({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
  say({ choices: [], usage });
  res.end('data: [DONE]\n\n');
}

createServer((req, res) => {
  void (async () => {
    const text = await read(req);
    if (req.url === '/script') {
      script = text.trim();
      return json(res, 200, {});
    }
    if (!(req.headers.authorization ?? '').startsWith('Bearer sk-test-good')) {
      return json(res, 401, { error: { message: 'Incorrect API key provided.' } });
    }
    if (req.url?.endsWith('/models')) {
      const data = ['mock', 'mock-m', 'mock-y'].map((id) => ({ id, object: 'model' }));
      return json(res, 200, { object: 'list', data });
    }
    const body = JSON.parse(text) as { model?: string; stream?: boolean };
    await answer(res, body.model ?? 'mock', body.stream ?? false);
  })();
}).listen(Number(process.env.PORT ?? 29100), '127.0.0.1');
