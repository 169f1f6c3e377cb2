import type { Assistant } from '../../src/api/contract.ts';
import type { Call, Route } from './http.ts';
import { ok, Refusal, route, str } from './http.ts';
import { id, now, store } from './store.ts';

const assistants: Assistant[] = [];

export function addAssistant(part: Partial<Assistant>): Assistant {
  const made: Assistant = {
    id: id(),
    name: '',
    system_prompt: null,
    style: null,
    model: null,
    tools: [],
    knowledge: [],
    created_at: now(),
    updated_at: now(),
    ...part,
  };
  assistants.push(made);
  return made;
}

function one(call: Call): Assistant {
  const found = assistants.find((a) => a.id === call.params[0]);
  if (!found) throw new Refusal(404, 'NOT_FOUND', 'There is no such assistant.');
  return found;
}

export const assistantRoutes: Route[] = [
  route('GET', '/assistants', () =>
    ok(assistants.toSorted((a, b) => a.name.localeCompare(b.name))),
  ),
  route('POST', '/assistants', (call) => {
    if (!str(call.body.name)) {
      throw new Refusal(422, 'VALIDATION_FAILED', 'Some fields are not right.', [
        { field: 'name', code: 'LENGTH', message: 'An assistant needs a name.' },
      ]);
    }
    return ok(addAssistant(call.body), 201);
  }),
  route('PATCH', '/assistants/:id', (call) => ok(Object.assign(one(call), call.body))),
  route('DELETE', '/assistants/:id', (call) => {
    const gone = one(call);
    assistants.splice(assistants.indexOf(gone), 1);
    for (const t of store.threads.values()) if (t.assistant_id === gone.id) t.assistant_id = null;
    return ok({});
  }),
];
