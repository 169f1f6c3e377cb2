/** The bodies of the calls about files, as the contract names them. */

export type FileStatus = 'scanning' | 'processing' | 'ready' | 'rejected';
export type FileVisibility = 'private' | 'workspace';
export type StepName = 'scan' | 'preview' | 'text' | 'ocr' | 'index';
export type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'skipped';

export interface FileStep {
  name: StepName;
  state: StepState;
  note?: string | null;
}

export interface FilePreview {
  page: number;
  url: string;
  width: number;
  height: number;
}

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

/** A file as it hangs on a message. */
export interface FileBrief {
  id: string;
  name: string;
  type: string;
  size: number;
  status: FileStatus;
  reason: string | null;
  width: number | null;
  height: number | null;
  pages: number | null;
  url: string | null;
  preview_url: string | null;
}

export interface FileOut extends FileBrief {
  sha256: string | null;
  text_chars: number | null;
  metadata: FileMetadata;
  created_at: string;
  updated_at: string;
  owner_id: string;
  visibility: FileVisibility;
  previews: FilePreview[];
  warnings: string[];
  steps: FileStep[];
  /** Only where one file is asked for: the threads it is attached to, of those the reader may enter. */
  threads?: string[] | null;
}

export interface UploadPart {
  number: number;
  offset: number;
  size: number;
  url: string;
  received?: boolean;
}

/** A large upload that has begun: where its parts go. */
export interface UploadSession {
  id: string;
  headers?: Record<string, string> | null;
  parts: UploadPart[];
}

export interface FilePage {
  page: number;
  text: string;
}

export interface Analysis {
  id: string;
  prompt: string | null;
  text: string;
  status: 'streaming' | 'complete' | 'stopped' | 'interrupted' | 'failed' | 'unreadable';
  model: string | null;
  provider: string | null;
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
