import type { ReactNode } from 'react';

/** How something is: a dot by colour and shape, and the word for it. */
export function StateDot({
  look,
  children,
}: {
  look: 'good' | 'warn' | 'bad' | 'off';
  children: ReactNode;
}) {
  return (
    <span className="adot" data-look={look}>
      {children}
    </span>
  );
}
