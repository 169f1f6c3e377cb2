import type { Me } from '@/api/contract';
import { may } from '@/areas/identity/session';
import type { IconName } from '@/components/Icon';

/** The administrators' pages in the order of the navigation, each with what it takes to see it. */
export const ADMIN_PAGES = [
  {
    name: 'monitoring',
    to: '/admin/monitoring',
    group: 'watch',
    icon: 'chart',
    needs: ['monitor.read'],
  },
  { name: 'alerts', to: '/admin/alerts', group: 'watch', icon: 'bell', needs: ['alerts.manage'] },
  {
    name: 'budgets',
    to: '/admin/budgets',
    group: 'watch',
    icon: 'wallet',
    needs: ['budgets.manage'],
  },
  {
    name: 'people',
    to: '/admin/people',
    group: 'who',
    icon: 'people',
    needs: ['instance.administer', 'threads.open'],
  },
  {
    name: 'workspaces',
    to: '/admin/workspaces',
    group: 'who',
    icon: 'building',
    needs: ['instance.administer'],
  },
  { name: 'audit', to: '/admin/audit', group: 'record', icon: 'clock', needs: ['audit.read'] },
  { name: 'access', to: '/admin/access', group: 'record', icon: 'key', needs: ['audit.read'] },
  {
    name: 'compliance',
    to: '/admin/compliance',
    group: 'record',
    icon: 'file',
    needs: ['audit.read'],
  },
  {
    name: 'system',
    to: '/admin/system',
    group: 'house',
    icon: 'server',
    needs: ['instance.administer'],
  },
  { name: 'jobs', to: '/admin/jobs', group: 'house', icon: 'rows', needs: ['instance.administer'] },
  {
    name: 'backups',
    to: '/admin/backups',
    group: 'house',
    icon: 'archive',
    needs: ['instance.administer'],
  },
] as const satisfies readonly {
  name: string;
  to: string;
  group: string;
  icon: IconName;
  /** Any of these. */
  needs: readonly string[];
}[];

export type AdminPage = (typeof ADMIN_PAGES)[number];
export type AdminPageName = AdminPage['name'];

export const ADMIN_GROUPS = ['watch', 'who', 'record', 'house'] as const;

/** A page that one may not see is not offered. */
export function offeredPages(me: Me): AdminPage[] {
  return ADMIN_PAGES.filter((page) => page.needs.some((permission) => may(me, permission)));
}

/** Where administration begins for somebody; null where there is nothing for them. */
export function firstPage(me: Me): AdminPage | null {
  return offeredPages(me)[0] ?? null;
}
