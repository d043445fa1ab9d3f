import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { identityOf } from '../../../engine/base/process-identity.ts';
import { rootPaths } from '../../../engine/base/root-paths.ts';
import { writeEngineState } from '../../../engine/targets/embedded/engine-state.ts';
import { engineAtRoot, targetId } from '../../../shared/targets/target-id.ts';
import type { HandlerContext } from './context.ts';

vi.mock('electron-store', () => ({ default: Object }));
const { userStore } = await import('../../session/preferences.ts');
const { targetHandlers } = await import('./targets.ts');

let base: string;
const rootAt = (name: string) => path.join(base, name);
const idOf = (name: string) => targetId(engineAtRoot(rootAt(name)));

beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-targets-'));
});
afterEach(async () => {
  await rm(base, { recursive: true, force: true });
});

/** Two engines with settings files that do not run; the first is open. */
async function openWindow() {
  const stored = new Map<string, unknown>();
  const users = userStore({
    get: (key) => stored.get(key),
    set: (key, value) => {
      stored.set(key, value);
    },
    delete: (key) => {
      stored.delete(key);
    },
  });
  for (const name of ['left', 'open']) {
    await mkdir(rootAt(name));
    await writeFile(rootPaths(rootAt(name)).settings, '{}');
    users.setLastTarget(idOf(name));
  }
  const session = { target: { id: idOf('open'), ref: engineAtRoot(rootAt('open')) } };
  // Only the parts that these handlers use.
  const context = { users, sessions: Promise.resolve(session) } as unknown as HandlerContext;
  const handlers = targetHandlers(context);
  const listed = async () => {
    const result = await handlers['targets:list'](undefined);
    return result.ok ? result.value.map(({ id }) => id).filter((id) => id.includes(base)) : result;
  };
  return { users, handlers, listed };
}

it('lists a forgotten engine no longer, without touching its directory, until it is remembered', async () => {
  const { handlers, listed } = await openWindow();
  expect(await listed()).toEqual([idOf('open'), idOf('left')]);
  expect(await handlers['targets:forget']({ id: idOf('left') })).toMatchObject({ ok: true });
  expect(await listed()).toEqual([idOf('open')]);
  expect(await readFile(rootPaths(rootAt('left')).settings, 'utf8')).toBe('{}');
  expect(await handlers['targets:remember']({ id: idOf('left') })).toMatchObject({ ok: true });
  expect(await listed()).toEqual([idOf('open'), idOf('left')]);
});

it('never forgets the open engine', async () => {
  const { handlers, listed } = await openWindow();
  expect(await handlers['targets:forget']({ id: idOf('open') })).toMatchObject({
    ok: false,
    error: { code: 'input.unusable', message: 'the engine stays in the list' },
  });
  expect(await listed()).toEqual([idOf('open'), idOf('left')]);
});

it('lists a forgotten engine again once it runs', async () => {
  const { users, handlers, listed } = await openWindow();
  await handlers['targets:forget']({ id: idOf('left') });
  // This process stands for its supervisor.
  const supervisor = await identityOf(process.pid);
  if (supervisor === null) throw new Error('this process is not listed');
  await writeEngineState(rootPaths(rootAt('left')), {
    version: 1,
    supervisor,
    phase: 'starting',
    generation: 1,
    readyAt: null,
    eci: false,
    dockerd: null,
    gateway: null,
    planner: null,
    error: null,
    problem: null,
  });
  expect(await listed()).toEqual([idOf('open'), idOf('left')]);
  expect(users.forgottenTargets()).toEqual([]);
});
