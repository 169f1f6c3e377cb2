import type {
  Dimension,
  Filter,
  Metric,
  MetricAnswer,
  MetricQuery,
  Point,
  Row,
} from '../../src/areas/business/types.ts';

/** A made-up shop: the same numbers on every run, with weekends, a season and a little growth. */
export const shop = { open: false, since: Date.now() };

const DAY = 86_400_000;
const METRICS: [id: string, label: string, pt: string, unit: Metric['unit'], size: number][] = [
  ['revenue', 'Revenue', 'Receita', 'money', 1],
  ['orders', 'Orders', 'Encomendas', 'count', 1 / 62],
  ['aov', 'Average order', 'Encomenda média', 'money', 0],
  ['units', 'Units sold', 'Unidades vendidas', 'count', 1 / 14],
  ['customers', 'Customers', 'Clientes', 'count', 1 / 80],
  ['new_customers', 'New customers', 'Clientes novos', 'count', 1 / 260],
  ['returns', 'Returns', 'Devoluções', 'money', 0.04],
  ['refund_rate', 'Refund rate', 'Taxa de reembolso', 'percent', 0],
  ['gross_sales', 'Gross sales', 'Vendas brutas', 'money', 1.12],
  ['discounts', 'Discounts', 'Descontos', 'money', 0.08],
  ['shipping', 'Shipping', 'Portes', 'money', 0.06],
  ['tax', 'Tax', 'Imposto', 'money', 0.2],
];
const DEFINITIONS: Record<string, string> = {
  revenue:
    'Goods sold after discounts, less returns; without tax and shipping. Returns count on the day they were processed.',
};
const GROUPS: Record<string, [string, number][]> = {
  product: [
    ['Rye sourdough', 0.24],
    ['Country loaf', 0.19],
    ['Cinnamon knots', 0.16],
    ['Oat biscuits', 0.12],
    ['Seeded crackers', 0.1],
    ['Marmalade', 0.08],
    ['Gift box, large', 0.07],
    ['Tea towel', 0.04],
  ],
  country: [
    ['United Kingdom', 0.71],
    ['Ireland', 0.12],
    ['France', 0.08],
    ['Germany', 0.06],
    ['Portugal', 0.03],
  ],
  channel: [
    ['Online shop', 0.82],
    ['Market stall', 0.13],
    ['Phone', 0.05],
  ],
};
const NAMES: Record<string, string> = {
  product: 'Product',
  country: 'Country',
  channel: 'Channel',
};
const NAMES_PT: Record<string, string> = { product: 'Produto', country: 'País', channel: 'Canal' };

export const metrics: Metric[] = METRICS.map(([id, label, pt, unit]) => ({
  id,
  label,
  labels: { en: label, pt },
  unit,
  good: ['returns', 'refund_rate', 'discounts'].includes(id) ? 'down' : 'up',
  definition: DEFINITIONS[id] ?? `${label} of the orders that count.`,
  definitions: { en: DEFINITIONS[id] ?? `${label} of the orders that count.` },
  dimensions: Object.keys(GROUPS),
  connected: id !== 'tax',
  own: false,
}));
export const dimensions: Dimension[] = Object.keys(GROUPS).map((id) => ({
  id,
  label: NAMES[id] ?? id,
  labels: { en: NAMES[id] ?? id, pt: NAMES_PT[id] ?? id },
}));
export const valuesOf = (dimension: string, q: string) =>
  (GROUPS[dimension] ?? [])
    .map(([v]) => v)
    .filter((v) => v.toLowerCase().includes(q.toLowerCase()));

const noise = (n: number) => {
  const x = Math.sin(n * 12.9898) * 43_758.5453;
  return x - Math.floor(x);
};
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const at = (day: string) => Date.parse(`${day.slice(0, 10)}T00:00:00Z`);

function sold(day: number): number {
  const n = Math.floor(day / DAY);
  if (day > Date.now()) return 0;
  const week = [0.7, 1, 0.95, 1, 1.1, 1.35, 1.2][new Date(day).getUTCDay()] ?? 1;
  const season = 1 + 0.25 * Math.sin(((n % 365) / 365) * 2 * Math.PI - 1.4);
  return 820 * week * season * (1 + (n - 19_000) / 9000) * (0.8 + 0.4 * noise(n));
}

function shareOf(filters: Filter[]): number {
  return filters.reduce((part, f) => {
    const inside = (GROUPS[f.dimension] ?? [])
      .filter(([v]) => f.values.includes(v))
      .reduce((sum, [, s]) => sum + s, 0);
    return part * (f.not ? 1 - inside : inside);
  }, 1);
}

