import type { ReactNode } from 'react';
import { useEffect } from 'react';
import './pages.css';
import { SidebarButton } from './SidebarButton';

interface Props {
  title: string;
  lead?: string;
  wide?: boolean;
  children: ReactNode;
}

/** The frame of the pages that are not conversations. */
export function PageFrame({ title, lead, wide, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Tributary`;
  }, [title]);
  return (
    <div className="page" data-wide={wide || undefined}>
      <div className="page-bar">
        <SidebarButton />
      </div>
      <header className="page-head">
        <h1>{title}</h1>
        {lead && <p>{lead}</p>}
      </header>
      {children}
    </div>
  );
}
