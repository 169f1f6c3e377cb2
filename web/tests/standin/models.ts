import type { KeyScope, Model, Provider } from '../../src/api/contract.ts';
import type { Route } from './http.ts';
import { ok, Refusal, route, str } from './http.ts';
import { now, store } from './store.ts';

function provider(p: Partial<Provider> & Pick<Provider, 'provider' | 'name'>): Provider {
  return {
    kind: 'cloud',
    base_url_editable: false,
    keys_url: null,
    needs_key: true,
    detected: false,
    keys: [],
    default_base_url: null,
    order: 0,
    ...p,
  };
}

const local = { kind: 'local', base_url_editable: true, needs_key: false } as const;
store.providers = [
  provider({ provider: 'groq', name: 'Groq', keys_url: 'https://console.groq.com/keys' }),
  provider({
    provider: 'openai',
    name: 'OpenAI',
    keys_url: 'https://platform.openai.com/api-keys',
    base_url_editable: true,
  }),
  provider({
    provider: 'gemini',
    name: 'Google Gemini',
    keys_url: 'https://aistudio.google.com/apikey',
  }),
  provider({
    provider: 'anthropic',
    name: 'Anthropic',
    keys_url: 'https://console.anthropic.com/settings/keys',
  }),
  provider({ provider: 'ollama', name: 'Ollama', ...local, detected: true }),
  provider({ provider: 'lmstudio', name: 'LM Studio', ...local }),
  provider({ provider: 'llamacpp', name: 'llama.cpp', ...local }),
  provider({ provider: 'vllm', name: 'vLLM', ...local }),
  provider({
    provider: 'custom',
    name: 'Another OpenAI-compatible server',
    kind: 'custom',
    base_url_editable: true,
    needs_key: false,
  }),
  provider({
    provider: 'builtin',
    name: 'Tributary demonstration',
    kind: 'builtin',
    needs_key: false,
  }),
];

type Row = [string, string, number | null, number | null, number, string[]];
const CATALOGUE: Row[] = [
  ['groq/llama-4-maverick', 'Llama 4 Maverick', 0.2, 0.6, 131072, ['vision', 'tools']],
  ['groq/gpt-oss-120b', 'GPT OSS 120B', 0.15, 0.6, 131072, ['tools', 'reasoning']],
  ['openai/gpt-5', 'GPT-5', 1.25, 10, 400000, ['vision', 'tools', 'reasoning']],
  ['openai/gpt-5-mini', 'GPT-5 mini', 0.25, 2, 400000, ['vision', 'tools', 'reasoning']],
  ['openai/mock', 'Mock', null, null, 32000, []],
  ['gemini/gemini-3-pro', 'Gemini 3 Pro', 2, 12, 1048576, ['vision', 'tools', 'reasoning']],
  ['gemini/gemini-3-flash', 'Gemini 3 Flash', 0.3, 2.5, 1048576, ['vision', 'tools']],
  ['anthropic/claude-opus-5', 'Claude Opus 5', 5, 25, 200000, ['vision', 'tools', 'reasoning']],
  ['anthropic/claude-haiku-5', 'Claude Haiku 5', 1, 5, 200000, ['vision', 'tools']],
  ['ollama/qwen3:8b', 'Qwen 3 8B', null, null, 40960, ['tools', 'reasoning']],
  ['custom/mock', 'mock', null, null, 32000, []],
  ['custom/mock-m', 'mock-m', null, null, 32000, []],
  ['custom/mock-y', 'mock-y', null, null, 32000, []],
  ['builtin/demo', 'Demonstration', null, null, 8192, []],
];

function models(): Model[] {
  return CATALOGUE.map(([id, name, price_in, price_out, context, more]) => {
    const p = store.providers.find((x) => x.provider === id.split('/')[0]);
    const key = p?.keys[0];
    const isLocal = p?.kind === 'local' && p.detected;
    const demonstration = p?.kind === 'builtin';
    return {
      id,
      provider: p?.provider ?? '',
      name,
      context,
      max_output: 8192,
      price_in,
      price_out,
      capabilities: ['text', ...more],
      available: Boolean(key) || isLocal || demonstration,
      key_scope: key?.scope ?? (isLocal ? ('local' as const) : null),
      demonstration,
    };
  });
}

const pause = (ms: number) => new Promise((r) => setTimeout(r, ms));

function usageRow(key: string, label: string, n: number) {
  const unpriced = n % 3 === 0 ? 4 : 0;
  return {
    key,
    label,
    calls: 6 + n * 5,
    failed: n % 4,
    input_tokens: 5200 + n * 3911,
    output_tokens: 1800 + n * 1530,
    cached_tokens: 0,
    cost_micros: n === 5 ? null : 21000 + n * 17400,
    unpriced_calls: unpriced,
    p50_ms: 1400 + n * 90,
    p95_ms: 5200 + n * 300,
  };
}

export const modelRoutes: Route[] = [
  route('GET', '/models', () => ok(models())),
  route('GET', '/providers', () => ok(store.providers)),
  route('PUT', '/providers/:id/key', async (call) => {
    const p = store.providers.find((x) => x.provider === call.params[0]);
    if (!p) throw new Refusal(404, 'NOT_FOUND', 'No such provider.');
    await pause(500);
    const key = str(call.body.key);
    const good = key.startsWith('sk-test-good') || (p.kind === 'local' && key === '');
    if (!good) {
      throw new Refusal(424, 'INVALID_PROVIDER_KEY', `${p.name} does not accept this key.`);
    }
    const scope = call.body.scope as KeyScope;
    p.keys = p.keys.filter((k) => k.scope !== scope);
    const kept = {
      scope,
      masked: key ? `sk-…${key.slice(-4)}` : '',
      base_url: str(call.body.base_url) || null,
      is_valid: true,
      checked_at: now(),
      error: null,
    };
    p.keys.push(kept);
    return ok({ ...kept });
  }),
  route('POST', '/providers/:id/key/check', async (call) => {
    await pause(500);
    const p = store.providers.find((x) => x.provider === call.params[0]);
    const key = p?.keys.find((k) => k.scope === call.body.scope);
    if (!key) throw new Refusal(404, 'NOT_FOUND', 'No key to check.');
    key.checked_at = now();
    return ok({ ...key });
  }),
  route('DELETE', '/providers/:id/key', (call) => {
    const p = store.providers.find((x) => x.provider === call.params[0]);
    if (p) p.keys = p.keys.filter((k) => k.scope !== call.query.get('scope'));
    return ok({});
  }),
  route('GET', '/usage', (call) => {
    const by = call.query.get('by') ?? 'day';
    const to = new Date(call.query.get('to') ?? Date.now());
    const from = new Date(call.query.get('from') ?? Date.now() - 30 * 86_400_000);
    const rows = [];
    if (by === 'day') {
      for (let d = from.getTime(), i = 0; d <= to.getTime(); d += 86_400_000, i++) {
        if (i % 7 === 5) continue;
        const key = new Date(d).toISOString().slice(0, 10);
        rows.push(usageRow(key, key, Math.abs(Math.round(6 + 5 * Math.sin(i * 1.3)))));
      }
    } else if (by === 'model') {
      CATALOGUE.slice(0, 6).forEach(([id], i) => rows.push(usageRow(id, id, i)));
    } else {
      const names = by === 'user' ? ['Ada Lovelace', 'Grace Hopper'] : ['openai', 'groq'];
      names.forEach((n, i) => rows.push(usageRow(n, n, i + 2)));
    }
    const totals = usageRow('total', 'Total', 40);
    return ok({ rows, totals, from: from.toISOString(), to: to.toISOString() });
  }),
];
