import { lazy, Suspense, useState } from 'react';
import type { FileBrief } from '../contract';
import { kindOf } from '../kinds';
import { AttachedFile } from './AttachedFile';
import { AttachedPicture } from './AttachedPicture';
import './attachments.css';

const Viewer = lazy(() => import('../viewer/Viewer').then((m) => ({ default: m.Viewer })));

const isPicture = (file: FileBrief) =>
  kindOf(file.type, file.name) === 'image' && file.status !== 'rejected';
const MOST = 9;

/** The files of a message: pictures side by side, all others as cards. */
export function Attachments({ files }: { files: FileBrief[] }) {
  const [at, setAt] = useState<string | null>(null);
  if (files.length === 0) return null;
  const pictures = files.filter(isPicture);
  const others = files.filter((file) => !isPicture(file));
  const shown = pictures.length > MOST ? pictures.slice(0, MOST - 1) : pictures;
  const rest = pictures.length - shown.length;
  return (
    <div className="attached">
      {shown.length > 0 && (
        <ul className="pictures" data-count={Math.min(shown.length, 4)}>
          {shown.map((file, i) => (
            <li key={file.id}>
              <AttachedPicture
                brief={file}
                alone={shown.length === 1}
                more={i === shown.length - 1 ? rest : 0}
                onOpen={() => setAt(file.id)}
              />
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <ul className="cards">
          {others.map((file) => (
            <li key={file.id}>
              <AttachedFile brief={file} />
            </li>
          ))}
        </ul>
      )}
      {at !== null && (
        <Suspense fallback={null}>
          <Viewer pictures={pictures} first={at} onClose={() => setAt(null)} />
        </Suspense>
      )}
    </div>
  );
}
