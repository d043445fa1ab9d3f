import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { ipcContract, ipcRequests, type IpcRequest } from '../../../shared/ipc/contract.ts';
import { maxTextLength } from '../../../shared/settings/document-limits.ts';
import { keepAllContainers } from '../../../shared/apply/plan.ts';
import { eventNames, paintedChannel, requestChannel, requestNames } from '../../../shared/ipc/channels.ts';
import { appErrorSchema } from '../../../shared/app-error.ts';
import { fail, ok } from '../../../shared/result.ts';
import type { Session } from '../../session/session.ts';
import { handleRequest, type HandleRequestOptions } from './handle-request.ts';
import type { RequestDispatcher } from './register.ts';

vi.mock('electron', () => ({ ipcMain: { handle: vi.fn(), on: vi.fn() } }));
const { registerIpc } = await import('./register.ts');

const engine = 'embedded:/a';
/** Handlers here only check whether they got it. */
const session = { target: { id: engine } } as unknown as Session;
/** One engine is open, and stays so. */
const sessions: HandleRequestOptions['sessions'] = {
  withEngine: (id, act) =>
    id === engine
      ? act(session)
      : Promise.resolve(fail('engine.changed', 'another engine was opened meanwhile')),
};
const page = { url: 'app://bulkhead/index.html#/overview', parent: null };
/** Handlers that record what reached them. Their responses don't matter here, so their types are erased. */
const recording = (handled: unknown[], act: () => unknown = () => ok(undefined)) =>
  Object.fromEntries(
    ipcRequests.map((name) => [
      name,
      (input: unknown) => {
        handled.push([name, input]);
        return act();
      },
    ]),
  ) as never; // every name of the contract is there

/** An input that fits each request. */
const inputs: { readonly [K in IpcRequest]?: unknown } = {
  'targets:forget': { id: engine },
  'targets:remember': { id: engine },
  'target:switch': { id: engine },
  'settings:set-draft': { text: '{}' },
  'settings:prefer': { setting: 'eci', value: null },
  'settings:resolve-conflict': { keep: 'mine' },
  'history:read': { version: 1 },
  'plan:make': { choices: keepAllContainers },
  'apply:start': { choices: keepAllContainers, baseHash: '', draftHash: '' },
  'containers:remove': { ids: ['a'], includeRunning: false, removeVolumes: false },
  'recreate:plan': { ids: ['a'], commit: [], old: 'keep', withoutRollback: false },
  'recreate:start': { ids: ['a'], commit: [], old: 'keep', withoutRollback: false },
  'engine:log': { lines: 1 },
  'activity:read': { before: null, limit: 1 },
  'activity:export': { entries: [1], isFiltered: false },
  'paths:resolve': { paths: [] },
  'paths:would-mount': { path: '/a', against: 'draft' },
  'registry:resolve': { references: ['a'], again: false },
  'simulate:run': { kind: 'command', text: 'docker run a', against: 'draft' },
  'first-run:set': { step: 'dismissed' },
  'desktop:start-at-login': { on: true },
  'preferences:set': {},
  'window:action': { action: 'close' },
  'clipboard:write': { text: 'a' },
};

const anything = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    maxDepth: 4,
  }),
  fc.object({
    key: fc.constantFrom(
      'text',
      'choices',
      'ids',
      'remove',
      'path',
      'paths',
      'lines',
      '__proto__',
      'constructor',
      'against',
      'keep',
      'action',
    ),
  }),
);

