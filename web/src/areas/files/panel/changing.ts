import { useMutation } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { FileOut } from '../contract';
import { loseFiles, receiveFile } from '../store';

export type FilePatch = Partial<Pick<FileOut, 'name' | 'visibility'>>;

export function usePatchFile() {
  return useMutation({
    mutationFn: ({ id, patch }: { id: string; patch: FilePatch }) =>
      api.patch<FileOut>(`/files/${id}`, patch),
    onSuccess: receiveFile,
  });
}

/** Deletes files one after the other; answers which are gone, and what kept the others. */
export function useDeleteFiles() {
  return useMutation({
    mutationFn: async (ids: string[]) => {
      const gone: string[] = [];
      let failure: unknown = null;
      for (const id of ids) {
        try {
          await api.delete(`/files/${id}`);
          gone.push(id);
        } catch (error) {
          failure = error;
        }
      }
      return { gone, failure };
    },
    onSuccess: ({ gone }) => loseFiles(gone),
  });
}
