import { describe, expect, it } from 'vitest';
import { states } from '../dev/states.ts';
import { run } from '../dev/apply-fixture.ts';
import { appState, targetCapabilities } from '../dev/app-fixture.ts';
import { someContainers } from '../dev/container-fixture.ts';
import { appliedText, offText, settingsState } from '../dev/settings-fixture.ts';
import { fakeBridge } from '../dev/fake-bridge.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';
import { message } from '../../shared/messages/message.ts';
import { loadTranslator } from '../../shared/messages/translator.ts';
import { fail, ok } from '../../shared/result.ts';
import { keepAllContainers } from '../../shared/apply/plan.ts';
import { createAppStore } from './store.ts';

const onText = offText.replace('"value": false', '"value": true');
const chosen = { remove: ['a'], includeRunning: false, removeVolumes: true };

async function open(app: AppState, responses: Parameters<typeof fakeBridge>[1] = {}) {
  const bridge = fakeBridge(app, responses);
  const store = createAppStore(bridge);
  await store.load();
  return { bridge, store };
}
/** ECI is off; a draft turns it on, and containers were chosen to be removed. */
async function choosing(responses: Parameters<typeof fakeBridge>[1] = {}) {
  const opened = await open(appState({ settings: settingsState(offText) }), responses);
  opened.store.setDraft(onText);
  await opened.store.flush();
  opened.store.setChoices(chosen);
  return opened;
}

describe('the choices for containers', () => {
  it('are kept while the change that they belong to is edited further', async () => {
    const { store } = await choosing();
    store.setDraft(`${onText}\n`);
    store.setDraft(`${onText}{`);
    expect(store.get().choices).toEqual(chosen);
  });

  it('disappear with that change: discarded, undone, or switched off beside another edit', async () => {
    const discarded = await choosing();
    await discarded.store.discard();
    expect(discarded.store.get().choices).toEqual(keepAllContainers);
    const stepped = await choosing();
    stepped.store.undo();
    expect(stepped.store.get().choices).toEqual(keepAllContainers);
    const switched = await choosing();
    switched.store.setDraft(`${offText}\n`);
    expect(switched.store.get().choices).toEqual(keepAllContainers);
    // Stepping forward again brings the change back, not what it would remove.
    stepped.store.redo();
    expect(stepped.store.get()).toMatchObject({ draft: onText, choices: keepAllContainers });
  });

  it('survive an apply that is refused or rolled back, and are cleared by one that is applied', async () => {
    const { store, bridge } = await choosing({
      'apply:start': () => fail('rights.not-root', 'administrator rights were not given'),
    });
    await store.request('apply:start', { choices: chosen, baseHash: '', draftHash: '' });
    expect(store.get().choices).toEqual(chosen);
    const { error } = fail('engine.start-failed', 'the engine did not start');
    bridge.emit('changed', {
      run: run({
        activity: 'ended',
        outcome: { kind: 'rolled-back', failedStep: 'restart-engine', error, restoredVersion: 11 },
      }),
    });
    expect(store.get().choices).toEqual(chosen);
    bridge.emit('changed', {
      run: run({
        id: 'r2',
        activity: 'ended',
        outcome: { kind: 'applied', version: 12, verification: null, removed: [], recreated: [] },
      }),
    });
    expect(store.get().choices).toEqual(keepAllContainers);
  });
});

describe('the commands that sentences advise', () => {
  it('are about the engine that is shown, in both languages', async () => {
    const shown = appState().target;
    const { bridge } = await open(appState({ target: { ...shown, id: 'embedded:/srv/a b' } }));
    expect(message('apply.run-verify').text).toContain("bulkhead verify --root '/srv/a b' runs");
    const chinese = await loadTranslator('zh-CN');
    expect(chinese(message('cli.see-containers-list'))).toContain("containers list --root '/srv/a b'");
    bridge.emit('changed', { target: { ...shown, id: 'system' } });
    expect(message('apply.run-verify').text).toContain('bulkhead verify --target system runs');
  });
});

describe('a draft that main could not save', () => {
  const full = {
    'settings:set-draft': () => fail('settings.unwritable', 'No space left on device.'),
  } as const;

  it('is reported to callers that need main to have it, retried, and dropped once discarded', async () => {
    const { store, bridge } = await open(appState(), full);
    store.setDraft(`${appliedText}\n`);
    for (const attempts of [1, 2]) {
      expect(await store.flush()).toMatchObject({ ok: false, error: { code: 'settings.unwritable' } });
      expect(bridge.calls.filter(({ name }) => name === 'settings:set-draft')).toHaveLength(attempts);
    }
    await store.discard();
    expect(store.get().draftError).toBeNull();
    expect(await store.flush()).toEqual(ok(undefined));
  });

  it('is not left behind for another engine', async () => {
    const { store, bridge } = await open(appState(), full);
    store.setDraft(`${appliedText}\n`);
    expect(await store.switchTarget('docker-desktop')).toMatchObject({
      ok: false,
      error: { code: 'settings.unwritable' },
    });
    expect(bridge.calls.some(({ name }) => name === 'target:switch')).toBe(false);
    expect(store.get().draft).toBe(`${appliedText}\n`);
  });
});

it('sends an edit at once, and of later ones during that request only the newest', async () => {
  const responses: (() => void)[] = [];
  const drafts: string[] = [];
  const { store } = await open(appState(), {
    'settings:set-draft': async ({ text }) => {
      drafts.push(text);
      await new Promise<void>((resolve) => responses.push(resolve));
      return ok(settingsState(appliedText, { draft: text }));
    },
  });
  for (const end of [' ', '  ', '   ']) store.setDraft(`${appliedText}${end}`);
  expect(drafts).toEqual([`${appliedText} `]);
  const flushed = store.flush();
  responses[0]?.();
  await expect.poll(() => drafts).toEqual([`${appliedText} `, `${appliedText}   `]);
  responses[1]?.();
  expect(await flushed).toEqual(ok(undefined));
  expect(store.get().app?.settings.draft).toBe(`${appliedText}   `);
  expect(await store.flush()).toEqual(ok(undefined));
  expect(drafts).toHaveLength(2);
});

