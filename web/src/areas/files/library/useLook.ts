import { useState } from 'react';

export type Look = 'grid' | 'list';
const KEY = 'trb.files.look';

function read(): Look {
  try {
    return localStorage.getItem(KEY) === 'list' ? 'list' : 'grid';
  } catch {
    return 'grid';
  }
}

/** Side by side or one under the other: as this browser had it last. */
export function useLook(): [Look, (look: Look) => void] {
  const [look, setLook] = useState(read);
  const set = (next: Look) => {
    setLook(next);
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // It holds for this visit.
    }
  };
  return [look, set];
}
