import { afterEach, expect, it, vi } from 'vitest';

vi.mock('electron', () => ({
  app: {
    commandLine: { hasSwitch: () => false },
    getPath: () => '/nowhere',
    quit: vi.fn(),
    requestSingleInstanceLock: () => false,
    setName: vi.fn(),
    setPath: vi.fn(),
  },
}));
const { claimInstance } = await import('./single-instance.ts');

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it.each([
  ['C.UTF-8', 'Bulkhead is open already: its window is in front now.'],
  ['zh_CN.UTF-8', 'Bulkhead 已打开：其窗口现已置于前台。'],
])('a second start says where the app is, in the language of its terminal (%s)', (locale, expected) => {
  vi.stubEnv('LC_ALL', locale);
  const written = vi.spyOn(console, 'error').mockReturnValue();
  expect(claimInstance(null, null, () => undefined)).toBeNull();
  expect(written.mock.calls).toEqual([[expected]]);
});
