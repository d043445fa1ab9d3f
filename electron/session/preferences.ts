import Store from 'electron-store';
import * as z from 'zod';
import {
  firstRunSchema,
  preferencesSchema,
  type FirstRun,
  type Preferences,
} from '../../shared/ipc/user-choices.ts';
import { fail, type AppError } from '../../shared/result.ts';
import { targetIdSchema } from '../../shared/targets/target.ts';
import { message } from '../../shared/messages/message.ts';
import { writeHint } from '../../engine/base/files.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/** Maximum number of remembered engines. */
const maxTargets = 20;
/** Maximum number of engines that are not listed. */
const maxForgotten = 200;

export const defaultPreferences: Preferences = {
  theme: 'system',
  language: 'system',
  zoomPercent: 100,
  notifyDenied: true,
  notifyUnprotected: true,
  notifyProtection: true,
  closeToTray: false,
};

const windowStateSchema = z.object({
  x: z.number().int().optional(),
  y: z.number().int().optional(),
  width: z.number().int(),
  height: z.number().int(),
  maximized: z.boolean(),
});
export type WindowState = z.infer<typeof windowStateSchema>;
export const defaultWindowState: WindowState = { width: 1280, height: 800, maximized: false };

const firstRunsSchema = z.record(z.string(), firstRunSchema);

const storedDraftSchema = z.object({ text: z.string(), base: z.string() });
/** A draft that could not be written next to the settings file. `base`: the applied text it is based on. */
export type StoredDraft = z.infer<typeof storedDraftSchema>;

/**
 * The app's store for its user: preferences, the window's position, drafts of settings files next to which
 * the user can't write. What can't be written (a full disk, a quota, no rights) is kept until the app ends,
 * and written with the next change: nothing here throws.
 */
export interface UserStore {
  /** Why something would be lost when the app ends, null while everything is stored. */
  problem(): AppError | null;
  /** Calls back when that has changed. Returns how to stop. */
  onProblem(listener: (problem: AppError | null) => void): () => void;
  preferences(): Preferences;
  setPreferences(change: Partial<Preferences>): Preferences;
  windowState(): WindowState;
  setWindowState(state: WindowState): void;
  /** Until when this engine's denials were seen, ISO 8601. */
  seenDenials(rootId: string): string | null;
  setSeenDenials(rootId: string, until: string): void;
  /** How far the first run on an engine got. */
  firstRun(targetId: string): FirstRun;
  setFirstRun(targetId: string, step: FirstRun): void;
  draft(rootId: string): StoredDraft | null;
  setDraft(rootId: string, draft: StoredDraft | null): void;
  /** Id of the engine that was open last, null for none. */
  lastTarget(): string | null;
  /** Remembers an opened engine; its root, if it has one, is offered again. */
  setLastTarget(id: string): void;
  /** Ids of engines opened before, the latest first. */
  knownTargets(): readonly string[];
  /** The engine is not listed, until it is opened or remembered again. */
  forgetTarget(id: string): void;
  rememberTarget(id: string): void;
  /** Ids of forgotten engines. */
  forgottenTargets(): readonly string[];
}

/** The part of electron-store used here. */
export interface KeyValueStore {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  delete(key: string): void;
}

/**
 * Opens the store in `directory`. electron-store replaces a broken file by a new one; a value that does not
 * fit its schema counts as unset.
 */
export function openUserStore(directory: string): UserStore {
  try {
    return userStore(
      new Store<Record<string, unknown>>({
        name: 'bulkhead',
        cwd: directory,
        clearInvalidConfig: true,
        accessPropertiesByDotNotation: false,
      }),
    );
  } catch (cause) {
    const no = () => {
      throw cause;
    };
    return userStore({ get: () => undefined, set: no, delete: no });
  }
}

