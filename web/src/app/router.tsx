import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { enter, loadMethods, loadSetup } from '@/areas/identity/session';
import { NotFound } from '@/areas/chat/NotFound';
import { readMonitor } from '@/areas/admin/monitor/address';
import { readView } from '@/areas/business/metrics/address';
import type { Mode, Place } from '@/areas/search/contract';
import { PageFault } from './PageFault';
import { Shell } from './Shell';

interface SearchWanted {
  q?: string;
  in?: Place;
  mode?: Mode;
}

const root = createRootRoute({ notFoundComponent: NotFound, errorComponent: PageFault });

function pageNumber(value: unknown): number | undefined {
  const n = Number(value);
  return Number.isInteger(n) && n > 0 ? n : undefined;
}

/** Everything behind the sign-in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  // `file`, `page`: what is opened beside the page one looks at.
  validateSearch: (search: Record<string, unknown>): { file?: string; page?: number } => ({
    file: typeof search.file === 'string' ? search.file : undefined,
    page: pageNumber(search.page),
  }),
  beforeLoad: async ({ location }) => {
    if (await enter()) return;
    const next = location.pathname === '/' ? undefined : location.href;
    throw redirect({ to: '/sign-in', search: { next } });
  },
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next?: string; error?: string } => ({
    next: typeof search.next === 'string' ? search.next : undefined,
    error: typeof search.error === 'string' ? search.error : undefined,
  }),
  loader: async () => {
    const [setup, methods] = await Promise.all([loadSetup(), loadMethods()]);
    return { setup, methods };
  },
  component: lazyRouteComponent(() => import('@/areas/identity/SignInPage'), 'SignInPage'),
});

/** Where other services lead back to. */
const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  beforeLoad: ({ location }) => {
    const { error } = location.search as { error?: string };
    throw redirect({ to: '/sign-in', search: { error }, hash: location.hash, replace: true });
  },
});

const invite = createRoute({
  getParentRoute: () => root,
  path: '/invite/$token',
  component: lazyRouteComponent(() => import('@/areas/identity/InvitePage'), 'InvitePage'),
});

const chat = lazyRouteComponent(() => import('@/areas/chat/ChatPage'), 'ChatPage');

const home = createRoute({ getParentRoute: () => inside, path: '/', component: chat });
const thread = createRoute({
  getParentRoute: () => inside,
  path: '/c/$threadId',
  // `m`: a message to open the conversation at.
  validateSearch: (search: Record<string, unknown>): { m?: string } =>
    typeof search.m === 'string' ? { m: search.m } : {},
  component: chat,
});

const keysPage = createRoute({
  getParentRoute: () => inside,
  path: '/keys',
  component: lazyRouteComponent(() => import('@/areas/models/KeysPage'), 'KeysPage'),
});

const usage = createRoute({
  getParentRoute: () => inside,
  path: '/usage',
  component: lazyRouteComponent(() => import('@/areas/models/UsagePage'), 'UsagePage'),
});

const files = createRoute({
  getParentRoute: () => inside,
  path: '/files',
  component: lazyRouteComponent(() => import('@/areas/files/library/FilesPage'), 'FilesPage'),
});

const filePage = createRoute({
  getParentRoute: () => inside,
  path: '/files/$fileId',
  component: lazyRouteComponent(() => import('@/areas/files/panel/FilePage'), 'FilePage'),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  component: lazyRouteComponent(() => import('@/areas/identity/SettingsPage'), 'SettingsPage'),
});

const security = createRoute({
  getParentRoute: () => inside,
  path: '/settings/security',
  component: lazyRouteComponent(
    () => import('@/areas/identity/security/SecurityPage'),
    'SecurityPage',
  ),
});

const workspace = createRoute({
  getParentRoute: () => inside,
  path: '/workspace',
  component: lazyRouteComponent(() => import('@/areas/identity/WorkspacePage'), 'WorkspacePage'),
});

const admin = createRoute({
  getParentRoute: () => inside,
  path: '/admin',
  component: lazyRouteComponent(() => import('@/areas/admin/AdminIndex'), 'AdminIndex'),
});

const monitoring = createRoute({
  getParentRoute: () => inside,
  path: '/admin/monitoring',
  validateSearch: readMonitor,
  component: lazyRouteComponent(
    () => import('@/areas/admin/monitor/MonitoringPage'),
    'MonitoringPage',
  ),
});

const alerts = createRoute({
  getParentRoute: () => inside,
  path: '/admin/alerts',
  component: lazyRouteComponent(() => import('@/areas/admin/alerts/AlertsPage'), 'AlertsPage'),
});

const alertSettings = createRoute({
  getParentRoute: () => inside,
  path: '/admin/alerts/settings',
  component: lazyRouteComponent(
    () => import('@/areas/admin/alerts/AlertSettingsPage'),
    'AlertSettingsPage',
  ),
});

const budgets = createRoute({
  getParentRoute: () => inside,
  path: '/admin/budgets',
  component: lazyRouteComponent(() => import('@/areas/admin/budgets/BudgetsPage'), 'BudgetsPage'),
});

const people = createRoute({
  getParentRoute: () => inside,
  path: '/admin/people',
  component: lazyRouteComponent(() => import('@/areas/admin/people/PeoplePage'), 'PeoplePage'),
});

const workspaces = createRoute({
  getParentRoute: () => inside,
  path: '/admin/workspaces',
  component: lazyRouteComponent(
    () => import('@/areas/admin/workspaces/WorkspacesPage'),
    'WorkspacesPage',
  ),
});

