import { EventEmitter } from 'node:events';
import { afterEach, expect, it, vi } from 'vitest';
import type { Sessions } from '../session/sessions.ts';
import type { BackendOptions } from './start-backend.ts';

// The start of the app up to its backend, which is replaced: when it has loaded is up to each test. So is
// what Electron and the window do.

/** A module that is loaded when the test says so. */
const backend = vi.hoisted(() => {
  let load: () => void = () => undefined;
  const loaded = new Promise<void>((resolve) => {
    load = resolve;
  });
  return { load, loaded, requested: false, started: [] as BackendOptions[] };
});
vi.mock('./start-backend.ts', async () => {
  backend.requested = true;
  await backend.loaded;
  return {
    startBackend: (_window: unknown, options: BackendOptions) => {
      backend.started.push(options);
      return Promise.resolve();
    },
  };
});

const app = vi.hoisted(() => ({
  events: null as EventEmitter | null,
  lock: vi.fn(() => true),
}));
vi.mock('electron', () => {
  const events = new EventEmitter();
  app.events = events;
  return {
    app: Object.assign(events, {
      isPackaged: false,
      commandLine: { hasSwitch: () => false },
      exit: vi.fn(),
      getPath: () => '/nowhere',
      quit: vi.fn(),
      requestSingleInstanceLock: app.lock,
      setName: vi.fn(),
      setPath: vi.fn(),
      whenReady: () => Promise.resolve(),
    }),
    nativeTheme: {},
    session: { defaultSession: {} },
  };
});
const showWindow = vi.hoisted(() => vi.fn());
vi.mock('./window/window.ts', () => ({
  addressOf: () => 'app://bulkhead/',
  disableGpuWithoutDevice: vi.fn(),
  openWindow: () => Object.assign(new EventEmitter(), { webContents: new EventEmitter() }),
  preloadPath: () => '/nowhere/preload.cjs',
  setMenu: vi.fn(),
  showWindow,
}));
vi.mock('./window/app-protocol.ts', () => ({ registerAppScheme: vi.fn() }));
vi.mock('./security.ts', () => ({
  hardenCommandLine: vi.fn(),
  hardenContents: vi.fn(),
  hardenSession: vi.fn(),
}));
vi.mock('./desktop/system-language.ts', () => ({ systemLanguage: () => 'en' }));
vi.mock('./end-process.ts', () => ({ endProcessAfterQuit: vi.fn() }));
vi.mock('./ipc/register.ts', () => ({ registerIpc: vi.fn() }));
vi.mock('./ipc/send.ts', () => ({ sendEvent: vi.fn() }));
vi.mock('../session/preferences.ts', () => ({
  openUserStore: () => ({ preferences: () => ({ theme: 'system', language: 'en' }) }),
}));
const { startApp } = await import('./start-app.ts');

const engine = (root: string) => ({ kind: 'embedded' as const, root });
/** What Electron reports when the app is started again with `target` and `route`. */
const startAgain = (target: ReturnType<typeof engine> | null, route: string | null) => {
  app.events?.emit('second-instance', {}, [], '/', { target, route });
};

const { argv } = process;
afterEach(() => {
  process.argv = argv;
});

it('opens engine and place that a second start requests while the backend is loading', async () => {
  process.argv = ['electron', '.', '--root', '/first'];
  startApp(() => Promise.resolve());
  await vi.waitUntil(() => backend.requested);
  startAgain(engine('/second'), 'containers');
  expect(backend.started).toEqual([]);
  backend.load();
  await vi.waitUntil(() => backend.started.length > 0);
  const [started] = backend.started;
  expect(started?.options.target).toEqual(engine('/second'));

  // The page has no listener for a place before its first frame.
  expect(showWindow.mock.lastCall).toMatchObject([{}, null]);
  started?.onShown();
  expect(showWindow.mock.lastCall).toMatchObject([{}, { page: 'containers' }]);

  const switchTo = vi.fn<Sessions['switchTo']>(() => new Promise(() => undefined));
  started?.onSessions({ switchTo } as unknown as Sessions);
  startAgain(engine('/third'), null);
  expect(switchTo.mock.calls).toEqual([[engine('/third')]]);
});