describe('ipc by contract', () => {
  it('responds to every request, however malformed, with a Result and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ipcRequests), anything, async (name, payload) => {
        const handled: unknown[] = [];
        const result = await handleRequest(
          name,
          recording(handled),
          { frame: page, payload, engine },
          { sessions },
        );
        if (result.ok) {
          expect(handled).toHaveLength(1);
        } else {
          expect(result.error.code).toBe('ipc.bad-payload');
          expect(appErrorSchema.safeParse(result.error).success).toBe(true);
          expect(handled).toHaveLength(0);
        }
        // Everything that reached a handler fits the contract.
        for (const [, input] of handled as [IpcRequest, unknown][])
          expect(ipcContract.requests[name].input.safeParse(input).success).toBe(true);
      }),
      { numRuns: 800 },
    );
  });

  it('turns an exception of a handler into an internal error and reports it', async () => {
    const reported: unknown[] = [];
    const result = await handleRequest(
      'app:state',
      recording([], () => {
        throw new Error('boom');
      }),
      { frame: page, payload: undefined, engine },
      { sessions, report: (e) => reported.push(e) },
    );
    expect(result).toMatchObject({ ok: false, error: { code: 'internal', reason: 'boom' } });
    expect(reported).toHaveLength(1);
    expect(
      await handleRequest(
        'app:state',
        recording([], () => Promise.reject(new Error('later'))),
        { frame: page, payload: undefined, engine },
        { sessions },
      ),
    ).toMatchObject({ ok: false, error: { reason: 'later' } });
  });

  it.each([
    ['another origin', { url: 'https://evil.example/', parent: null }],
    ['another host of the scheme', { url: 'app://evil/index.html', parent: null }],
    ['a host that only begins like ours', { url: 'app://bulkhead.evil/', parent: null }],
    ['a file', { url: 'file:///app://bulkhead/index.html', parent: null }],
    ['a frame inside a page of ours', { url: 'app://bulkhead/index.html', parent: {} }],
    ['a blank page', { url: 'about:blank', parent: null }],
    ['no address at all', { url: '', parent: null }],
    ['a frame that is gone', null],
    [
      'a frame that was disposed of',
      {
        get url(): string {
          throw new Error('Render frame was disposed before WebFrameMain could be accessed');
        },
        get parent(): unknown {
          throw new Error('Render frame was disposed');
        },
      },
    ],
  ])('refuses %s as sender, before looking at the payload', async (_name, frame) => {
    const handled: unknown[] = [];
    expect(
      await handleRequest(
        'clipboard:write',
        recording(handled),
        { frame, payload: { text: 'x' }, engine },
        { sessions },
      ),
    ).toMatchObject({ ok: false, error: { code: 'ipc.bad-sender' } });
    expect(handled).toEqual([]);
  });

  it('refuses every request from any sender but its own page, without reading the payload', async () => {
    const frames = [
      null,
      undefined,
      { url: 'https://evil.example/', parent: null },
      { url: 'app://bulkhead/index.html', parent: { url: 'app://bulkhead/index.html' } },
      { url: 'about:srcdoc', parent: null },
      { url: 'data:text/html,x', parent: null },
      { url: 'blob:app://bulkhead/1', parent: null },
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ipcRequests),
        fc.constantFrom(...frames),
        anything,
        async (name, frame, payload) => {
          const handled: unknown[] = [];
          expect(
            await handleRequest(name, recording(handled), { frame, payload, engine }, { sessions }),
          ).toMatchObject({ ok: false, error: { code: 'ipc.bad-sender' } });
          expect(handled).toEqual([]);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('responds with a Result to every payload that is huge, deep, cyclic or a trap', async () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    let deep: unknown = 1;
    for (let n = 0; n < 10_000; n++) deep = [deep];
    const trap = new Proxy(
      {},
      {
        get() {
          throw new Error('trap');
        },
        ownKeys() {
          throw new Error('trap');
        },
        getPrototypeOf() {
          throw new Error('trap');
        },
      },
    );
    const payloads = [
      { text: 'x'.repeat(20_000_000) },
      Array.from({ length: 300_000 }, () => ({})),
      deep,
      cycle,
      trap,
      new Array(2 ** 32 - 1),
      { ids: new Array(1_000_000) },
      Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`k${n}`, n])),
    ];
    for (const name of ipcRequests) {
      for (const payload of payloads) {
        const handled: unknown[] = [];
        const result = await handleRequest(
          name,
          recording(handled),
          { frame: page, payload, engine },
          { sessions },
        );
        if (!result.ok) expect(appErrorSchema.safeParse(result.error).success, name).toBe(true);
        // Unknown keys are dropped; a handler gets what the contract parses from a payload.
        for (const [, input] of handled as [IpcRequest, unknown][])
          expect(JSON.stringify(input).length, name).toBeLessThan(100);
      }
    }
  });

  it('refuses a text over the limit and accepts one at the limit', async () => {
    const handled: unknown[] = [];
    expect(
      await handleRequest(
        'settings:set-draft',
        recording(handled),
        { frame: page, payload: { text: 'x'.repeat(maxTextLength + 1) }, engine },
        { sessions },
      ),
    ).toMatchObject({ error: { code: 'ipc.bad-payload' } });
    expect(handled).toHaveLength(0);
    expect(
      (
        await handleRequest(
          'settings:set-draft',
          recording(handled),
          { frame: page, payload: { text: 'x'.repeat(maxTextLength) }, engine },
          { sessions },
        )
      ).ok,
    ).toBe(true);
    expect(handled).toHaveLength(1);
  });

  it('passes a request about an engine the session of that engine, and one about the app none', async () => {
    for (const name of ipcRequests) {
      const received: unknown[][] = [];
      const handlers = Object.fromEntries(
        ipcRequests.map((each) => [
          each,
          (...args: unknown[]) => {
            received.push(args.slice(1));
            return ok(undefined);
          },
        ]),
      ) as never; // every name of the contract is there
      await handleRequest(name, handlers, { frame: page, payload: inputs[name], engine }, { sessions });
      expect(received, name).toEqual([ipcContract.requests[name].scope === 'engine' ? [session] : []]);
    }
  });

  it('passes no request about another engine, or about none, to a handler', async () => {
    for (const name of ipcRequests.filter((each) => ipcContract.requests[each].scope === 'engine')) {
      const handled: unknown[] = [];
      const invoke = async (about: unknown) =>
        handleRequest(
          name,
          recording(handled),
          { frame: page, payload: inputs[name], engine: about },
          { sessions },
        );
      expect(await invoke('embedded:/b'), name).toMatchObject({
        ok: false,
        error: { code: 'engine.changed' },
      });
      for (const about of [undefined, null, 1, {}, [engine]])
        expect(await invoke(about), name).toMatchObject({ ok: false, error: { code: 'ipc.bad-payload' } });
      expect(handled).toEqual([]);
    }
  });

  it("registers each request of the contract once, and records only its page's first paint", async () => {
    const channels = new Map<string, (event: unknown, payload: unknown, engine?: unknown) => unknown>();
    const listeners = new Map<string, (event: unknown) => void>();
    const onPainted = vi.fn();
    const ipc = {
      handle: (c: string, f: never) => {
        expect(channels.has(c)).toBe(false);
        channels.set(c, f);
      },
      on: (c: string, f: never) => {
        listeners.set(c, f);
        return ipc;
      },
    };
    const handled: unknown[] = [];
    let answers: (answering: RequestDispatcher) => void = () => undefined;
    registerIpc(
      new Promise((resolve) => {
        answers = resolve;
      }),
      onPainted,
      ipc as never,
    ); // only these two methods are used
    expect([...channels.keys()].sort()).toEqual(ipcRequests.map(requestChannel).sort());
    // Sent before there is a dispatcher: it waits.
    const early = channels.get(requestChannel('window:action'))?.({ senderFrame: page }, { action: 'close' });
    answers((name, message) => handleRequest(name, recording(handled), message, { sessions }));
    expect(await early).toMatchObject({ ok: true });
    expect(handled).toHaveLength(1);
    expect(
      await channels.get(requestChannel('engine:stop'))?.({ senderFrame: page }, undefined, engine),
    ).toMatchObject({ ok: true });
    expect(
      await channels.get(requestChannel('engine:stop'))?.({ senderFrame: page }, undefined),
    ).toMatchObject({ error: { code: 'ipc.bad-payload' } });
    expect(handled).toHaveLength(2);
    expect(
      await channels.get(requestChannel('app:state'))?.(
        { senderFrame: { url: 'app://evil/', parent: null } },
        undefined,
      ),
    ).toMatchObject({ error: { code: 'ipc.bad-sender' } });
    const paint = listeners.get(paintedChannel);
    paint?.({ senderFrame: { url: 'https://evil.example/', parent: null } });
    expect(onPainted).not.toHaveBeenCalled();
    paint?.({ senderFrame: page });
    paint?.({ senderFrame: page });
    expect(onPainted).toHaveBeenCalledTimes(1);
  });

  it('exposes exactly the names of the contract in the preload', () => {
    expect([...requestNames].sort()).toEqual([...ipcRequests].sort());
    expect([...eventNames].sort()).toEqual(Object.keys(ipcContract.events).sort());
  });
});
