import { describe, expect, it } from 'vitest';
// Adds the planner's sentences.
import '../../planner/base/refuse.ts';
import { message } from '../../shared/messages/message.ts';
import { loadTranslator } from '../../shared/messages/translator.ts';
import { sharingRecordName } from '../../shared/isolation/sharing-user.ts';
import type { ContainerFacts } from '../engine-api/engine-facts.ts';
import type { GatewayRequest, Verdict } from '../http/exchange.ts';
import { explainFailedStarts } from './explain-starts.ts';

const id = 'a'.repeat(64);

/** The engine's error when the planner refuses the start, in a language. */
async function refusalIn(language: 'en' | 'zh-CN'): Promise<string> {
  const translate = await loadTranslator(language);
  const record = message('planner-refusals.record-missing', {
    file: `/root/sharing/${sharingRecordName(id)}`,
  });
  const reason = message('planner-refusals.sharing-user-unknown', { source: '/tmp', record });
  return JSON.stringify({ message: `OCI runtime create failed: ${translate(reason)}` });
}

/** What is logged, and what the client gets, if the engine responds to a start of `subject` with `body`. */
async function logged(subject: string, body: string, inspect = 'start-container') {
  const lines: string[] = [];
  // Only these members of a request are read.
  const request = { match: { route: { inspect }, subject } } as unknown as GatewayRequest;
  const before = { limit: 9, transformResponse: () => Buffer.from('other') };
  const handling = await explainFailedStarts((): Verdict => ({ kind: 'forward', response: before }), {
    users: { explainMissing: (container) => `nobody recorded ${container.slice(0, 3)}` },
    facts: {
      // Only its id is read.
      container: (name) =>
        Promise.resolve(name === 'web' ? ({ id } as Partial<ContainerFacts> as ContainerFacts) : null),
    },
    log: (line) => lines.push(line),
  })(request);
  if (handling.kind !== 'forward' || handling.response === undefined || 'begin' in handling.response)
    throw new Error('the response is not transformed');
  const { limit, transformResponse } = handling.response;
  // Likewise of a response's head.
  const sent = await transformResponse({ status: 500 } as never, Buffer.from(body));
  await new Promise((resolve) => setImmediate(resolve));
  return { lines, sent: [limit, String(sent)] };
}

describe('a start that the planner refuses because the container has no record', () => {
  it('is logged with what the gateway knows of the record; the response stays as it is', async () => {
    const sent = [9, 'other'];
    const refusal = await refusalIn('en');
    const line = (name: string) =>
      `container ${name} was not started, as it is unknown who shares with it: nobody recorded aaa`;
    expect(await logged('web', refusal)).toEqual({ lines: [line('web')], sent });
    expect(await logged(id, refusal)).toEqual({ lines: [line('aaaaaaaaaaaa')], sent });
    expect((await logged('gone', refusal)).lines[0]).toMatch(/: its id cannot be queried$/);
    expect((await logged('web', await refusalIn('zh-CN'))).lines).toEqual([line('web')]);
  });

  it('is distinguished from other failures, and other requests', async () => {
    expect((await logged('web', '{"message":"no such file"}')).lines).toEqual([]);
    expect((await logged('web', await refusalIn('en'), 'create-container')).lines).toEqual([]);
  });
});
