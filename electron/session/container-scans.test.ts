import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Target } from '../../engine/target.ts';
import { appState } from '../../renderer/dev/app-fixture.ts';
import type { RemovalRun } from '../../shared/containers/removal.ts';
import { ok } from '../../shared/result.ts';
import { stateStore } from './app-state.ts';
import { ContainerScans } from './container-scans.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const removal: RemovalRun = {
  activity: 'removing',
  total: 300,
  done: 0,
  removed: 0,
  outcomes: [],
  error: null,
  includeRunning: false,
  removeVolumes: false,
};

const down = ['stopped', 'failed'] as const;

it.each(down)(
  'forgets the containers of an engine that is %s, and those a late scan found',
  async (phase) => {
    const found = { at: '', durationMs: 1, eci: true, containers: [] };
    const state = stateStore(appState({ scan: found }));
    let end = (): void => undefined;
    const late = new Promise((resolve) => {
      end = () => {
        resolve(ok(found));
      };
    });
    const target = { scan: () => late } as unknown as Target; // the only part that is used
    const containers = new ContainerScans(target, state);
    const scanned = containers.scan();
    const { engine } = state.get();
    state.set({ engine: { ...engine, phase: 'restarting' } });
    expect(state.get().scan).toEqual(found);
    state.set({ engine: { ...engine, phase } });
    expect(state.get().scan).toBeNull();
    end();
    await scanned;
    containers.close();
    expect(state.get()).toMatchObject({ scan: null, busy: { scanning: false } });
  },
);

it.each([
  { what: 'a burst of containers', removal: null, scans: 10 },
  { what: 'a removal of many, whose every step is an event', removal, scans: 2 },
])('scans rarely enough during $what', async ({ removal, scans }) => {
  const state = stateStore(appState({ removal }));
  let count = 0;
  const target = {
    scan: () => {
      count++;
      return Promise.resolve(ok({ at: '', durationMs: 1, eci: true, containers: [] }));
    },
  } as unknown as Target; // the only part that is used
  const containers = new ContainerScans(target, state);
  for (let ms = 0; ms < 10_000; ms += 100) {
    containers.scanSoon();
    await vi.advanceTimersByTimeAsync(100);
  }
  containers.close();
  expect(count).toBeGreaterThanOrEqual(scans);
  expect(count).toBeLessThanOrEqual(2 * scans + 5 * Number(removal === null));
});

it('scans no more once it is closed, also if a scan that found something unknown ends then', async () => {
  const state = stateStore(appState());
  const unknown = { whyUnknown: 'no response' };
  const found = { at: '', durationMs: 1, eci: true, containers: [unknown] };
  let count = 0;
  let end = (): void => undefined;
  const target = {
    scan: () => {
      count++;
      return new Promise((resolve) => {
        end = () => {
          resolve(ok(found));
        };
      });
    },
  } as unknown as Target; // the only part that is used
  const containers = new ContainerScans(target, state);
  const scanned = containers.scan();
  containers.close();
  end();
  await scanned;
  containers.scanSoon();
  await vi.advanceTimersByTimeAsync(300_000);
  expect(count).toBe(1);
});
