import { useMutation } from '@tanstack/react-query';
import { Button } from '@/components/Button';
import { Menu } from '@/components/Menu';
import { MenuItem } from '@/components/MenuItem';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useAdminText } from '../text';
import type { TrailFilter } from './audit';
import type { TrailFormat } from './exportTrail';
import { exportTrail } from './exportTrail';

/** The trail as a file, of the days that are chosen. */
export function ExportMenu({ filter }: { filter: TrailFilter }) {
  const t = useText();
  const a = useAdminText();
  const make = useMutation({
    mutationFn: (format: TrailFormat) => exportTrail(format, filter),
    onMutate: () => toast(a.audit.exporting),
    onError: (error) => toast(describe(error, t)),
  });
  return (
    <Menu
      label={a.audit.export}
      trigger={
        <Button icon="download" busy={make.isPending}>
          {a.audit.export}
        </Button>
      }
    >
      {(close) =>
        (['csv', 'jsonl'] as const).map((format) => (
          <MenuItem
            key={format}
            icon="file"
            onSelect={() => {
              close();
              make.mutate(format);
            }}
          >
            {a.audit.formats[format]}
          </MenuItem>
        ))
      }
    </Menu>
  );
}
