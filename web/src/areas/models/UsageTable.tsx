import type { UsageReport, UsageTotals } from '@/api/contract';
import { useText } from '@/text';
import { money, seconds, tokenCount, whole } from '@/text/numbers';

function Cells({ row }: { row: UsageTotals }) {
  const t = useText();
  return (
    <>
      <td className="number">{whole(row.calls)}</td>
      <td className="number">{whole(row.failed)}</td>
      <td className="number">{tokenCount(row.input_tokens)}</td>
      <td className="number">{tokenCount(row.output_tokens)}</td>
      <td className="number">
        {row.cost_micros === null ? t.common.notPriced : money(row.cost_micros)}
      </td>
      <td className="number">{row.p50_ms === null ? '–' : seconds(row.p50_ms)}</td>
      <td className="number">{row.p95_ms === null ? '–' : seconds(row.p95_ms)}</td>
    </>
  );
}

export function UsageTable({ report }: { report: UsageReport }) {
  const t = useText();
  const heads = [
    t.usage.calls,
    t.usage.failed,
    t.usage.tokensIn,
    t.usage.tokensOut,
    t.usage.cost,
    t.usage.p50,
    t.usage.p95,
  ];
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={t.usage.title}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">
              <span className="unseen">{t.usage.by}</span>
            </th>
            {heads.map((head) => (
              <th key={head} scope="col" className="number">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {report.rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">{row.label || row.key}</th>
              <Cells row={row} />
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t.usage.total}</th>
            <Cells row={report.totals} />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
