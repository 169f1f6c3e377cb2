import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Invitation, Member, MemberAdded, Role, Workspace } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';

const again = (key: readonly string[]) => () => queryClient.invalidateQueries({ queryKey: key });

export function useWorkspace() {
  return useQuery({
    queryKey: keys.workspace,
    queryFn: () => api.get<Workspace>('/workspace'),
  });
}

export type WorkspacePatch = Partial<
  Pick<Workspace, 'name' | 'system_prompt' | 'style' | 'default_model'>
>;

export function usePatchWorkspace() {
  return useMutation({
    mutationFn: (patch: WorkspacePatch) => api.patch<Workspace>('/workspace', patch),
    onSuccess: (workspace) => {
      queryClient.setQueryData(keys.workspace, workspace);
      void queryClient.invalidateQueries({ queryKey: keys.me });
      void queryClient.invalidateQueries({ queryKey: keys.workspaces });
    },
  });
}

export function useMembers() {
  return useQuery({
    queryKey: keys.members,
    queryFn: () => api.get<Member[]>('/members'),
  });
}

export function useInvitations() {
  return useQuery({
    queryKey: keys.invitations,
    queryFn: () => api.get<Invitation[]>('/invitations'),
  });
}

export function useInvite() {
  return useMutation({
    mutationFn: (input: { email: string; role: Role }) => api.post<MemberAdded>('/members', input),
    onSuccess: () => {
      void again(keys.members)();
      void again(keys.invitations)();
    },
  });
}

export function useWithdraw() {
  return useMutation({
    mutationFn: (id: string) => api.delete(`/invitations/${id}`),
    onSettled: again(keys.invitations),
  });
}

export function useChangeRole() {
  return useMutation({
    mutationFn: ({ id, role }: { id: string; role: Role }) =>
      api.patch<Member>(`/members/${id}`, { role }),
    onSettled: again(keys.members),
  });
}

export function useRemoveMember() {
  return useMutation({
    mutationFn: (id: string) => api.delete(`/members/${id}`),
    onSettled: again(keys.members),
  });
}

/** The address that the invited person opens; the server may know a better one than this page. */
export function invitationLink(invitation: Invitation): string | null {
  if (invitation.url) return new URL(invitation.url, location.origin).href;
  return invitation.token ? `${location.origin}/invite/${invitation.token}` : null;
}
