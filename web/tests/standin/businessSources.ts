import type {
  Connector,
  ConnectorType,
  DeadLetter,
  ManifestField,
  Run,
  Sample,
} from '../../src/areas/business/types.ts';
import { shop } from './business.ts';
import type { Call, Route } from './http.ts';
import { ok, Refusal, route, str } from './http.ts';
import { id, now } from './store.ts';

const FIELD: ManifestField = {
  name: '',
  label: '',
  kind: 'text',
  required: false,
  help: null,
  placeholder: null,
  pattern: null,
  default: null,
  options: null,
};
const TYPE = { role: 'sales' as const, scopes: [], limits: [], webhooks: false, upload: false };

const types: ConnectorType[] = [
  {
    ...TYPE,
    type: 'shopify',
    title: 'Shopify',
    description:
      'Orders with their refunds and payments, customers and products of a Shopify shop.',
    fields: [
      {
        ...FIELD,
        name: 'shop_domain',
        label: 'Shop address',
        required: true,
        pattern: '^[a-z0-9][a-z0-9-]*\\.myshopify\\.com$',
        placeholder: 'my-shop.myshopify.com',
        help: 'The address that ends in myshopify.com. You find it under Settings → Domains.',
      },
      {
        ...FIELD,
        name: 'access_token',
        label: 'Admin API access token',
        kind: 'secret',
        required: true,
        placeholder: 'shpat_…',
        help: 'Settings → Apps → Develop apps → your app → API credentials.',
      },
      { ...FIELD, name: 'start_date', label: 'Read orders since', kind: 'date' },
    ],
    scopes: [
      'read_orders: orders, refunds and payments.',
      'read_products: products and their categories.',
      'read_customers: names and places of customers.',
    ],
    limits: ['Without the scope read_all_orders Shopify shows the last 60 days of orders only.'],
    webhooks: true,
    streams: ['orders', 'products', 'customers'],
  },
  {
    ...TYPE,
    type: 'stripe',
    title: 'Stripe',
    description: 'Charges, refunds, customers and invoices of a Stripe account.',
    role: 'payments',
    fields: [
      { ...FIELD, name: 'api_key', label: 'Restricted key', kind: 'secret', required: true },
      { ...FIELD, name: 'test', label: 'This is a test account', kind: 'bool' },
    ],
    scopes: ['Read access to charges, refunds, customers, invoices and events.'],
    limits: ['Changes reach back 30 days.'],
    webhooks: true,
    streams: ['charges', 'refunds', 'customers'],
  },
  {
    ...TYPE,
    type: 'csv',
    title: 'CSV or JSON file',
    description: 'Sales, customers or products from a file that you upload.',
    fields: [],
    upload: true,
    limits: ['Uploading a file again replaces the orders that are in it and keeps the others.'],
    streams: ['orders'],
  },
];

const connectors: Connector[] = [];
const runs: Run[] = [];
const letters = new Map<string, DeadLetter[]>();

function newRun(connector: Connector, part: Partial<Run>): Run {
  const run: Run = {
    id: id(),
    connector_id: connector.id,
    mode: 'incremental',
    trigger: 'person',
    status: 'running',
    records_read: 0,
    records_written: 0,
    records_failed: 0,
    duration_ms: null,
    error: null,
    progress: { done: 0, planned: 24, stream: 'orders' },
    streams: [],
    started_at: now(),
    finished_at: null,
    ...part,
  };
  runs.unshift(run);
  connector.run = run;
  return run;
}

/** A run goes on for as long as it is looked at. */
function goOn(run: Run, connector: Connector, ms: number): void {
  const began = Date.now();
  const timer = setInterval(() => {
    const part = Math.min(1, (Date.now() - began) / ms);
    if (run.status !== 'running') return clearInterval(timer);
    run.records_read = Math.round(part * 4210);
    run.records_written = run.records_read;
    run.progress = { ...run.progress, done: Math.round(part * 24) };
    connector.records = Math.max(connector.records, run.records_read);
    if (part < 1) return;
    clearInterval(timer);
    run.status = 'success';
    run.duration_ms = ms;
    run.finished_at = now();
    run.streams = [
      { name: 'orders', read: 3120, written: 3120, failed: 0, status: 'done' },
      { name: 'customers', read: 1090, written: 1090, failed: 0, status: 'done' },
    ];
    connector.last_sync_at = now();
    connector.fresh_until = now();
    if (connector.type !== 'stripe') shop.open = true;
  }, 120);
}

