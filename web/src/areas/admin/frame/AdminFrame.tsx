import type { ReactNode } from 'react';
import { useEffect } from 'react';
import '@/app/pages.css';
import { SidebarButton } from '@/app/SidebarButton';
import { useMe } from '@/areas/identity/session';
import { Notice } from '@/components/Notice';
import type { AdminPageName } from '../pages';
import { offeredPages } from '../pages';
import { useAdminText } from '../text';
import './admin.css';
import { AdminNav } from './AdminNav';

interface Props {
  page: AdminPageName;
  lead?: ReactNode;
  tools?: ReactNode;
  children: ReactNode;
}

/** The frame of all administrators' pages. Its content is not even made for those who may not see it. */
export function AdminFrame({ page, lead, tools, children }: Props) {
  const a = useAdminText();
  const me = useMe();
  const title = a.pages[page];
  const offered = offeredPages(me).some((one) => one.name === page);
  useEffect(() => {
    document.title = `${title} · Tributary`;
  }, [title]);
  return (
    <div className="admin">
      <div className="page-bar admin-bar">
        <SidebarButton />
      </div>
      <AdminNav />
      <div className="admin-page">
        <header className="admin-head">
          <div className="admin-words">
            <h1>{title}</h1>
            {lead && <p>{lead}</p>}
          </div>
          {tools && <div className="admin-tools">{tools}</div>}
        </header>
        {offered ? children : <Notice icon="lock">{a.forbidden}</Notice>}
      </div>
    </div>
  );
}
