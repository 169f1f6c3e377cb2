import type { UsageTotals as Totals } from '@/api/contract';
import { useText } from '@/text';
import { money, seconds, tokenCount, whole } from '@/text/numbers';

export function UsageTotals({ totals }: { totals: Totals }) {
  const t = useText();
  const rows: [string, string, string?][] = [
    [
      t.usage.cost,
      totals.cost_micros === null ? t.common.notPriced : money(totals.cost_micros),
      totals.unpriced_calls > 0 ? t.usage.unpriced(totals.unpriced_calls) : undefined,
    ],
    [t.usage.calls, whole(totals.calls), `${whole(totals.failed)} ${t.usage.failed.toLowerCase()}`],
    [t.usage.tokensIn, tokenCount(totals.input_tokens)],
    [t.usage.tokensOut, tokenCount(totals.output_tokens)],
    [t.usage.p50, totals.p50_ms === null ? '–' : seconds(totals.p50_ms)],
  ];
  return (
    <dl className="totals tabular">
      {rows.map(([name, value, more]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          {more && <dd className="totals-more">{more}</dd>}
        </div>
      ))}
    </dl>
  );
}
