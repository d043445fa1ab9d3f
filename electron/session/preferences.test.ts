import { describe, expect, it, vi } from 'vitest';

vi.mock('electron-store', () => ({ default: Object }));
const { defaultPreferences, defaultWindowState, userStore } = await import('./preferences.ts');

function memoryStore(initial: Record<string, unknown> = {}) {
  const stored = new Map(Object.entries(initial));
  return {
    stored,
    get: (k: string) => stored.get(k),
    set: (k: string, v: unknown) => {
      stored.set(k, v);
    },
    delete: (k: string) => {
      stored.delete(k);
    },
  };
}

describe("the app's user store", () => {
  it('starts with the defaults and keeps single changes', () => {
    const k = memoryStore();
    expect(userStore(k).preferences()).toEqual(defaultPreferences);
    expect(userStore(k).setPreferences({ theme: 'dark' })).toEqual({ ...defaultPreferences, theme: 'dark' });
    expect(userStore(k).setPreferences({ language: 'zh-CN' })).toEqual({
      ...defaultPreferences,
      theme: 'dark',
      language: 'zh-CN',
    });
    expect(userStore(k).preferences()).toMatchObject({ theme: 'dark', language: 'zh-CN' });
  });

  it.each([
    ['a string', 'dark'],
    ['a wrong theme', { theme: 'pink' }],
    ['an array', []],
    ['null', null],
  ])('takes preferences that are %s for unset', (_name, preferences) => {
    expect(userStore(memoryStore({ preferences })).preferences()).toEqual(defaultPreferences);
  });

  it('treats an invalid window state as unset', () => {
    expect(userStore(memoryStore({ window: { width: 'wide' } })).windowState()).toEqual(defaultWindowState);
    expect(
      userStore(
        memoryStore({ window: { width: 1000, height: 700, x: 5, y: 6, maximized: true } }),
      ).windowState(),
    ).toEqual({ width: 1000, height: 700, x: 5, y: 6, maximized: true });
  });

  it('forgets engines, until they are remembered or opened', () => {
    const store = userStore(memoryStore());
    for (const id of ['embedded:/a', 'embedded:/b']) store.setLastTarget(id);
    store.forgetTarget('embedded:/a');
    store.forgetTarget('embedded:/a');
    store.forgetTarget('embedded:/c');
    expect(store.forgottenTargets()).toEqual(['embedded:/c', 'embedded:/a']);
    store.rememberTarget('embedded:/c');
    store.setLastTarget('embedded:/a');
    expect([store.forgottenTargets(), store.knownTargets()]).toEqual([[], ['embedded:/a', 'embedded:/b']]);
  });

  it('keeps the drafts of engines apart', () => {
    const store = userStore(memoryStore());
    store.setDraft('a', { text: '1', base: '0' });
    expect(store.draft('a')).toEqual({ text: '1', base: '0' });
    expect(store.draft('b')).toBeNull();
    store.setDraft('a', null);
    expect(store.draft('a')).toBeNull();
  });

  it('keeps preferences in memory and reports why while they cannot be written', () => {
    const k = memoryStore();
    let full = true;
    const guard =
      <A extends unknown[]>(act: (...args: A) => void) =>
      (...args: A) => {
        if (full) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        act(...args);
      };
    const store = userStore({ get: k.get, set: guard(k.set), delete: guard(k.delete) });
    const reported: (string | undefined)[] = [];
    store.onProblem((problem) => reported.push(problem?.reason));
    // Nothing would be lost.
    store.setDraft('a', null);
    expect(store.problem()).toBeNull();
    store.setLastTarget('embedded:/b');
    store.setDraft('a', { text: '1', base: '0' });
    store.setWindowState(defaultWindowState);
    expect(store.setPreferences({ theme: 'dark' })).toMatchObject({ theme: 'dark' });
    expect([store.lastTarget(), store.draft('a'), store.preferences().theme]).toEqual([
      'embedded:/b',
      { text: '1', base: '0' },
      'dark',
    ]);
    expect(store.problem()).toMatchObject({
      code: 'settings.unwritable',
      hint: 'Make room on the disk, then try again.',
    });
    expect([reported, k.stored.size]).toEqual([['ENOSPC: no space left on device'], 0]);
    full = false;
    store.setDraft('a', null);
    expect([store.problem(), reported.length, k.stored.get('targets'), k.stored.has('draft:a')]).toEqual([
      null,
      2,
      ['embedded:/b'],
      false,
    ]);
  });
});
