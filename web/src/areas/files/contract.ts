/** The bodies of the calls about files under the names the page uses; written here is only what the document leaves open. */
import type { But, Whole } from '../../api/contract';
import type { components } from '../../api/schema.gen';

type Schemas = components['schemas'];

export type FileStatus = Schemas['FileStatus'];
export type FileStep = Schemas['Step'];
export type FilePreview = Whole<Schemas['PreviewOut']>;

/** What was read from a file; what is not known is not there. */
export interface FileMetadata {
  taken_at?: string;
  camera?: string;
  latitude?: number;
  longitude?: number;
  title?: string;
  author?: string;
  duration_ms?: number;
  language?: string;
  encoding?: string;
  pages?: number;
  [name: string]: unknown;
}

export type FileOut = But<
  Schemas['FileOut'],
  {
    metadata: FileMetadata;
    steps: FileStep[];
    previews: FilePreview[];
    /** Only where one file is asked for: the threads it is attached to, of those the reader may enter. */
    threads?: string[] | null;
  }
>;

/** A file as it hangs on a message. */
export type FileBrief = Pick<
  FileOut,
  | 'id'
  | 'name'
  | 'type'
  | 'size'
  | 'status'
  | 'reason'
  | 'width'
  | 'height'
  | 'pages'
  | 'url'
  | 'preview_url'
>;

/** A large upload that has begun: where its parts go. */
export type UploadSession = Pick<
  But<Schemas['UploadOut'], { headers: Record<string, string> }>,
  'id' | 'headers' | 'parts'
>;

export type FilePage = Schemas['PageText'];

export interface Analysis {
  id: string;
  prompt: string | null;
  text: string;
  status: 'streaming' | 'complete' | 'stopped' | 'interrupted' | 'failed' | 'unreadable';
  model: string | null;
  provider: string | null;
  /** Why not, in the server's words. */
  error?: { code: string; error: string } | null;
  /** The pages that it cites. */
  sources?: Source[];
  author: { id: string; full_name: string; avatar_color: string } | null;
  created_at: string;
}

/** What an answer leans on: `[n]` in its text. */
export interface Source {
  n: number;
  kind: string;
  file_id: string;
  name: string;
  page: number | null;
  snippet: string | null;
}

export function briefOf(file: FileBrief): FileBrief {
  const { id, name, type, size, status, reason, width, height, pages, url, preview_url } = file;
  return { id, name, type, size, status, reason, width, height, pages, url, preview_url };
}
