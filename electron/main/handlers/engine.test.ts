import { expect, it } from 'vitest';
import { desktopCapabilities } from '../../../engine/targets/docker-desktop/capabilities.ts';
import { ok } from '../../../shared/result.ts';
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
        target: { desktop: { interrupted } },
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
