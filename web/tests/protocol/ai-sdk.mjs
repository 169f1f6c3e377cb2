// Reads answers with the real `ai` package, as a page built on the AI SDK would: what it makes of the stream must be
// what the server stored. Needs a running server that may reach private networks, and the providers' stand-in:
//
//   TRIBUTARY_URL=http://127.0.0.1:8080 PROVIDER_URL=http://127.0.0.1:9100 npm run protocol

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  DefaultChatTransport,
  parseJsonEventStream,
  readUIMessageStream,
  uiMessageChunkSchema,
} from 'ai';

const server = (process.env.TRIBUTARY_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '');
const provider = (process.env.PROVIDER_URL ?? 'http://127.0.0.1:9100').replace(/\/$/, '');
let token = '';

async function call(method, path, body) {
  const response = await fetch(`${server}/api/v1${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  assert.ok(answer.success, `${method} ${path}: ${JSON.stringify(answer)}`);
  return answer.data;
}

/** The last state of the message that the SDK builds from its chunks. */
async function readMessage(stream, onError) {
  let last;
  for await (const message of readUIMessageStream({
    stream,
    onError,
    terminateOnError: onError === undefined,
  })) {
    last = message;
  }
  return last;
}

/** Asks, and checks every event against the SDK's own schema. */
async function ask(thread, content, model) {
  const response = await fetch(`${server}/api/v1/threads/${thread}/messages`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ content, model }),
  });
  assert.equal(response.status, 200, await (response.ok ? '' : response.text()));
  assert.equal(response.headers.get('x-vercel-ai-ui-message-stream'), 'v1');
  const chunks = [];
  const checked = parseJsonEventStream({
    stream: response.body,
    schema: uiMessageChunkSchema,
  }).pipeThrough(
    new TransformStream({
      transform(event, controller) {
        assert.ok(
          event.success,
          `not a chunk of the SDK: ${JSON.stringify(event.rawValue)} ${event.error}`,
        );
        chunks.push(event.value);
        controller.enqueue(event.value);
      },
    }),
  );
  return { chunks, stream: checked };
}

const text = (message) =>
  message.parts
    .filter((part) => part.type === 'text')
    .map((part) => part.text)
    .join('');

const kept = async (thread) =>
  (await call('GET', `/threads/${thread}/messages?limit=200`)).toReversed();

async function signIn() {
  const person = {
    email: `${randomUUID()}@example.org`,
    password: 'a good long password',
    full_name: 'Ada',
  };
  token = (await call('POST', '/auth/register', person)).access_token;
  const key = { key: 'sk-test-good-0123456789', base_url: `${provider}/v1` };
  await call('PUT', '/providers/openai/key', key);
}

const checks = {
  async 'an answer is the same for the SDK and in the store'() {
    const thread = (await call('POST', '/threads', {})).id;
    for (const model of ['openai/mock-m', 'openai/mock-n40-i5', 'openai/mock-v']) {
      const { chunks, stream } = await ask(thread, 'Grüße 🌍', model);
      const message = await readMessage(stream);
      const stored = (await kept(thread)).at(-1);
      assert.equal(text(message), stored.content, model);
      assert.equal(message.id, stored.id);
      assert.equal(message.metadata.model, stored.model);
      const reasoning = message.parts
        .filter((part) => part.type === 'reasoning')
        .map((part) => part.text);
      assert.equal(reasoning.join(''), stored.reasoning ?? '');
      const kinds = chunks.map((chunk) => chunk.type);
      assert.equal(kinds[0], 'start');
      assert.equal(kinds.at(-1), 'finish');
      const usage = message.parts.find((part) => part.type === 'data-usage');
      assert.equal(usage.data.input_tokens, 12);
    }
  },

  async "the SDK's own transport sends and reads"() {
    const thread = (await call('POST', '/threads', {})).id;
    const transport = new DefaultChatTransport({
      api: `${server}/api/v1/threads/${thread}/messages`,
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
      prepareSendMessagesRequest: ({ messages }) => ({
        body: { content: text(messages.at(-1)), model: 'openai/mock-y' },
      }),
    });
    const question = { id: 'q', role: 'user', parts: [{ type: 'text', text: 'Say this.' }] };
    const stream = await transport.sendMessages({
      trigger: 'submit-message',
      chatId: thread,
      messageId: undefined,
      messages: [question],
      abortSignal: undefined,
    });
    assert.equal(text(await readMessage(stream)), 'Say this.');
  },

  async 'a stopped answer ends well'() {
    const thread = (await call('POST', '/threads', {})).id;
    const { chunks, stream } = await ask(thread, 'Go', 'openai/mock-n2000-i20');
    setTimeout(async () => {
      const { id } = (await kept(thread)).at(-1);
      await call('POST', `/threads/${thread}/messages/${id}/stop`, {});
    }, 300);
    const message = await readMessage(stream);
    assert.equal(text(message), (await kept(thread)).at(-1).content);
    assert.equal(chunks.at(-1).type, 'finish');
    assert.equal(chunks.find((chunk) => chunk.type === 'data-status').data.status, 'stopped');
  },

  async 'an answer that breaks off is an error for the SDK, with what was written'() {
    const thread = (await call('POST', '/threads', {})).id;
    const { stream } = await ask(thread, 'Go', 'openai/mock-n9-c5-i20');
    const errors = [];
    const message = await readMessage(stream, (error) => errors.push(error));
    assert.equal(errors.length, 1);
    const stored = (await kept(thread)).at(-1);
    assert.equal(stored.status, 'failed');
    assert.equal(text(message), stored.content);
    assert.ok(stored.content.startsWith('word1 '));
  },

  async 'a running answer is taken up again where it was left'() {
    const thread = (await call('POST', '/threads', {})).id;
    const { stream } = await ask(thread, 'Go', 'openai/mock-n40-i20');
    const reader = stream.getReader();
    while ((await reader.read()).value.type !== 'text-delta');
    await reader.cancel();
    const { id } = (await kept(thread)).at(-1);
    const response = await fetch(`${server}/api/v1/threads/${thread}/messages/${id}/stream`, {
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    });
    const events = parseJsonEventStream({ stream: response.body, schema: uiMessageChunkSchema });
    const whole = await readMessage(
      events.pipeThrough(
        new TransformStream({
          transform(event, controller) {
            assert.ok(event.success, String(event.error));
            controller.enqueue(event.value);
          },
        }),
      ),
    );
    const stored = (await kept(thread)).at(-1);
    assert.equal(text(whole), stored.content);
    assert.equal(stored.status, 'complete');
  },
};

await signIn();
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.error(`FAIL  ${name}\n${error.stack}`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
