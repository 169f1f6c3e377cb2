import { useNavigate, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { ThemeName } from '@/api/contract';
import { composerFocus } from '@/areas/chat/composerFocus';
import { useAssistants } from '@/areas/assistants/assistants';
import { setNewAssistant, setNewModel } from '@/areas/chat/newModel';
import { usePatchThread } from '@/areas/chat/threads';
import { firstPage } from '@/areas/admin/pages';
import { may, signOut, useMe } from '@/areas/identity/session';
import { useChangeSettings } from '@/areas/identity/settings';
import { AUTO_KINDS, useModels } from '@/areas/models/models';
import type { IconName } from '@/components/Icon';
import { useText } from '@/text';
import { overlays } from './overlays';
import { sidebar } from './sidebar';

export interface Command {
  id: string;
  group: string;
  icon: IconName;
  label: string;
  /** Only shown when asked for by name. */
  deep?: boolean;
  run: () => void;
}

/** Every word typed is in the label or its group. */
export function matches(command: Command, query: string): boolean {
  const text = `${command.group} ${command.label}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

export function useCommands(): Command[] {
  const t = useText();
  const navigate = useNavigate();
  const { threadId } = useParams({ strict: false });
  const me = useMe();
  const models = useModels().data;
  const assistants = useAssistants().data;
  const { mutate: changeSettings } = useChangeSettings();
  const { mutate: patchThread } = usePatchThread();

  return useMemo(() => {
    const { palette: p, shell: s } = t;
    const pages = [
      ['/files', 'file', t.files.title],
      ...(may(me, 'business.read') ? ([['/business', 'chart', s.business]] as const) : []),
      ['/search', 'search', s.search],
      ['/assistants', 'spark', s.assistants],
      ['/keys', 'key', s.keys],
      ['/usage', 'chart', s.usage],
      ['/settings', 'settings', s.settings],
      ['/workspace', 'people', s.workspace],
      ...(firstPage(me) ? ([['/admin', 'server', s.admin]] as const) : []),
    ] as const;
    const chooseModel = (model: string) => {
      if (threadId) patchThread({ id: threadId, patch: { model } });
      else setNewModel(model);
      composerFocus.take();
    };
    const chooseAssistant = (id: string) => {
      if (threadId) patchThread({ id: threadId, patch: { assistant_id: id, model: null } });
      else {
        setNewAssistant(id);
        setNewModel(null);
      }
      composerFocus.take();
    };
    const themes: [ThemeName, IconName][] = [
      ['light', 'sun'],
      ['dark', 'moon'],
      ['system', 'settings'],
    ];
    const list: Command[] = [
      {
        id: 'new',
        group: p.actions,
        icon: 'plus',
        label: t.chat.newChat,
        run: () => void navigate({ to: '/' }).then(() => composerFocus.take()),
      },
      ...pages.map(([to, icon, label]): Command => ({
        id: to,
        group: p.pages,
        icon,
        label,
        run: () => void navigate({ to }),
      })),
      ...themes.map(([theme, icon]): Command => ({
        id: `theme-${theme}`,
        group: t.settings.theme,
        icon,
        label: t.settings.themes[theme],
        deep: true,
        run: () => changeSettings({ theme }),
      })),
      ...(assistants ?? []).map((a): Command => ({
        id: a.id,
        group: s.assistants,
        icon: 'spark',
        label: a.name,
        deep: true,
        run: () => chooseAssistant(a.id),
      })),
      ...AUTO_KINDS.map((kind): Command => ({
        id: kind,
        group: p.model,
        icon: 'branch',
        label: t.models.auto[kind].name,
        deep: true,
        run: () => chooseModel(kind),
      })),
      ...(models ?? [])
        .filter((m) => m.available)
        .map((m): Command => ({
          id: m.id,
          group: p.model,
          icon: 'branch',
          label: m.id,
          deep: true,
          run: () => chooseModel(m.id),
        })),
      {
        id: 'sidebar',
        group: p.actions,
        icon: 'sidebar',
        label: t.keyboard.sidebar,
        deep: true,
        run: () => sidebar.toggle(),
      },
      {
        id: 'keyboard',
        group: p.actions,
        icon: 'keyboard',
        label: s.keyboard,
        run: () => overlays.open('keyboard'),
      },
      {
        id: 'out',
        group: p.actions,
        icon: 'leave',
        label: s.signOut,
        deep: true,
        run: () => void signOut(),
      },
    ];
    return list;
  }, [t, me, models, assistants, threadId, navigate, changeSettings, patchThread]);
}
