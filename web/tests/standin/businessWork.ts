import type {
  Action,
  BusinessSettings,
  Mail,
  MetricQuery,
  Task,
  Workflow,
  WorkflowRun,
} from '../../src/areas/business/types.ts';
import { answer, dimensions, metrics, shop, valuesOf } from './business.ts';
import { newAction, storedAnswer, understand } from './businessAsk.ts';
import { sourceRoutes, startDemo } from './businessSources.ts';
import type { Call, Route } from './http.ts';
import { ok, Refusal, route, str } from './http.ts';
import { id, now } from './store.ts';

const settings: BusinessSettings = {
  time_zone: 'Europe/London',
  week_start: 'monday',
  fiscal_month: 1,
  currency: 'GBP',
  refund_basis: 'processed',
  cancel_policy: 'exclude',
};
const actions: Action[] = [];
const tasks: Task[] = [];
const workflows: Workflow[] = [];
const workflowRuns = new Map<string, WorkflowRun[]>();
const mail: Mail[] = [];
const UNDO_MS = 30_000;

function propose(part: Partial<Action>): Action {
  const made = newAction(part);
  actions.unshift(made);
  return made;
}

export function seedWork(): void {
  propose({
    title: 'Send an e-mail to anna@example.com and 2 more: Offer for spring',
    warnings: ['carla@supplier.example stands only in a document, not in what you wrote.'],
    content: {
      to: ['anna@example.com', 'ben@example.com', 'carla@supplier.example'],
      subject: 'Offer for spring',
      body: 'Hello,\n\nour offer for spring is ready. The rye sourdough stays at £4.20.\n\nAda',
    },
  });
  propose({ kind: 'task.create', state: 'done', title: 'Create the task “Call the mill”' });
  const due = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  for (const [title, day] of [
    ['Call the mill about flour', due(-1)],
    ['Check the returns of last week', due(2)],
    ['New pictures for the gift box', null],
  ] as const) {
    tasks.push(newTask({ title, due_on: day }));
  }
  workflows.push({
    id: id(),
    name: 'Monday figures',
    steps: [
      { op: 'metric.query', in: { metric: 'revenue', range: 'last_week' } },
      {
        op: 'email.send',
        in: { to: ['team@example.com'], subject: 'Last week', body: 'Revenue: {{steps.1.value}}' },
      },
    ],
    trigger: {
      kind: 'schedule',
      spec: { every: { kind: 'weekly', day: 'monday', at: '08:00' }, zone: 'Europe/London' },
    },
    enabled: true,
    recipients: ['team@example.com'],
    owner_id: id(),
    created_at: now(),
    updated_at: now(),
    last_run: null,
  });
}

function newTask(part: Partial<Task>): Task {
  return {
    id: id(),
    title: '',
    notes: '',
    state: 'open',
    due_on: null,
    assignee_id: null,
    source: {},
    created_by: id(),
    created_at: now(),
    updated_at: now(),
    done_at: null,
    ...part,
  };
}

function of<T extends { id: string }>(list: T[], call: Call): T {
  const found = list.find((one) => one.id === call.params[0]);
  if (!found) throw new Refusal(404, 'NOT_FOUND', 'It is not here.');
  return found;
}

function drop<T extends { id: string }>(list: T[], call: Call) {
  list.splice(list.indexOf(of(list, call)), 1);
  return ok({});
}

function confirm(call: Call) {
  const a = of(actions, call);
  if (a.state !== 'proposed') throw new Refusal(409, 'CONFLICT', 'This was decided already.');
  if (call.body.hash !== a.hash) throw new Refusal(409, 'CONFLICT', 'It has changed meanwhile.');
  a.confirmed_at = now();
  a.state = a.kind === 'email.send' ? 'waiting' : 'done';
  a.undo_until = new Date(Date.now() + UNDO_MS).toISOString();
  setTimeout(() => {
    if (a.state !== 'waiting') return;
    Object.assign(a, { state: 'done', executed_at: now(), undo_until: null });
    const { subject, body, to } = a.content as { subject: string; body: string; to: string[] };
    mail.unshift({
      id: id(),
      to,
      cc: [],
      bcc: [],
      subject,
      body,
      state: 'held',
      error: null,
      attempts: 0,
      action_id: a.id,
      message_id: id(),
      created_by: a.created_by,
      created_at: now(),
      send_at: now(),
      sent_at: null,
    });
  }, UNDO_MS);
  return ok(a);
}

