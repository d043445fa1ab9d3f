import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { desktopCapabilities } from '../../../engine/targets/docker-desktop/capabilities.ts';
import { embeddedCapabilities } from '../../../engine/targets/embedded/capabilities.ts';
import { ok } from '../../../shared/result.ts';
import type { TargetCapabilities } from '../../../shared/targets/capabilities.ts';
import { storeContext } from '../../../engine/base/docker-context.ts';
import { rootPaths } from '../../../engine/base/root-paths.ts';
import { engineHandlers } from './engine.ts';
import type { Session } from '../../session/session.ts';
import type { HandlerContext } from './context.ts';

/** Records which component each method is called on, for Docker Desktop in a user's window. */
function recordCalls(interrupted: boolean) {
  const calls: string[] = [];
  const driven = (component: string) => (method: string) => {
    calls.push(`${component} ${method}`);
    return Promise.resolve(ok({}));
  };
  const session = {
    isRoot: false,
    log: () => undefined,
    refreshEngine: () => Promise.resolve(),
    state: {
      get: () => ({
        busy: { engine: null },
        run: null,
        recreation: null,
        removal: null,
        target: { product: { interrupted } },
      }),
      set: () => undefined,
    },
    target: {
      capabilities: desktopCapabilities,
      driver: {
        status: () => ok({}),
        start: () => driven('user')('start'),
        stop: () => driven('user')('stop'),
        restart: () => driven('user')('restart'),
      },
    },
  };
  // Only the parts that these handlers use.
  const context = { elevation: { engine: driven('administrator') } } as unknown as HandlerContext;
  return { calls, handlers: engineHandlers(context), session: session as unknown as Session }; // likewise
}

it('makes its user quit and open Docker Desktop', async () => {
  const { calls, handlers, session } = recordCalls(false);
  for (const name of ['engine:start', 'engine:stop', 'engine:restart'] as const)
    await handlers[name](undefined, session);
  expect(calls).toEqual(['user start', 'user stop', 'user restart']);
});

it('requests an administrator if an apply was interrupted: the command line settles it first', async () => {
  const { calls, handlers, session } = recordCalls(true);
  for (const name of ['engine:start', 'engine:stop', 'engine:restart'] as const)
    await handlers[name](undefined, session);
  expect(calls).toEqual(['administrator start', 'user stop', 'administrator restart']);
});

it("finds the user's docker context of the open engine", async () => {
  const config = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-docker-'));
  vi.stubEnv('DOCKER_CONFIG', config);
  try {
    const { handlers } = recordCalls(false);
    const paths = rootPaths(config);
    const find = (capabilities: TargetCapabilities) =>
      // Only the part that is used.
      handlers['engine:docker-context'](undefined, { target: { capabilities, paths } } as Session);
    expect(await find(embeddedCapabilities)).toEqual(ok(null));
    storeContext(config, { name: 'bulkhead-x', root: config, socket: '/x.sock' });
    expect(await find(embeddedCapabilities)).toEqual(ok({ name: 'bulkhead-x', selected: false }));
    expect(await find(desktopCapabilities)).toEqual(ok(null));
  } finally {
    vi.unstubAllEnvs();
    await rm(config, { recursive: true });
  }
});
