import { useParams, useSearch } from '@tanstack/react-router';
import { SidebarButton } from '@/app/SidebarButton';
import { FileView } from './FileView';
import './panel.css';

/** A file at an address of its own. */
export function FilePage() {
  const { fileId } = useParams({ strict: false });
  const { page } = useSearch({ strict: false });
  return (
    <div className="file-page">
      <FileView
        key={fileId}
        fileId={fileId ?? ''}
        page={page ?? null}
        before={<SidebarButton />}
        alone
      />
    </div>
  );
}
