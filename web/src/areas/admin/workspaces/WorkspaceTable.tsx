import { useState } from 'react';
import { IconButton } from '@/components/IconButton';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { bytes, date, whole } from '@/text/numbers';
import { amount } from '../measure';
import { useAdminText } from '../text';
import type { WorkspaceRow } from '../types';
import { EraseWorkspace } from './EraseWorkspace';
import { useChangePlan } from './workspaces';

const PLANS: WorkspaceRow['plan'][] = ['free', 'pro', 'business'];

export function WorkspaceTable({ rows }: { rows: WorkspaceRow[] }) {
  const t = useText();
  const w = useAdminText().workspaces;
  const change = useChangePlan();
  const [erasing, setErasing] = useState<WorkspaceRow | null>(null);
  return (
    <>
      <div className="table-wrap" tabIndex={0} role="region" aria-label={w.all}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{w.name}</th>
              <th scope="col">{w.plan}</th>
              <th scope="col" className="number">
                {w.members}
              </th>
              <th scope="col" className="number">
                {w.messages}
              </th>
              <th scope="col" className="number">
                {w.storage}
              </th>
              <th scope="col" className="number">
                {w.cost}
              </th>
              <th scope="col">{w.created}</th>
              <th scope="col">{w.key}</th>
              <th scope="col">
                <span className="unseen">{w.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <th scope="row">{row.name}</th>
                <td>
                  <select
                    className="input admin-select"
                    aria-label={`${w.plan}: ${row.name}`}
                    value={row.plan}
                    onChange={(e) =>
                      change.mutate(
                        { id: row.id, plan: e.target.value as WorkspaceRow['plan'] },
                        {
                          onSuccess: () => toast(t.common.saved),
                          onError: (error) => toast(describe(error, t)),
                        },
                      )
                    }
                  >
                    {PLANS.map((plan) => (
                      <option key={plan} value={plan}>
                        {w.plans[plan]}
                      </option>
                    ))}
                  </select>
                </td>
                <td className="number">{whole(row.members)}</td>
                <td className="number">{whole(row.messages)}</td>
                <td className="number">{bytes(row.storage_bytes)}</td>
                <td className="number">{amount(row.cost_month.minor, row.cost_month.currency)}</td>
                <td>{date(row.created_at)}</td>
                <td>{row.key_created_at ? date(row.key_created_at) : '–'}</td>
                <td>
                  <IconButton
                    small
                    icon="trash"
                    label={`${w.erase}: ${row.name}`}
                    onClick={() => setErasing(row)}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {erasing && <EraseWorkspace workspace={erasing} onClose={() => setErasing(null)} />}
    </>
  );
}
