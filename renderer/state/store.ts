import { createDraftHistory } from './draft-history.ts';
import { createDraftSync } from './draft-sync.ts';
import { createEngineRequests, type EngineRequests } from './engine-requests.ts';
import type { AppStore } from './snapshot.ts';
import { createSnapshotHolder, type SnapshotHolder } from './snapshot-holder.ts';
import { tick } from '../i18n/clock.ts';
import type { BulkheadBridge } from '../../shared/ipc/bridge.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';
import type { IpcEvents } from '../../shared/ipc/contract.ts';
import type { EngineLogLine } from '../../shared/engine-status/status.ts';
import { keepAllContainers } from '../../shared/apply/plan.ts';
import { setEngineOptions } from '../../shared/messages/engine-options.ts';
import { targetOptions } from '../../shared/targets/target-arguments.ts';
import { parseTargetId } from '../../shared/targets/target-id.ts';

const logDepth = 5000;

/** Reuses unchanged container objects of the previous scan, so that their rows do not re-render. */
function withKnownContainers(scan: AppState['scan'], before: AppState['scan']): AppState['scan'] {
  if (scan === null || before === null) return scan;
  const known = new Map(before.containers.map((container) => [container.id, container]));
  return {
    ...scan,
    containers: scan.containers.map((container) => {
      const old = known.get(container.id);
      return old !== undefined && JSON.stringify(old) === JSON.stringify(container) ? old : container;
    }),
  };
}

/**
 * The state with the parts that changed. Present parts are complete; an absent one stays unchanged, and so
 * does one that is equal to the old one, which does not re-render anything.
 */
function withChanges(app: AppState, part: IpcEvents['changed']): AppState {
  const before: Readonly<Record<string, unknown>> = { ...app };
  const changed = Object.fromEntries(
    Object.entries(part).filter(
      ([key, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(before[key]),
    ),
  ) as Partial<AppState>; // keys of one
  return {
    ...app,
    ...changed,
    ...(changed.scan === undefined ? {} : { scan: withKnownContainers(changed.scan, app.scan) }),
  };
}

/** Lets the commands in sentences be about the engine that is shown. */
function adviseCommandsFor({ id }: AppState['target']): void {
  const ref = parseTargetId(id);
  setEngineOptions(ref === null ? '' : targetOptions(ref));
}

/**
 * The log of an apply: `load` takes what was logged so far, and `add` appends, at most one update per frame;
 * `clear` drops pending lines.
 */
function createLogBuffer({ get, set }: SnapshotHolder, requests: EngineRequests) {
  let pending: EngineLogLine[] = [];
  return {
    async load() {
      const lines = await requests.send('apply:log', undefined);
      if (lines.ok) set({ log: lines.value.slice(-logDepth) });
    },
    add(line: EngineLogLine) {
      if (pending.push(line) > 1) return;
      setTimeout(() => {
        const log = [...get().log, ...pending].slice(-logDepth);
        pending = [];
        set({ log });
      }, 16);
    },
    clear() {
      pending = [];
    },
  };
}

/** The store of the window, over the bridge to main. */
export function createAppStore(bridge: BulkheadBridge): AppStore {
  const holder = createSnapshotHolder();
  const { get, set } = holder;
  const requests = createEngineRequests(bridge, holder);
  const log = createLogBuffer(holder, requests);

  const adopt = (part: IpcEvents['changed']) => {
    const { app } = get();
    if (app === null) return;
    tick();
    // Another engine: draft edits, undo steps and choices belonged to the previous one.
    if (part.target !== undefined && part.target.id !== app.target.id) discardEngineState();
    const next = withChanges(app, part);
    adviseCommandsFor(next.target);
    set({ app: next, ...(sync.isAhead() ? {} : { draft: next.settings.draft }) });
  };
  const sync = createDraftSync(holder, requests, (settings) => {
    adopt({ settings });
  });
  const history = createDraftHistory(holder, sync.show);
  const discardEngineState = () => {
    sync.reset();
    history.endStep();
    log.clear();
    set({ undo: [], redo: [], choices: keepAllContainers, log: [], draftError: null, discarded: null });
  };

  bridge.on('changed', adopt);
  bridge.on('log', log.add);
  return {
    subscribe: holder.subscribe,
    get,
    async load() {
      const result = await requests.send('app:state', undefined);
      if (!result.ok) {
        set({ loadError: result.error });
        return;
      }
      tick();
      adviseCommandsFor(result.value.target);
      set({ app: result.value, draft: result.value.settings.draft, loadError: null });
      if (result.value.run !== null) await log.load();
    },
    on: (event, listener) => bridge.on(event, listener),
    async request(name, input) {
      if (name === 'apply:start') set({ log: [] });
      return requests.send(name, input);
    },
    setDraft: history.setDraft,
    undo: history.undo,
    redo: history.redo,
    flush: sync.flush,
    async switchTarget(id) {
      // A draft that could not be saved would be lost by the switch.
      const flushed = await sync.flush();
      if (!flushed.ok) return flushed;
      const result = await requests.send('target:switch', { id });
      if (!result.ok) return result;
      adopt(result.value);
      return { ok: true, value: undefined };
    },
    async discard() {
      const result = await sync.replaceSettings((engine) =>
        requests.send('settings:discard-draft', undefined, engine),
      );
      if (result.ok) set({ discarded: { error: null } });
      else if (result.error.code !== 'engine.changed') set({ discarded: { error: result.error } });
      return result;
    },
    resolveConflict: (keep) =>
      sync.replaceSettings((engine) => requests.send('settings:resolve-conflict', { keep }, engine)),
    setChoices: (choices) => {
      set({ choices });
    },
    setChangesMode: (changesMode) => {
      set({ changesMode });
    },
    painted: () => {
      bridge.painted();
    },
  };
}
