import { Link } from '@tanstack/react-router';
import { may, useMe } from '@/areas/identity/session';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { Logo } from '@/components/Logo';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { RunProgress } from '../sources/RunProgress';
import { useConnectors } from '../sources/sources';
import { useBusinessText } from '../text';
import { useStartDemo } from './metrics';

/** Nothing is connected yet: the two ways on. */
export function NoData() {
  const t = useText();
  const b = useBusinessText();
  const me = useMe();
  const manages = may(me, 'business.manage');
  const connectors = useConnectors(manages);
  const demo = useStartDemo();
  const running = connectors.data?.find(
    (c) => c.run?.status === 'running' || c.run?.status === 'queued',
  );
  return (
    <div className="empty bempty">
      <Logo size={40} />
      <h2>{b.empty.title}</h2>
      <p>{b.empty.text}</p>
      {running?.run ? (
        <div className="bempty-run">
          <p>{b.empty.filling(running.name)}</p>
          <RunProgress run={running.run} />
        </div>
      ) : manages ? (
        <div className="bempty-ways">
          <Link to="/business/sources/new" className="btn btn-main">
            <Icon name="plus" size={17} />
            {b.empty.connect}
          </Link>
          <Button icon="play" busy={demo.isPending} onClick={() => demo.mutate()}>
            {b.empty.demo}
          </Button>
        </div>
      ) : (
        <p>{b.empty.askAdmin}</p>
      )}
      {demo.error && <Notice look="danger">{describe(demo.error, t)}</Notice>}
    </div>
  );
}
