import { Link } from '@tanstack/react-router';
import { may, useMe } from '@/areas/identity/session';
import { Bones } from '@/components/Bones';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { Notice } from '@/components/Notice';
import { BusinessFrame } from '../frame/BusinessFrame';
import { NoData } from '../metrics/NoData';
import { useBusinessText } from '../text';
import { SourceItem } from './SourceItem';
import './sources.css';
import { useConnectors } from './sources';

/** Where the data comes from. */
export function SourcesPage() {
  const b = useBusinessText();
  const manages = may(useMe(), 'business.manage');
  const list = useConnectors();
  return (
    <BusinessFrame
      title={b.tabs.sources}
      lead={b.sources.lead}
      tools={
        manages &&
        (list.data?.length ?? 0) > 0 && (
          <Link to="/business/sources/new" className="btn btn-main">
            <Icon name="plus" size={17} />
            {b.sources.connect}
          </Link>
        )
      }
    >
      {!manages && <Notice icon="lock">{b.sources.readOnly}</Notice>}
      {list.isPending && <Bones lines={4} height={64} />}
      {list.error && !list.data && (
        <LoadError error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.data?.length === 0 && <NoData />}
      {list.data && list.data.length > 0 && (
        <ul className="bsources">
          {list.data.map((c) => (
            <SourceItem key={c.id} connector={c} />
          ))}
        </ul>
      )}
    </BusinessFrame>
  );
}
