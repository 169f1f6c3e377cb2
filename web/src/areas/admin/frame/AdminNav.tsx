import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { may, useMe } from '@/areas/identity/session';
import { Icon } from '@/components/Icon';
import { useOpenAlerts } from '../alerts/openAlerts';
import { ADMIN_GROUPS, offeredPages } from '../pages';
import { useAdminText } from '../text';

/** The ways between the administrators' pages: a column where there is room, else a strip. */
export function AdminNav() {
  const a = useAdminText();
  const me = useMe();
  const pages = offeredPages(me);
  const open = useOpenAlerts(may(me, 'alerts.manage'));
  const strip = useRef<HTMLElement>(null);
  // Where not all of them fit, the one that is open is in sight.
  useEffect(() => {
    const nav = strip.current;
    const here = nav?.querySelector<HTMLElement>('[data-status="active"]');
    if (nav && here) nav.scrollLeft = here.offsetLeft - nav.clientWidth / 2 + here.clientWidth / 2;
  }, []);
  return (
    <nav ref={strip} className="anav" aria-label={a.title}>
      {ADMIN_GROUPS.map((group) => {
        const some = pages.filter((page) => page.group === group);
        if (some.length === 0) return null;
        return (
          <div key={group} className="anav-group" role="group" aria-label={a.groups[group]}>
            <span className="anav-label" aria-hidden="true">
              {a.groups[group]}
            </span>
            {some.map((page) => (
              <Link key={page.to} to={page.to} className="anav-link">
                <Icon name={page.icon} size={16} />
                {a.pages[page.name]}
                {page.name === 'alerts' && open > 0 && (
                  <span className="anav-count">
                    {open}
                    <span className="unseen"> {a.open}</span>
                  </span>
                )}
              </Link>
            ))}
          </div>
        );
      })}
    </nav>
  );
}
