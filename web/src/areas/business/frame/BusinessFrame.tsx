import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useEffect, useRef } from 'react';
import '@/app/pages.css';
import { SidebarButton } from '@/app/SidebarButton';
import { may, useMe } from '@/areas/identity/session';
import { Notice } from '@/components/Notice';
import { useBusinessText } from '../text';
import './business.css';
import { useWaiting } from '../work/actions';

interface Props {
  /** The page; the title of the window, and the heading unless another is given. */
  title: string;
  /** A way back, above the heading. */
  above?: ReactNode;
  lead?: ReactNode;
  tools?: ReactNode;
  children: ReactNode;
}

const TABS = [
  ['/business', 'metrics'],
  ['/business/ask', 'ask'],
  ['/business/sources', 'sources'],
  ['/business/actions', 'actions'],
  ['/business/tasks', 'tasks'],
  ['/business/workflows', 'workflows'],
  ['/business/settings', 'settings'],
] as const;

/** The frame of all pages of business data, with the ways between them. */
export function BusinessFrame({ title, above, lead, tools, children }: Props) {
  const b = useBusinessText();
  const me = useMe();
  const allowed = may(me, 'business.read');
  const waiting = useWaiting(allowed);
  useEffect(() => {
    document.title = `${title} · Tributary`;
  }, [title]);
  // Where not all of them fit, the one that is open is in sight.
  const tabs = useRef<HTMLElement>(null);
  useEffect(() => {
    const nav = tabs.current;
    const open = nav?.querySelector<HTMLElement>('[data-status="active"]');
    if (nav && open) nav.scrollLeft = open.offsetLeft - nav.clientWidth / 2 + open.clientWidth / 2;
  }, []);
  return (
    <div className="page business" data-wide>
      <div className="page-bar">
        <SidebarButton />
        <nav ref={tabs} className="btabs" aria-label={b.title}>
          {TABS.map(([to, name]) => (
            <Link
              key={to}
              to={to}
              className="btab"
              activeOptions={{ exact: to === '/business', includeSearch: false }}
            >
              {b.tabs[name]}
              {name === 'actions' && waiting > 0 && (
                <span className="btab-count">
                  {waiting}
                  <span className="unseen"> {b.tabs.waiting}</span>
                </span>
              )}
            </Link>
          ))}
        </nav>
      </div>
      <header className="bhead">
        <div className="bhead-words">
          {above}
          <h1>{title}</h1>
          {lead && <p>{lead}</p>}
        </div>
        {tools && <div className="bhead-tools">{tools}</div>}
      </header>
      {allowed ? children : <Notice icon="lock">{b.forbidden}</Notice>}
    </div>
  );
}
