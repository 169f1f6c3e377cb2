import { Link, useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { may, useMe } from '@/areas/identity/session';
import { Bones } from '@/components/Bones';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { Notice } from '@/components/Notice';
import { BusinessFrame } from '../frame/BusinessFrame';
import { useBusinessText } from '../text';
import { DeadLetters } from './DeadLetters';
import { RunHistory } from './RunHistory';
import { SourceFacts } from './SourceFacts';
import './sources.css';
import { SourceTools } from './SourceTools';
import { SourceValues } from './SourceValues';
import { useConnector, useConnectorTypes } from './sources';
import { StateChip } from './StateChip';
import { Webhooks } from './Webhooks';

const Upload = lazy(() => import('../upload/Upload').then((m) => ({ default: m.Upload })));

/** One source: how it is, what it did, what it was connected with. */
export function SourcePage() {
  const b = useBusinessText();
  const { sourceId } = useParams({ from: '/inside/business/sources/$sourceId' });
  const manages = may(useMe(), 'business.manage');
  const source = useConnector(sourceId);
  const types = useConnectorTypes();
  const c = source.data;
  const type = types.data?.find((one) => one.type === c?.type);
  const upload = type?.upload ?? false;
  return (
    <BusinessFrame
      title={c?.name || c?.title || b.tabs.sources}
      above={
        <Link to="/business/sources" className="bback">
          <Icon name="left" size={15} />
          {b.tabs.sources}
        </Link>
      }
      lead={
        c && (
          <>
            {c.title} <StateChip connector={c} />
          </>
        )
      }
      tools={c && manages && types.data && <SourceTools connector={c} reads={!!type && !upload} />}
    >
      {source.isPending && <Bones lines={6} height={40} />}
      {source.error && !c && (
        <LoadError error={source.error} onRetry={() => void source.refetch()} />
      )}
      {c && (
        <>
          {c.error && (
            <Notice look={c.state === 'failed' ? 'danger' : 'warn'}>
              {c.error} {c.state === 'needs_reconnect' && b.sources.reconnect}
            </Notice>
          )}
          {c.limits.map((limit) => (
            <Notice key={limit}>{limit}</Notice>
          ))}
          <SourceFacts connector={c} />
          {upload && manages && (
            <Suspense fallback={<Bones lines={3} height={40} />}>
              <Upload connector={c} />
            </Suspense>
          )}
          <RunHistory id={c.id} manages={manages} />
          <DeadLetters id={c.id} manages={manages} />
          {manages && c.webhook_url && <Webhooks connector={c} />}
          {manages && type && <SourceValues key={type.type} connector={c} type={type} />}
        </>
      )}
    </BusinessFrame>
  );
}