export function addConnector(part: Partial<Connector>): Connector {
  const made: Connector = {
    id: id(),
    type: 'demo',
    title: 'Demonstration shop',
    name: 'Demonstration shop',
    has_layout: false,
    role: 'sales',
    state: 'active',
    error: null,
    values: {},
    account: null,
    limits: [],
    schedule: {
      every_minutes: 60,
      next_due_at: new Date(Date.now() + 41 * 60_000).toISOString(),
    },
    last_sync_at: null,
    fresh_until: null,
    records: 0,
    dead_letters: 0,
    webhook_url: null,
    webhook_topics: [],
    webhook_secrets: [],
    refused_webhooks: 0,
    run: null,
    created_at: now(),
    ...part,
  };
  connectors.push(made);
  return made;
}

/** A lived-in workspace: a shop, a payment service that needs its owner, a file. */
export function seedBusiness(): void {
  shop.open = true;
  const demo = addConnector({ account: 'millbrook.example', records: 48_211, dead_letters: 1 });
  const done = newRun(demo, { status: 'success', duration_ms: 8_420, trigger: 'schedule' });
  Object.assign(done, {
    started_at: new Date(Date.now() - 5 * 60_000).toISOString(),
    finished_at: now(),
    records_read: 214,
    records_written: 37,
    streams: [
      { name: 'orders', read: 180, written: 31, failed: 1, status: 'done' },
      { name: 'customers', read: 34, written: 6, failed: 0, status: 'done' },
    ],
  });
  demo.last_sync_at = demo.fresh_until = new Date(Date.now() - 5 * 60_000).toISOString();
  demo.webhook_url = `/api/v1/webhooks/${demo.id}`;
  demo.webhook_topics = ['orders/create', 'orders/updated', 'refunds/create'];
  letters.set(demo.id, [
    {
      id: id(),
      stream: 'orders',
      source_id: '#10482',
      stage: 'map',
      error: 'The price “12,5O” is not a number.',
      body: JSON.stringify({ id: 10482, lines: [{ sku: 'RYE', price: '12,5O', quantity: 2 }] }),
      attempts: 2,
      first_seen_at: now(),
      last_seen_at: now(),
    },
  ]);
  addConnector({
    type: 'stripe',
    title: 'Stripe',
    name: 'Stripe',
    role: 'payments',
    state: 'needs_reconnect',
    error: 'Stripe does not accept the key any more.',
    values: { api_key: '••••9f2c' },
    records: 20_114,
    last_sync_at: new Date(Date.now() - 26 * 3_600_000).toISOString(),
  });
}

function one(call: Call): Connector {
  const found = connectors.find((c) => c.id === call.params[0]);
  if (!found) throw new Refusal(404, 'NOT_FOUND', 'There is no such source.');
  return found;
}

const SAMPLE: Sample = {
  format: 'csv',
  delimiter: ';',
  quote: '"',
  encoding: 'utf-8',
  has_header: true,
  decimal: ',',
  date_order: 'dmy',
  date_format: '%d/%m/%Y %H:%M',
  time_zone: 'Europe/London',
  currency: 'GBP',
  columns: [
    { name: 'InvoiceNo', type: 'text', examples: ['536365', '536366'], field: 'number' },
    { name: 'StockCode', type: 'text', examples: ['85123A', '71053'], field: 'sku' },
    { name: 'Description', type: 'text', examples: ['WHITE HANGING HEART'], field: 'title' },
    { name: 'Quantity', type: 'whole number', examples: ['6', '8'], field: 'quantity' },
    { name: 'InvoiceDate', type: 'time', examples: ['01/12/2010 08:26'], field: 'placed_at' },
    { name: 'UnitPrice', type: 'amount', examples: ['2,55', '3,39'], field: null },
    { name: 'Country', type: 'text', examples: ['United Kingdom'], field: 'country' },
  ],
  fields: [
    ['number', 'Order number', true],
    ['placed_at', 'Time of the order', true],
    ['sku', 'Article number', false],
    ['title', 'Article', false],
    ['quantity', 'Quantity', true],
    ['unit_price', 'Price of one', true],
    ['country', 'Country', false],
  ].map(([name, label, required]) => ({
    name: name as string,
    label: label as string,
    required: required as boolean,
    help: null,
  })),
  rows: [
    ['536365', '85123A', 'WHITE HANGING HEART', '6', '01/12/2010 08:26', '2,55', 'United Kingdom'],
  ],
  warnings: ['Days and months could be either way round in the first 200 rows. Please look twice.'],
  doubts: [],
  layout: {},
};

