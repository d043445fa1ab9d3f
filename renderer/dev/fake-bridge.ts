import type { BulkheadBridge } from '../../shared/ipc/bridge.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';
import type { IpcEvents, IpcRequest } from '../../shared/ipc/contract.ts';
import type { ActivityEntry } from '../../shared/audit/activity.ts';
import { someEntries } from './activity-fixture.ts';
import { isEngineRequest } from '../../shared/ipc/channels.ts';
import { message } from '../../shared/messages/message.ts';
import { fail } from '../../shared/result.ts';
import { fakeResponses, type Responses } from './fake-responses.ts';

/**
 * A bridge over one AppState kept in memory, for component tests and screenshots. `answers` overrides the
 * responses to single requests; `calls` records all requests, `engines` the engine of each.
 */
export function fakeBridge(
  initial: AppState,
  responses: Responses = {},
  entries: readonly ActivityEntry[] = someEntries,
): BulkheadBridge & {
  readonly calls: { name: IpcRequest; input: unknown }[];
  readonly engines: readonly (readonly [IpcRequest, string | null])[];
  emit<E extends keyof IpcEvents>(event: E, payload: IpcEvents[E]): void;
  state(): AppState;
} {
  let state = initial;
  const calls: { name: IpcRequest; input: unknown }[] = [];
  const engines: (readonly [IpcRequest, string | null])[] = [];
  const listeners: { [E in keyof IpcEvents]: Set<(payload: IpcEvents[E]) => void> } = {
    changed: new Set(),
    log: new Set(),
    activity: new Set(),
    support: new Set(),
    navigate: new Set(),
    zoom: new Set(),
  };
  const change = (part: Partial<AppState>) => {
    state = { ...state, ...part };
    for (const listener of listeners.changed) listener(part);
  };
  const defaults = fakeResponses({ state: () => state, change }, entries);
  return {
    calls,
    engines,
    state: () => state,
    emit(event, payload) {
      for (const listener of listeners[event]) listener(payload);
    },
    async request(name, input, engine) {
      calls.push({ name, input });
      engines.push([name, engine]);
      // As in main.
      if (isEngineRequest(name) && engine !== state.target.id) {
        return fail('engine.changed', message('shared.engine-switched'));
      }
      const handler = responses[name] ?? defaults[name];
      return handler === undefined ? fail('internal', `no answer to ${name}`) : handler(input);
    },
    on(event, listener) {
      listeners[event].add(listener);
      return () => {
        listeners[event].delete(listener);
      };
    },
    painted: () => {
      document.body.dataset['painted'] = 'true';
    },
  };
}
