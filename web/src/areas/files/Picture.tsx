import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { keys } from '@/api/keys';
import type { FileOut } from './contract';
import { loadFile } from './store';

interface Props {
  fileId: string;
  src: string;
  alt: string;
  /** Which address of the file this is, to have it anew when it has run out. */
  of: (file: FileOut) => string | null | undefined;
  lazy?: boolean;
  className?: string;
  onBroken?: () => void;
}

/** A picture behind an address that expires: when it has, a fresh one is asked for, once. */
export function Picture({ fileId, src, alt, of, lazy = true, className, onBroken }: Props) {
  const client = useQueryClient();
  const [fresh, setFresh] = useState<string | null>(null);
  const [loaded, setLoaded] = useState(false);
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    setFresh(null);
    setBroken(false);
  }, [src]);
  const fail = () => {
    setBroken(true);
    onBroken?.();
  };
  const renew = async () => {
    if (fresh !== null || src.startsWith('blob:')) {
      fail();
      return;
    }
    try {
      const file = await client.fetchQuery({
        queryKey: keys.file(fileId),
        queryFn: ({ signal }) => loadFile(fileId, signal),
        staleTime: 0,
      });
      const url = of(file);
      if (url) setFresh(url);
      else fail();
    } catch {
      fail();
    }
  };
  if (broken) return <span className="picture-words">{alt}</span>;
  return (
    <img
      src={fresh ?? src}
      alt={alt}
      className={className}
      data-loaded={loaded || undefined}
      loading={lazy ? 'lazy' : 'eager'}
      decoding="async"
      draggable={false}
      onLoad={() => setLoaded(true)}
      onError={() => void renew()}
    />
  );
}
