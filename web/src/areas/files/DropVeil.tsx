import { useEffect, useRef, useState } from 'react';
import { Icon } from '@/components/Icon';
import { filesOf } from './attaching';

interface Props {
  words: string;
  onFiles: (files: File[]) => void;
}

const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

/** All of the page takes files that are dropped on it, and says so while one is held over it. */
export function DropVeil({ words, onFiles }: Props) {
  const [over, setOver] = useState(false);
  const take = useRef(onFiles);
  useEffect(() => {
    take.current = onFiles;
  });
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const away = () => {
      clearTimeout(timer);
      setOver(false);
    };
    const onOver = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
      setOver(true);
      // It is told again and again while it is held; when it is told no more, it has left.
      clearTimeout(timer);
      timer = setTimeout(away, 400);
    };
    const onDrop = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      away();
      take.current(filesOf(event.dataTransfer));
    };
    addEventListener('dragover', onOver, { signal });
    addEventListener('drop', onDrop, { signal });
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, []);
  if (!over) return null;
  return (
    <div className="drop-veil">
      <div>
        <Icon name="clip" size={30} />
        {words}
      </div>
    </div>
  );
}