/** The backing store's values, overlaid by those it could not write. */
function withMemoryFallback(backing: KeyValueStore) {
  const unsaved = new Map<string, unknown>();
  const listeners = new Set<(problem: AppError | null) => void>();
  let problem: AppError | null = null;
  const get = (key: string): unknown => {
    if (unsaved.has(key)) return unsaved.get(key);
    try {
      return backing.get(key);
    } catch {
      return undefined;
    }
  };
  const write = () => {
    for (const [key, value] of [...unsaved]) {
      if (value !== undefined) backing.set(key, value);
      // A missing one is not written.
      else if (backing.get(key) !== undefined) backing.delete(key);
      unsaved.delete(key);
    }
  };
  const set = (key: string, value: unknown): void => {
    const before = problem;
    unsaved.set(key, value);
    try {
      write();
      problem = null;
    } catch (cause) {
      problem = fail('settings.unwritable', message('app.user-data-unwritable'), {
        cause,
        hint: writeHint(systemCode(cause)),
      }).error;
    }
    if (before?.reason !== problem?.reason) for (const listener of [...listeners]) listener(problem);
  };
  return {
    get,
    set,
    problem: () => problem,
    onProblem: (listener: (problem: AppError | null) => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

export function userStore(disk: KeyValueStore): UserStore {
  const backing = withMemoryFallback(disk);
  const read = <T>(key: string, schema: z.ZodType<T>, fallback: T): T => {
    const parsed = schema.safeParse(backing.get(key));
    return parsed.success ? parsed.data : fallback;
  };
  const preferences = (): Preferences => {
    // Parsed one by one: an invalid preference does not invalidate the others.
    const stored = read('preferences', z.record(z.string(), z.unknown()), {});
    const fitting = Object.entries(preferencesSchema.shape).flatMap(([name, schema]) => {
      const one = schema.safeParse(stored[name]);
      return one.success ? [[name, one.data]] : [];
    });
    return preferencesSchema.parse({ ...defaultPreferences, ...Object.fromEntries(fitting) });
  };
  const targetIds = (key: 'targets' | 'forgotten-targets') => read(key, z.array(targetIdSchema), []);
  const rememberTarget = (id: string) => {
    const forgotten = targetIds('forgotten-targets');
    if (forgotten.includes(id)) backing.set('forgotten-targets', without(forgotten, id));
  };
  return {
    problem: backing.problem,
    onProblem: backing.onProblem,
    preferences,
    setPreferences(change) {
      const next = preferencesSchema.parse({ ...preferences(), ...change });
      backing.set('preferences', next);
      return next;
    },
    windowState: () => read('window', windowStateSchema, defaultWindowState),
    setWindowState(state) {
      backing.set('window', state);
    },
    lastTarget: () => targetIds('targets')[0] ?? null,
    setLastTarget(id) {
      rememberTarget(id);
      backing.set('targets', [id, ...without(targetIds('targets'), id)].slice(0, maxTargets));
    },
    knownTargets: () => targetIds('targets'),
    // It stays among those opened before: remembering it again restores its place.
    forgetTarget(id) {
      const forgotten = [id, ...without(targetIds('forgotten-targets'), id)];
      backing.set('forgotten-targets', forgotten.slice(0, maxForgotten));
    },
    rememberTarget,
    forgottenTargets: () => targetIds('forgotten-targets'),
    seenDenials: (rootId) => read(`seen-denials:${rootId}`, z.string().nullable(), null),
    setSeenDenials(rootId, until) {
      backing.set(`seen-denials:${rootId}`, until);
    },
    firstRun: (id) => read('firstRuns', firstRunsSchema, {})[id] ?? 'engine',
    setFirstRun(id, step) {
      backing.set('firstRuns', { ...read('firstRuns', firstRunsSchema, {}), [id]: step });
    },
    draft: (rootId) => read(`draft:${rootId}`, storedDraftSchema.nullable(), null),
    setDraft(rootId, draft) {
      backing.set(`draft:${rootId}`, draft ?? undefined);
    },
  };
}

const without = (ids: readonly string[], id: string): readonly string[] => ids.filter((one) => one !== id);
