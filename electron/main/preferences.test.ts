import { describe, expect, it, vi } from 'vitest';

vi.mock('electron-store', () => ({ default: Object }));
const { defaultPreferences, defaultWindowState, userStore } = await import('./preferences.ts');

function keeper(initial: Record<string, unknown> = {}) {
  const kept = new Map(Object.entries(initial));
  return { kept, get: (k: string) => kept.get(k), set: (k: string, v: unknown) => { kept.set(k, v); }, delete: (k: string) => { kept.delete(k); } };
}

describe('what the app remembers', () => {
  it('starts with the defaults and keeps single changes', () => {
    const k = keeper();
    expect(userStore(k).preferences()).toEqual(defaultPreferences);
    expect(userStore(k).setPreferences({ theme: 'dark' })).toEqual({ ...defaultPreferences, theme: 'dark' });
    expect(userStore(k).setPreferences({ language: 'zh-CN' })).toEqual({ ...defaultPreferences, theme: 'dark', language: 'zh-CN' });
    expect(userStore(k).preferences()).toMatchObject({ theme: 'dark', language: 'zh-CN' });
  });

  it.each([
    ['a string', 'dark'], ['a wrong theme', { theme: 'pink' }], ['an array', []], ['null', null],
  ])('takes preferences that are %s for unset', (_name, preferences) => {
    expect(userStore(keeper({ preferences })).preferences()).toEqual(defaultPreferences);
  });

  it('takes a broken window state for unset', () => {
    expect(userStore(keeper({ window: { width: 'wide' } })).windowState()).toEqual(defaultWindowState);
    expect(userStore(keeper({ window: { width: 1000, height: 700, x: 5, y: 6, maximized: true } })).windowState()).toEqual({ width: 1000, height: 700, x: 5, y: 6, maximized: true });
  });

  it('keeps a draft for each engine apart', () => {
    const store = userStore(keeper());
    store.setDraft('a', { text: '1', base: '0' });
    expect(store.draft('a')).toEqual({ text: '1', base: '0' });
    expect(store.draft('b')).toBeNull();
    store.setDraft('a', null);
    expect(store.draft('a')).toBeNull();
  });
});
