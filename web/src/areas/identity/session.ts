import { useQuery } from '@tanstack/react-query';
import { api, whenSignedOut } from '@/api/client';
import type { Me, Setup, SignedIn, SignInMethods, Workspace } from '@/api/contract';
import { isFailure } from '@/api/failure';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import { forgetDrafts } from '@/areas/chat/drafts';
import { generations } from '@/live/generations';
import { orKept } from '@/live/kept';
import * as live from '@/live/live';

export function loadMe(): Promise<Me | null> {
  return queryClient.fetchQuery({
    queryKey: keys.me,
    queryFn: async ({ signal }) => {
      try {
        return await orKept(keys.me, () => api.get<Me>('/auth/me', {}, signal));
      } catch (error) {
        if (isFailure(error) && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: live.live.meStaleTime(),
  });
}

/** The person, with everything that belongs to being signed in running. */
export async function enter(): Promise<Me | null> {
  const me = await loadMe();
  if (me) live.start(me);
  return me;
}

export function loadSetup(): Promise<Setup> {
  return queryClient.fetchQuery({
    queryKey: keys.setup,
    queryFn: () => api.get<Setup>('/auth/setup'),
    staleTime: 10_000,
  });
}

export function loadMethods(): Promise<SignInMethods> {
  return api.get<SignInMethods>('/auth/methods');
}

/** The person who is signed in. Only for pages behind the sign-in, where there is one. */
export function useMe(): Me {
  const { data } = useQuery<Me | null>({
    queryKey: keys.me,
    queryFn: () => orKept(keys.me, () => api.get<Me>('/auth/me')),
    staleTime: live.live.meStaleTime,
  });
  if (!data) throw new Error('used outside the signed-in pages');
  return data;
}

/** The person, or nobody while they are signing out. */
export function useMaybeMe(): Me | null {
  const { data } = useQuery<Me | null>({
    queryKey: keys.me,
    queryFn: () => orKept(keys.me, () => api.get<Me>('/auth/me')),
    staleTime: live.live.meStaleTime,
  });
  return data ?? null;
}

/** Nothing of whoever was here before. */
export function begin(): void {
  generations.clear();
  queryClient.clear();
}

export async function signIn(email: string, password: string): Promise<void> {
  await api.post<SignedIn>('/auth/login', { email, password }, { noRefresh: true });
  begin();
}

export async function register(input: {
  email: string;
  password: string;
  full_name: string;
}): Promise<void> {
  await api.post<SignedIn>('/auth/register', input, { noRefresh: true });
  begin();
}

async function end(): Promise<void> {
  forgetDrafts();
  await live.end();
  queryClient.clear();
  location.assign('/sign-in');
}

export async function signOut(): Promise<void> {
  // Signed out here even when the server cannot be told; its copy then ends with its lifetime.
  await api.post('/auth/logout', {}, { noRefresh: true }).catch(() => undefined);
  await end();
}

export async function signOutEverywhere(): Promise<void> {
  await api.post('/auth/logout-everywhere');
  await end();
}

export async function switchWorkspace(workspace: Workspace): Promise<void> {
  await api.post<SignedIn>('/auth/switch', { workspace_id: workspace.id });
  location.assign('/');
}

let leaving = false;

/** A session that ended elsewhere: the sign-in page, and back to where the person was. */
export function watchSession(): void {
  whenSignedOut(() => {
    const { pathname, search } = location;
    if (leaving || !queryClient.getQueryData<Me | null>(keys.me)) return;
    if (pathname.startsWith('/sign-in') || pathname.startsWith('/invite')) return;
    leaving = true;
    location.assign(`/sign-in?next=${encodeURIComponent(pathname + search)}`);
  });
}

export function canManage(me: Me): boolean {
  return me.role === 'owner' || me.role === 'admin';
}

/** Whether the caller may do something, by the name the server gives it. */
export function may(me: Me, permission: string): boolean {
  return me.permissions.includes(permission);
}
