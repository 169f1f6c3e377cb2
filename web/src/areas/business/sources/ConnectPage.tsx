import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { may, useMe } from '@/areas/identity/session';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { Notice } from '@/components/Notice';
import { BusinessFrame } from '../frame/BusinessFrame';
import { useStartDemo } from '../metrics/metrics';
import { useBusinessText } from '../text';
import { ConnectForm } from './ConnectForm';
import { SourceFace } from './SourceFace';
import './sources.css';
import { useConnectorTypes } from './sources';

/** Which kind of source, then its form. */
export function ConnectPage() {
  const b = useBusinessText();
  const me = useMe();
  const navigate = useNavigate();
  const { type } = useSearch({ from: '/inside/business/sources/new' });
  const types = useConnectorTypes();
  const demo = useStartDemo();
  const manages = may(me, 'business.manage');
  const list = types.data?.filter((one) => one.type !== 'demo') ?? [];
  const one = list.find((known) => known.type === type);
  const back = one ? '/business/sources/new' : '/business/sources';
  return (
    <BusinessFrame
      title={one ? b.connect.titleOf(one.title) : b.sources.connect}
      lead={one ? one.description : b.connect.lead}
      above={
        <Link to={back} search={{}} className="bback">
          <Icon name="left" size={15} />
          {one ? b.connect.others : b.tabs.sources}
        </Link>
      }
    >
      {!manages && <Notice icon="lock">{b.sources.readOnly}</Notice>}
      {types.isPending && <Bones lines={4} height={72} />}
      {types.error && !types.data && (
        <LoadError error={types.error} onRetry={() => void types.refetch()} />
      )}
      {manages && one && <ConnectForm key={one.type} type={one} />}
      {manages && !one && (
        <>
          <ul className="btypes">
            {list.map((known) => (
              <li key={known.type}>
                <Link to="/business/sources/new" search={{ type: known.type }} className="btype">
                  <SourceFace type={known.type} />
                  <strong>{known.title}</strong>
                  <span>{known.description}</span>
                </Link>
              </li>
            ))}
          </ul>
          {types.data && (
            <p className="bdemo-line">
              {b.connect.demoLead}{' '}
              <Button
                small
                icon="play"
                busy={demo.isPending}
                onClick={() =>
                  demo.mutate(undefined, {
                    onSuccess: () => void navigate({ to: '/business/sources' }),
                  })
                }
              >
                {b.empty.demo}
              </Button>
            </p>
          )}
        </>
      )}
    </BusinessFrame>
  );
}
