import type { AppStore } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import { withdrawsChoices } from './choices.ts';
import { tick } from '../i18n/clock.ts';
import { lockOf } from './lock.ts';
import type { BulkheadBridge } from '../../shared/ipc/bridge.ts';
import { isEngineRequest } from '../../shared/ipc/channels.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';
import type { IpcEvents, IpcInput, IpcOutput, IpcRequest } from '../../shared/ipc/contract.ts';
import type { EngineLogLine } from '../../shared/engine-status/status.ts';
import { keepAllContainers } from '../../shared/apply/plan.ts';
import { fail, type Result } from '../../shared/result.ts';

const undoDepth = 200;
/** Keys closer together than this are one step of undo, as long as it does not get longer than the second. */
const typingPauseMs = 800,
  maxTypingDelayMs = 5000;
const logDepth = 5000;

const engineChanged = () => fail('engine.changed', 'another engine was opened meanwhile');

export function createAppStore(bridge: BulkheadBridge): AppStore {
  let snapshot: Snapshot = {
    app: null,
    loadError: null,
    draft: '',
    draftError: null,
    discarded: null,
    undo: [],
    redo: [],
    choices: keepAllContainers,
    log: [],
  };
  const listeners = new Set<() => void>();
  const set = (part: Partial<Snapshot>) => {
    const before = snapshot;
    snapshot = { ...before, ...part };
    if (withdrawsChoices(before, snapshot)) snapshot = { ...snapshot, choices: keepAllContainers };
    for (const listener of listeners) listener();
  };

  /** True while the shown draft is ahead of what main confirmed. */
  let ahead = false;
  /** The step of undo that typing still adds to. */
  let typing: { readonly first: number; readonly last: number } | null = null;
  /** The draft on its way to main; there is at most one. */
  let sending: Promise<Result<void>> | null = null;

  /** Target's id of the engine that the window shows. */
  const currentEngine = (): string | null => snapshot.app?.target.id ?? null;

  /**
   * Every request to main passes here: it names the engine, and drops a response about another engine.
   */
  const sendRequest = async <K extends IpcRequest>(
    name: K,
    input: IpcInput<K>,
    engine = currentEngine(),
  ): Promise<Result<IpcOutput<K>>> => {
    if (!isEngineRequest(name)) return bridge.request(name, input, null);
    if (currentEngine() !== engine) return engineChanged();
    const result = await bridge.request(name, input, engine);
    return currentEngine() === engine ? result : engineChanged();
  };

  const adopt = (part: IpcEvents['changed']) => {
    if (snapshot.app === null) return;
    tick();
    // Another engine: what was typed, undone and chosen was about the one before.
    if (part.target !== undefined && part.target.id !== snapshot.app.target.id) discardEngineState();
    // Parts that are present are whole; an absent one stays as it was, and so does one that says the same
    // again: nothing is drawn for it.
    const before: Readonly<Record<string, unknown>> = { ...snapshot.app };
    const app: AppState = {
      ...snapshot.app,
      ...Object.fromEntries(
        Object.entries(part).filter(
          ([key, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(before[key]),
        ),
      ),
    };
    set({ app, ...(ahead ? {} : { draft: app.settings.draft }) });
  };

  const discardEngineState = () => {
    sending = null;
    ahead = false;
    typing = null;
    pendingLog = [];
    set({ undo: [], redo: [], choices: keepAllContainers, log: [], draftError: null, discarded: null });
  };

  let pendingLog: EngineLogLine[] = [];
  bridge.on('changed', adopt);
  bridge.on('log', (line) => {
    // One update a frame, however chatty the engine is.
    if (pendingLog.push(line) > 1) return;
    setTimeout(() => {
      const log = [...snapshot.log, ...pendingLog].slice(-logDepth);
      pendingLog = [];
      set({ log });
    }, 16);
  });

  /** Sends the draft as it is shown, and again for as long as it was edited meanwhile. */
  const sendDraft = async (): Promise<Result<void>> => {
    const engine = currentEngine();
    for (;;) {
      const text = snapshot.draft;
      const result = await sendRequest('settings:set-draft', { text }, engine);
      if (currentEngine() !== engine) return engineChanged();
      if (snapshot.draft !== text) continue;
      if (!result.ok) {
        set({ draftError: result.error });
        return result;
      }
      ahead = false;
      set({ draftError: null });
      adopt({ settings: result.value });
      return { ok: true, value: undefined };
    }
  };

  const send = (): Promise<Result<void>> => {
    if (sending !== null) return sending;
    const current = sendDraft().finally(() => {
      if (sending === current) sending = null;
    });
    sending = current;
    return current;
  };

  const flush = (): Promise<Result<void>> =>
    ahead ? send() : Promise.resolve({ ok: true, value: undefined });

  const locked = () => snapshot.app !== null && lockOf(snapshot.app) !== null;

  const show = (draft: string, stacks: Pick<Snapshot, 'undo' | 'redo'>) => {
    ahead = true;
    set({ draft, ...stacks, discarded: null });
    void send();
  };

  const replaceSettings = async (
    request: (engine: string | null) => Promise<Result<AppState['settings']>>,
  ): Promise<Result<void>> => {
    const engine = currentEngine();
    if (ahead) await send();
    const before = snapshot.draft;
    const result = await request(engine);
    if (!result.ok) return result;
    ahead = false;
    set({
      draftError: null,
      ...(result.value.draft === before
        ? {}
        : { undo: [...snapshot.undo, before].slice(-undoDepth), redo: [] }),
    });
    adopt({ settings: result.value });
    return { ok: true, value: undefined };
  };

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    get: () => snapshot,
    async load() {
      const result = await sendRequest('app:state', undefined);
      if (!result.ok) {
        set({ loadError: result.error });
        return;
      }
      tick();
      set({ app: result.value, draft: result.value.settings.draft, loadError: null });
      if (result.value.run !== null) {
        const log = await sendRequest('apply:log', undefined);
        if (log.ok) set({ log: log.value.slice(-logDepth) });
      }
    },
    on: (event, listener) => bridge.on(event, listener),
    async request(name, input) {
      if (name === 'apply:start') set({ log: [] });
      return sendRequest(name, input);
    },
    setDraft(text, how) {
      if (text === snapshot.draft) return;
      const now = Date.now();
      const joins =
        how === 'typing' &&
        typing !== null &&
        snapshot.undo.length > 0 &&
        now - typing.last < typingPauseMs &&
        now - typing.first < maxTypingDelayMs;
      typing = how === 'typing' ? { first: joins ? (typing?.first ?? now) : now, last: now } : null;
      show(text, {
        undo: joins ? snapshot.undo : [...snapshot.undo, snapshot.draft].slice(-undoDepth),
        redo: [],
      });
    },
    undo() {
      typing = null;
      const text = locked() ? undefined : snapshot.undo.at(-1);
      if (text !== undefined)
        show(text, { undo: snapshot.undo.slice(0, -1), redo: [...snapshot.redo, snapshot.draft] });
    },
    redo() {
      typing = null;
      const text = locked() ? undefined : snapshot.redo.at(-1);
      if (text !== undefined)
        show(text, { undo: [...snapshot.undo, snapshot.draft], redo: snapshot.redo.slice(0, -1) });
    },
    flush,
    async switchTarget(id) {
      // What could not be kept would be gone with the switch.
      const flushed = await flush();
      if (!flushed.ok) return flushed;
      const result = await sendRequest('target:switch', { id });
      if (!result.ok) return result;
      adopt(result.value);
      return { ok: true, value: undefined };
    },
    async discard() {
      const result = await replaceSettings((engine) =>
        sendRequest('settings:discard-draft', undefined, engine),
      );
      if (result.ok) set({ discarded: { error: null } });
      else if (result.error.code !== 'engine.changed') set({ discarded: { error: result.error } });
      return result;
    },
    resolveConflict: (keep) =>
      replaceSettings((engine) => sendRequest('settings:resolve-conflict', { keep }, engine)),
    setChoices: (choices) => {
      set({ choices });
    },
    painted: () => {
      bridge.painted();
    },
  };
}
