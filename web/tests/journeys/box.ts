/**
 * The first minute of somebody who has no key: an account, a question, and the model in the box answers.
 *   TRIBUTARY_URL  a server that is empty and has the model in the box, and nothing else
 */
import { firstRun } from './first-run.ts';
import { expect, Visitor } from './visitor.ts';

const base = (process.env.TRIBUTARY_URL ?? '').replace(/\/$/, '');
const visitor = await Visitor.arrive(base);
// A small model on a busy machine takes its time.
visitor.context.setDefaultTimeout(120_000);
try {
  await firstRun(visitor);
  await visitor.ask('What is the capital of France?');
  await visitor.page.waitForURL(/\/c\//);
  const answer = await visitor.answered();
  // What so small a model says is its own affair; that it says something is ours.
  expect(/\p{L}{2,}.*\p{L}{2,}/su.test(answer), `there are words in the answer: ${answer}`);
  const names = (await visitor.page.locator('.composer .model-chip').textContent()) ?? '';
  await visitor.picture('box');
  await visitor.page.reload();
  await visitor.lastAnswer.locator('.md').waitFor();
  const kept = (await visitor.lastAnswer.locator('.md').textContent()) ?? '';
  expect(kept === answer, 'it is there after a reload');
  expect(visitor.troubles.length === 0, visitor.troubles.join('\n'));
  console.log(`  ok    the model in the box answers (${names.trim()}): ${answer.trim()}`);
} finally {
  await visitor.leave();
}
