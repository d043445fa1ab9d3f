import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { ExplainedRequest, RequestPart } from '../../shared/explain/explanation.ts';
import { defaultSettings } from '../../shared/settings/effective.ts';
import { fakeEngine } from './fake-engine.ts';
import { mayJoinOthersContainer } from './joined-owner.ts';

const settings = { ...defaultSettings, eci: { value: true, locked: false } };
const request = (part: RequestPart, outcome: ExplainedRequest['outcome'] = 'allow'): ExplainedRequest => ({
  method: 'POST',
  target: '/containers/create',
  outcome,
  findings: [],
  passed: [part],
  refusal: null,
});
const rewritten = (part: RequestPart): ExplainedRequest => ({
  ...request({ field: 'Cmd', value: 'container:x' }, 'rewrite'),
  findings: [
    { outcome: 'rewrite', rule: 'pinned-reference', spec: '', setting: null, what: '', message: '', part },
  ],
});
const joined = { field: 'HostConfig.NetworkMode', value: 'container:web' };
const noted = (
  one: ExplainedRequest,
  under: Partial<typeof defaultSettings> = {},
  isOwn: (reference: string) => boolean = () => false,
): boolean => mayJoinOthersContainer([one], { ...settings, ...under }, isOwn);

describe('a container that is joined', () => {
  it.each(['NetworkMode', 'PidMode', 'IpcMode'])('may be another user\u2019s (%s)', (mode) => {
    const part = { field: `HostConfig.${mode}`, value: 'container:web' };
    expect(noted(request(part))).toBe(true);
    expect(noted(rewritten(part))).toBe(true);
    expect(noted(request(part, 'deny'))).toBe(false);
    expect(noted(request({ ...part, value: 'none' }))).toBe(false);
  });

  it('is named by no other field', () => {
    expect(noted(request({ field: 'Cmd', value: 'container:x' }))).toBe(false);
  });

  it('belongs to nobody in a backend without ranges of their own', () => {
    expect(noted(request(joined), { backend: 'sysbox' })).toBe(false);
    expect(noted(request(joined), { backend: 'exclusive' })).toBe(true);
  });

  it('is denied neither in audit mode nor without ECI', () => {
    expect(noted(request(joined), { mode: 'audit' })).toBe(false);
    expect(noted(request(joined), { eci: { value: false, locked: false } })).toBe(false);
  });

  it('of the same Compose file is no other user\u2019s', async () => {
    const engine = fakeEngine('bulkhead');
    const isOwn = (reference: string): boolean => engine.hasContainer(reference);
    expect(noted(request(joined), {}, isOwn)).toBe(true);
    const directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-joined-'));
    const socketPath = path.join(directory, 's');
    const server = await engine.serve(socketPath, path.join(directory, 'none'));
    try {
      const create = httpRequest({ socketPath, method: 'POST', path: '/containers/create?name=web' });
      create.end('{}');
      const [response] = (await once(create, 'response')) as [IncomingMessage];
      const { Id: id } = z.object({ Id: z.string() }).parse(await json(response));
      expect(noted(request(joined), {}, isOwn)).toBe(false);
      expect(noted(request({ ...joined, value: `container:${id}` }), {}, isOwn)).toBe(false);
      expect(noted(request({ ...joined, value: 'container:db' }), {}, isOwn)).toBe(true);
    } finally {
      await server.close();
      await rm(directory, { recursive: true });
    }
  });
});