describe('settings that are locked', () => {
  it.each([
    ['for want of rights', { settings: settingsState(appliedText, { readOnly: 'administrator (root)' }) }],
    ['by an apply under way', { run: run() }],
  ])('take no step back or forward, however it is asked for: %s', async (_by, lock) => {
    const { store, bridge } = await open(appState());
    store.setDraft(`${appliedText}\n`);
    store.setDraft(`${appliedText}\n\n`);
    store.undo();
    await store.flush();
    bridge.emit(
      'changed',
      'settings' in lock ? { settings: { ...lock.settings, draft: `${appliedText}\n` } } : lock,
    );
    for (const step of ['undo', 'redo'] as const) {
      store[step]();
      expect(store.get().draft).toBe(`${appliedText}\n`);
    }
  });
});

it('reports why a draft could not be discarded, until it is edited', async () => {
  const edited = states['edited'];
  if (edited === undefined) throw new Error('no such state');
  const { store } = await open(edited(), {
    'settings:discard-draft': () => fail('settings.unwritable', 'EACCES'),
  });
  expect(await store.discard()).toMatchObject({ ok: false });
  expect(store.get().discarded).toMatchObject({ error: { message: 'EACCES' } });
  store.setDraft(`${store.get().draft} `);
  expect(store.get().discarded).toBeNull();
});

describe('another engine', () => {
  const other = {
    id: 'embedded:/b',
    kind: 'embedded' as const,
    capabilities: targetCapabilities.embedded,
    product: null,
  };
  /** The event that main sends once another engine is open. */
  const openOther = (bridge: ReturnType<typeof fakeBridge>) => {
    bridge.emit('changed', appState({ target: other, settings: settingsState(offText) }));
  };

  it('never gets a draft that was typed for the previous one, also if main is slow', async () => {
    let resolveFirst: () => void = () => undefined;
    const drafts: unknown[] = [];
    const { store, bridge } = await open(appState(), {
      'settings:set-draft': async ({ text }) => {
        drafts.push(text);
        if (drafts.length === 1)
          await new Promise<void>((resolve) => {
            resolveFirst = resolve;
          });
        return ok(settingsState(text));
      },
    });
    store.setDraft(`${appliedText} `);
    const first = store.flush();
    store.setDraft(`${appliedText}  `);
    const second = store.flush();
    await expect.poll(() => drafts).toHaveLength(1);
    openOther(bridge);
    resolveFirst();
    expect(await first).toMatchObject({ ok: false, error: { code: 'engine.changed' } });
    expect(await second).toMatchObject({ ok: false, error: { code: 'engine.changed' } });
    expect(drafts).toEqual([`${appliedText} `]);
    expect(store.get()).toMatchObject({ draft: offText, draftError: null });
    expect(store.get().app).toMatchObject({ target: other, settings: { draft: offText } });
  });

  it('keeps its draft when the previous one was to be discarded', async () => {
    let resolveDraft: () => void = () => undefined;
    const { store, bridge } = await open(appState(), {
      'settings:set-draft': async ({ text }) => {
        await new Promise<void>((resolve) => {
          resolveDraft = resolve;
        });
        return ok(settingsState(text));
      },
    });
    store.setDraft(`${appliedText} `);
    const discarding = store.discard();
    await expect.poll(() => bridge.calls.some(({ name }) => name === 'settings:set-draft')).toBe(true);
    openOther(bridge);
    resolveDraft();
    expect(await discarding).toMatchObject({ ok: false, error: { code: 'engine.changed' } });
    expect(bridge.calls.some(({ name }) => name === 'settings:discard-draft')).toBe(false);
    expect(store.get().discarded).toBeNull();
  });

  it('is named with each request about it; a response about the previous one is ignored', async () => {
    let resolveRequest: () => void = () => undefined;
    const { store, bridge } = await open(appState(), {
      'engine:stop': async () => {
        await new Promise<void>((resolve) => {
          resolveRequest = resolve;
        });
        return ok(appState().engine);
      },
    });
    const stopping = store.request('engine:stop', undefined);
    openOther(bridge);
    resolveRequest();
    expect(await stopping).toMatchObject({ ok: false, error: { code: 'engine.changed' } });
    await store.request('containers:scan', undefined);
    await store.request('clipboard:write', { text: '' });
    expect(bridge.engines).toEqual([
      ['app:state', null],
      ['engine:stop', appState().target.id],
      ['containers:scan', 'embedded:/b'],
      ['clipboard:write', null],
    ]);
  });
});

it('reuses the containers that a scan has unchanged: their rows do not re-render', async () => {
  const scan = { at: '2026-01-02T00:00:00Z', durationMs: 20, eci: true, containers: someContainers };
  const { store, bridge } = await open(appState({ scan }));
  const before = store.get().app?.scan?.containers ?? [];
  const [first, ...rest] = structuredClone(someContainers);
  if (first === undefined) throw new Error('the scan has no container');
  bridge.emit('changed', {
    scan: { ...scan, at: '2026-01-02T00:00:10Z', containers: [{ ...first, status: 'Up' }, ...rest] },
  });
  const after = store.get().app?.scan?.containers ?? [];
  expect(after[0]).toMatchObject({ id: first.id, status: 'Up' });
  expect(rest.length).toBeGreaterThan(0);
  after.slice(1).forEach((container, index) => {
    expect(container).toBe(before[index + 1]);
  });
});
