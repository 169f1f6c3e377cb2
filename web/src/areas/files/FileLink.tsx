import { Link } from '@tanstack/react-router';
import type { MouseEvent, ReactNode, Ref } from 'react';

interface Props {
  fileId: string;
  page?: number | null;
  className?: string;
  title?: string;
  label?: string;
  children: ReactNode;
  ref?: Ref<HTMLAnchorElement>;
  onClick?: (event: MouseEvent) => void;
}

/** Opens a file beside what one looks at. */
export function FileLink({ fileId, page, label, children, ...rest }: Props) {
  return (
    <Link
      to="."
      search={(before) => ({ ...before, file: fileId, page: page ?? undefined })}
      aria-label={label}
      preload={false}
      {...rest}
    >
      {children}
    </Link>
  );
}
