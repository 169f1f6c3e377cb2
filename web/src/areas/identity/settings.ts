import { useMutation } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import type { Me, Settings, SettingValues } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import { applyLook } from '@/app/look';
import { callOrKeep } from '@/live/live';
import { setLanguage } from '@/text';
import { useMaybeMe } from './session';

export function valuesOf(me: Me | null): SettingValues {
  return me?.settings ?? {};
}

export function useSettings(): SettingValues {
  return valuesOf(useMaybeMe());
}

function keep(values: SettingValues): void {
  queryClient.setQueryData<Me | null>(keys.me, (me) => me && { ...me, settings: values });
}

interface Change {
  change: SettingValues;
  before: SettingValues;
}

interface Ends {
  onSuccess?: () => void;
  onError?: (error: unknown) => void;
}

/** Changes settings at once, here and then on the server; where it refuses, the old ones are back. */
export function useChangeSettings() {
  const { mutate: send, isPending } = useMutation({
    mutationFn: ({ change }: Change) =>
      callOrKeep<Settings>({
        method: 'PATCH',
        path: '/settings',
        body: { values: change },
        lane: 'settings',
        key: `settings:${Object.keys(change).sort().join(',')}`,
      }),
    onError: (_error, { before }) => keep(before),
  });
  const mutate = useCallback(
    (change: SettingValues, ends: Ends = {}) => {
      const before = valuesOf(queryClient.getQueryData<Me | null>(keys.me) ?? null);
      keep({ ...before, ...change });
      send({ change, before }, ends);
    },
    [send],
  );
  return { mutate, isPending };
}

/** Keeps the page's look and language as the settings say. */
export function useApplySettings(): void {
  const { theme, density, font, text_size, language } = useSettings();
  const me = useMaybeMe();
  const known = me !== null;
  useEffect(() => {
    if (!known) return;
    applyLook({ theme, density, font, text_size });
  }, [known, theme, density, font, text_size]);
  useEffect(() => {
    if (known) void setLanguage(language ?? null);
  }, [known, language]);
}