export const sourceRoutes: Route[] = [
  route('GET', '/connector-types', () => ok(types)),
  route('GET', '/connectors', () => ok(connectors)),
  route('POST', '/connectors', (call) => {
    const type = types.find((t) => t.type === call.body.type);
    if (!type) throw new Refusal(404, 'NOT_FOUND', 'There is no such kind of source.');
    const values = (call.body.values ?? {}) as Record<string, string>;
    if (values.access_token === 'wrong') {
      throw new Refusal(422, 'VALIDATION_FAILED', 'Some fields are not right.', [
        { field: 'access_token', code: 'REFUSED', message: 'Shopify does not know this token.' },
      ]);
    }
    const made = addConnector({
      type: type.type,
      title: type.title,
      name: str(call.body.name) || type.title,
      role: type.role,
      values: Object.fromEntries(
        Object.entries(values).map(([k, v]) => [k, k.includes('token') ? '••••1234' : v]),
      ),
      schedule: type.upload ? null : { every_minutes: 60, next_due_at: now() },
    });
    if (!type.upload) goOn(newRun(made, { mode: 'first' }), made, 4000);
    return ok(made, 201);
  }),
  route('GET', '/connectors/:id', (call) => ok(one(call))),
  route('PATCH', '/connectors/:id', (call) => {
    const { paused, values, ...rest } = call.body as { paused?: boolean; values?: object };
    const c = one(call);
    Object.assign(c, rest);
    if (paused !== undefined) c.state = paused ? 'paused' : 'active';
    if (values) Object.assign(c, { state: 'active', error: null });
    return ok(c);
  }),
  route('DELETE', '/connectors/:id', (call) => {
    connectors.splice(connectors.indexOf(one(call)), 1);
    return ok({});
  }),
  route('POST', '/connectors/:id/sync', (call) => {
    const c = one(call);
    const run = newRun(c, { mode: call.body.mode === 'full' ? 'full' : 'incremental' });
    goOn(run, c, 3000);
    return ok(run, 202);
  }),
  route('GET', '/connectors/:id/runs', (call) =>
    ok(runs.filter((r) => r.connector_id === one(call).id)),
  ),
  route('POST', '/connectors/:id/runs/:run/cancel', (call) => {
    const run = runs.find((r) => r.id === call.params[1]);
    if (run) run.status = 'cancelled';
    return ok({});
  }),
  route('GET', '/connectors/:id/dead-letters', (call) => ok(letters.get(one(call).id) ?? [])),
  route('POST', '/connectors/:id/dead-letters/:letter/replay', () => ok({})),
  route('DELETE', '/connectors/:id/dead-letters/:letter', (call) => {
    const c = one(call);
    const left = (letters.get(c.id) ?? []).filter((l) => l.id !== call.params[1]);
    letters.set(c.id, left);
    c.dead_letters = left.length;
    return ok({});
  }),
  route('POST', '/connectors/:id/webhook-secrets', () => ok({}, 201)),
  route('POST', '/connectors/:id/upload', async (call) => {
    for await (const _ of call.req) void _;
    if (call.query.get('preview')) return ok(SAMPLE);
    const c = one(call);
    const run = newRun(c, { mode: 'upload', trigger: 'upload' });
    goOn(run, c, 2500);
    return ok(run, 202);
  }),
];

export function startDemo(): Connector {
  const demo = addConnector({});
  goOn(newRun(demo, { mode: 'first' }), demo, 2500);
  return demo;
}
