import type { FileOut } from '@/areas/files/contract';
import { Button } from '@/components/Button';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useOpenFiles } from './files';
import { useAssistantText } from './text';

/** Files that only their owner sees cannot be what an assistant knows; said, and put right by who knows what they do. */
export function PrivateFiles({ files }: { files: FileOut[] }) {
  const t = useText();
  const s = useAssistantText();
  const open = useOpenFiles();
  return (
    <Notice
      look="warn"
      icon="lock"
      actions={
        <Button small busy={open.isPending} onClick={() => open.mutate(files.map((f) => f.id))}>
          {s.openFiles(files.length)}
        </Button>
      }
    >
      {s.privateFiles(files.length)}
      {open.error && <p>{describe(open.error, t)}</p>}
    </Notice>
  );
}