function run(call: Call) {
  const flow = of(workflows, call);
  const made: WorkflowRun = {
    id: id(),
    state: 'done',
    started_for: 'person',
    error: null,
    steps: flow.steps.map((s) => ({
      op: s.op,
      state: 'done',
      error: null,
      made: null,
      at: now(),
      text: s.op === 'metric.query' ? 'Revenue last week: £7,402.11' : '',
    })),
    workflow_id: flow.id,
    created_at: now(),
    finished_at: now(),
  };
  workflowRuns.set(flow.id, [made, ...(workflowRuns.get(flow.id) ?? [])]);
  flow.last_run = made;
  return ok(made, 202);
}

export const businessRoutes: Route[] = [
  ...sourceRoutes,
  route('GET', '/business/settings', () => ok(settings)),
  route('PATCH', '/business/settings', (call) => ok(Object.assign(settings, call.body))),
  route('POST', '/business/demo', () => ok({ connector_id: startDemo().id }, 202)),
  route('GET', '/metrics', () =>
    ok({ metrics, dimensions, fresh_until: shop.open ? now() : null, has_data: shop.open }),
  ),
  route('POST', '/metrics', (call) => {
    const { id: name, label, unit, definition } = call.body as Record<string, string>;
    const like = metrics[0];
    if (!like || !name || !label) throw new Refusal(422, 'VALIDATION_FAILED', 'It needs a name.');
    metrics.push({ ...like, id: name, label, labels: { en: label }, own: true });
    Object.assign(metrics.at(-1) ?? {}, { unit, definition, definitions: { en: definition } });
    return ok({}, 201);
  }),
  route('DELETE', '/metrics/:id', (call) => drop(metrics, call)),
  route('POST', '/metrics/query', (call) => ok(answer(call.body as unknown as MetricQuery))),
  route('GET', '/metrics/:id/values', (call) =>
    ok(valuesOf(call.query.get('dimension') ?? '', call.query.get('q') ?? '')),
  ),
  route('POST', '/ai/query', (call) => ok(understand(str(call.body.question), propose))),
  route('GET', '/ai/queries/:id', (call) => ok(storedAnswer(call.params[0] ?? ''))),
  route('GET', '/actions', (call) => {
    const state = call.query.get('state');
    return ok(actions.filter((a) => !state || a.state === state));
  }),
  route('POST', '/actions', (call) => {
    const { kind, content } = call.body as Pick<Action, 'kind' | 'content'>;
    const title = `Send an e-mail to ${String(content.to)}: ${String(content.subject)}`;
    return ok(propose({ kind, content, title }), 201);
  }),
  route('GET', '/actions/:id', (call) => ok(of(actions, call))),
  route('PATCH', '/actions/:id', (call) =>
    ok(Object.assign(of(actions, call), { content: call.body.content, hash: id() })),
  ),
  route('POST', '/actions/:id/confirm', confirm),
  route('POST', '/actions/:id/cancel', (call) =>
    ok(Object.assign(of(actions, call), { state: 'cancelled' })),
  ),
  route('POST', '/actions/:id/undo', (call) =>
    ok(Object.assign(of(actions, call), { state: 'undone', undo_until: null })),
  ),
  route('GET', '/tasks', () => ok(tasks)),
  route('POST', '/tasks', (call) => {
    tasks.unshift(newTask(call.body));
    return ok(tasks[0], 201);
  }),
  route('PATCH', '/tasks/:id', (call) => {
    const done_at = call.body.state === 'done' ? now() : null;
    return ok(Object.assign(of(tasks, call), call.body, { done_at }));
  }),
  route('DELETE', '/tasks/:id', (call) => drop(tasks, call)),
  route('GET', '/workflows', () => ok(workflows)),
  route('POST', '/workflows', (call) => {
    const made = { ...(call.body as unknown as Workflow), id: id(), last_run: null };
    workflows.push(made);
    return ok(made, 201);
  }),
  route('PATCH', '/workflows/:id', (call) => ok(Object.assign(of(workflows, call), call.body))),
  route('DELETE', '/workflows/:id', (call) => drop(workflows, call)),
  route('POST', '/workflows/:id/run', run),
  route('GET', '/workflows/:id/runs', (call) => ok(workflowRuns.get(of(workflows, call).id) ?? [])),
  route('GET', '/mail', () => ok(mail)),
];