function compute(id: string, from: number, to: number, part: number): number {
  if (id === 'aov') return compute('revenue', from, to, 1) / (compute('orders', from, to, 1) || 1);
  if (id === 'refund_rate') return 0.021 + 0.02 * noise(Math.floor(from / DAY) + 7);
  const size = METRICS.find(([name]) => name === id)?.[4] ?? 0.5;
  let sum = 0;
  for (let d = from; d <= to; d += DAY)
    sum += sold(d) * (id === 'orders' ? 0.9 + 0.2 * noise(d) : 1);
  const raw = sum * size * part;
  const unit = metrics.find((m) => m.id === id)?.unit;
  return unit === 'money' ? Math.round(raw * 100) / 100 : Math.round(raw);
}

function next(day: number, grain: string): number {
  const d = new Date(day);
  const [y, m] = [d.getUTCFullYear(), d.getUTCMonth()];
  if (grain === 'week') return day + (7 - ((d.getUTCDay() + 6) % 7)) * DAY;
  if (grain === 'month') return Date.UTC(y, m + 1, 1);
  if (grain === 'quarter') return Date.UTC(y, m - (m % 3) + 3, 1);
  return grain === 'year' ? Date.UTC(y + 1, 0, 1) : day + DAY;
}

function pieces(from: number, to: number, grain: string): [number, number][] {
  const list: [number, number][] = [];
  for (let d = from; d <= to; d = next(d, grain))
    list.push([d, Math.min(to, next(d, grain) - DAY)]);
  return list;
}

/** What the metric calls answer. */
export function answer(query: MetricQuery): MetricAnswer {
  const metric = metrics.find((m) => m.id === query.metric);
  const [from, to] = [at(query.from), at(query.to)];
  const last = Math.min(to, at(iso(Date.now())));
  const part = shareOf(query.filters ?? []);
  const back = query.compare === 'previous_year' ? 365 * DAY : to - from + DAY;
  const unit = metric?.unit ?? 'count';
  const currency = unit === 'money' ? 'GBP' : null;
  const value = compute(query.metric, from, last, part);
  const before = query.compare ? compute(query.metric, from - back, last - back, part) : null;
  const minor = (v: number) => Math.round(v * (unit === 'money' ? 100 : 1));
  const series: Point[] = query.grain
    ? pieces(from, to, query.grain).map(([a, b]) => {
        const v = compute(query.metric, a, b, part);
        const previous = query.compare ? compute(query.metric, a - back, b - back, part) : null;
        return { start: iso(a), value: v, value_minor: minor(v), currency, previous };
      })
    : [];
  const by = query.group_by?.[0];
  const whole = unit !== 'percent' && query.metric !== 'aov';
  const rows: Row[] = (by ? (GROUPS[by] ?? []) : [])
    .filter(([name]) =>
      (query.filters ?? []).every(
        (f) => f.dimension !== by || f.values.includes(name) !== (f.not ?? false),
      ),
    )
    .map(([name, share], i) => {
      const v = whole ? compute(query.metric, from, last, share) : value * (0.9 + 0.05 * i);
      const previous = before === null ? null : before * (whole ? share : 1) * (0.85 + 0.09 * i);
      const rounded = Math.round(v * 100) / 100;
      return {
        key: name,
        keys: [name],
        ids: [name],
        value: rounded,
        value_minor: minor(rounded),
        currency,
        share: whole ? share : null,
        previous: previous === null ? null : Math.round(previous * 100) / 100,
      };
    })
    .slice(0, query.limit ?? 100);
  const sql =
    'SELECT SUM(l.net_minor)\nFROM order_lines l JOIN orders o ON o.order_id = l.order_id\nWHERE o.workspace_id = $1 AND o.counted AND o.placed_at >= $2 AND o.placed_at < $3';
  return {
    metric: query.metric,
    unit,
    currency,
    value,
    value_minor: minor(value),
    values: [
      { value, currency },
      ...(query.metric === 'shipping'
        ? [{ value: Math.round(value * 12) / 100, currency: 'EUR' }]
        : []),
    ],
    previous:
      before === null
        ? null
        : {
            value: before,
            value_minor: minor(before),
            from: iso(from - back),
            to: iso(last - back),
            change: before ? (value - before) / before : null,
          },
    from: query.from,
    to: query.to,
    time_zone: 'Europe/London',
    grain: query.grain ?? null,
    series,
    rows,
    row_count: rows.length || series.length || 1,
    sql,
    queries: [{ sql, binds: ['0197-demo', from, to + DAY] }],
    definition: metric?.definition ?? '',
    fresh_until: new Date(Date.now() - 4 * 60_000).toISOString(),
    sources: [
      {
        connector_id: 'demo',
        name: 'Demonstration shop',
        type: 'demo',
        last_sync_at: new Date(Date.now() - 4 * 60_000).toISOString(),
        is_loading: false,
      },
    ],
    notes: [],
  };
}