const audit = createRoute({
  getParentRoute: () => inside,
  path: '/admin/audit',
  component: lazyRouteComponent(() => import('@/areas/admin/audit/AuditPage'), 'AuditPage'),
});

const access = createRoute({
  getParentRoute: () => inside,
  path: '/admin/access',
  // `user`: only theirs.
  validateSearch: (search: Record<string, unknown>): { user?: string } =>
    typeof search.user === 'string' ? { user: search.user } : {},
  component: lazyRouteComponent(() => import('@/areas/admin/audit/AccessPage'), 'AccessPage'),
});

const compliance = createRoute({
  getParentRoute: () => inside,
  path: '/admin/compliance',
  component: lazyRouteComponent(
    () => import('@/areas/admin/compliance/CompliancePage'),
    'CompliancePage',
  ),
});

const system = createRoute({
  getParentRoute: () => inside,
  path: '/admin/system',
  component: lazyRouteComponent(() => import('@/areas/admin/system/SystemPage'), 'SystemPage'),
});

const jobs = createRoute({
  getParentRoute: () => inside,
  path: '/admin/jobs',
  component: lazyRouteComponent(() => import('@/areas/admin/system/JobsPage'), 'JobsPage'),
});

const backups = createRoute({
  getParentRoute: () => inside,
  path: '/admin/backups',
  component: lazyRouteComponent(() => import('@/areas/admin/system/BackupsPage'), 'BackupsPage'),
});

const search = createRoute({
  getParentRoute: () => inside,
  path: '/search',
  validateSearch: (search: Record<string, unknown>): SearchWanted => ({
    // Words that look like a number or a truth come as one.
    q: search.q === undefined || search.q === null ? undefined : String(search.q as string),
    in: ['messages', 'files', 'threads'].find((p) => p === search.in) as SearchWanted['in'],
    mode: ['keyword', 'semantic'].find((m) => m === search.mode) as SearchWanted['mode'],
  }),
  component: lazyRouteComponent(() => import('@/areas/search/SearchPage'), 'SearchPage'),
});

const assistants = createRoute({
  getParentRoute: () => inside,
  path: '/assistants',
  // `open`: one to change, or `new`.
  validateSearch: (search: Record<string, unknown>): { open?: string } =>
    typeof search.open === 'string' ? { open: search.open } : {},
  component: lazyRouteComponent(
    () => import('@/areas/assistants/AssistantsPage'),
    'AssistantsPage',
  ),
});

const business = createRoute({
  getParentRoute: () => inside,
  path: '/business',
  validateSearch: readView,
  component: lazyRouteComponent(
    () => import('@/areas/business/metrics/MetricsPage'),
    'MetricsPage',
  ),
});

const businessAsk = createRoute({
  getParentRoute: () => inside,
  path: '/business/ask',
  component: lazyRouteComponent(() => import('@/areas/business/ask/AskPage'), 'AskPage'),
});

const sources = createRoute({
  getParentRoute: () => inside,
  path: '/business/sources',
  component: lazyRouteComponent(
    () => import('@/areas/business/sources/SourcesPage'),
    'SourcesPage',
  ),
});

const newSource = createRoute({
  getParentRoute: () => inside,
  path: '/business/sources/new',
  // `type`: the kind that was chosen.
  validateSearch: (search: Record<string, unknown>): { type?: string } =>
    typeof search.type === 'string' ? { type: search.type } : {},
  component: lazyRouteComponent(
    () => import('@/areas/business/sources/ConnectPage'),
    'ConnectPage',
  ),
});

const source = createRoute({
  getParentRoute: () => inside,
  path: '/business/sources/$sourceId',
  component: lazyRouteComponent(() => import('@/areas/business/sources/SourcePage'), 'SourcePage'),
});

const actions = createRoute({
  getParentRoute: () => inside,
  path: '/business/actions',
  component: lazyRouteComponent(() => import('@/areas/business/work/ActionsPage'), 'ActionsPage'),
});

const tasks = createRoute({
  getParentRoute: () => inside,
  path: '/business/tasks',
  component: lazyRouteComponent(() => import('@/areas/business/work/TasksPage'), 'TasksPage'),
});

const workflows = createRoute({
  getParentRoute: () => inside,
  path: '/business/workflows',
  component: lazyRouteComponent(
    () => import('@/areas/business/work/WorkflowsPage'),
    'WorkflowsPage',
  ),
});

const workflow = createRoute({
  getParentRoute: () => inside,
  path: '/business/workflows/$workflowId',
  component: lazyRouteComponent(() => import('@/areas/business/work/WorkflowPage'), 'WorkflowPage'),
});

const businessSettings = createRoute({
  getParentRoute: () => inside,
  path: '/business/settings',
  component: lazyRouteComponent(
    () => import('@/areas/business/settings/SettingsPage'),
    'SettingsPage',
  ),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    login,
    invite,
    inside.addChildren([
      home,
      thread,
      files,
      filePage,
      keysPage,
      usage,
      settings,
      security,
      workspace,
      admin,
      monitoring,
      alerts,
      alertSettings,
      budgets,
      people,
      workspaces,
      audit,
      access,
      compliance,
      system,
      jobs,
      backups,
      search,
      assistants,
      business,
      businessAsk,
      sources,
      newSource,
      source,
      actions,
      tasks,
      workflows,
      workflow,
      businessSettings,
    ]),
  ]),
  defaultPreload: 'intent',
  defaultPendingMinMs: 0,
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
