import { PageSection } from '@/app/PageSection';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { LoadError } from '@/components/LoadError';
import { ago, dateTime } from '@/text/numbers';
import { AdminFrame } from '../frame/AdminFrame';
import { useAdminText } from '../text';
import { BackEnds } from './BackEnds';
import { Findings } from './Findings';
import { useSystem } from './system';
import './system.css';

/** What the installation stands on, and what the doctor says of it. */
export function SystemPage() {
  const a = useAdminText();
  const s = a.system;
  const system = useSystem();
  return (
    <AdminFrame
      page="system"
      lead={system.data ? s.lead(system.data.version, ago(system.data.started_at)) : s.waiting}
      tools={
        <Button icon="refresh" busy={system.isFetching} onClick={() => void system.refetch()}>
          {s.again}
        </Button>
      }
    >
      {system.isPending && <Bones lines={8} height={36} />}
      {system.error && !system.data && (
        <LoadError error={system.error} onRetry={() => void system.refetch()} />
      )}
      {system.data && (
        <>
          <PageSection title={s.doctor} hint={s.doctorHint}>
            <Findings findings={system.data.doctor} />
          </PageSection>
          <PageSection title={s.backEnds}>
            <BackEnds system={system.data} />
          </PageSection>
          {system.data.nodes.length > 1 && (
            <PageSection title={s.nodes}>
              <ul className="aparts">
                {system.data.nodes.map((node) => (
                  <li key={node.id}>
                    <span className="aparts-name">{node.id}</span>
                    <span className="aparts-more">{s.up(dateTime(node.started_at))}</span>
                  </li>
                ))}
              </ul>
            </PageSection>
          )}
        </>
      )}
    </AdminFrame>
  );
}
