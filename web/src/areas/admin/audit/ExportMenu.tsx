import { Button } from '@/components/Button';
import { Menu } from '@/components/Menu';
import { useAdminText } from '../text';
import type { TrailFilter } from './audit';
import { exportAddress } from './audit';

/** The trail as a file, of the days that are chosen. */
export function ExportMenu({ filter }: { filter: TrailFilter }) {
  const a = useAdminText();
  return (
    <Menu label={a.audit.export} trigger={<Button icon="download">{a.audit.export}</Button>}>
      {(close) =>
        (['csv', 'jsonl'] as const).map((format) => (
          <a
            key={format}
            className="menu-item"
            role="menuitem"
            tabIndex={-1}
            href={exportAddress(format, filter)}
            download={`audit.${format}`}
            onClick={close}
          >
            {a.audit.formats[format]}
          </a>
        ))
      }
    </Menu>
  );
}
