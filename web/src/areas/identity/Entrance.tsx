import type { ReactNode } from 'react';
import { Logo } from '@/components/Logo';
import { useText } from '@/text';
import './identity.css';
import { StreamArt } from './StreamArt';

/** The frame of every page before the sign-in. */
export function Entrance({
  title,
  lead,
  children,
}: {
  title: string;
  lead: string;
  children: ReactNode;
}) {
  const t = useText();
  return (
    <div className="entrance">
      <aside className="entrance-side" aria-hidden="true">
        <StreamArt />
        <p>{t.signIn.motto}</p>
      </aside>
      <main className="entrance-main">
        <div className="entrance-form">
          <p className="entrance-brand">
            <Logo size={30} /> Tributary
          </p>
          <div className="entrance-words">
            <h1>{title}</h1>
            <p>{lead}</p>
          </div>
          {children}
        </div>
      </main>
    </div>
  );
}
