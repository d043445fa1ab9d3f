import {
  diffSettings,
  editSettings,
  effectiveSettings,
  parsePointer,
  parseSettings,
  restartNeeded,
  toPointer,
  type EffectiveSettings,
  type Finding,
  type ParsedSettings,
  type SettingsChange,
  type SettingsSyntaxError,
} from '../../shared/settings/index.ts';
import { lintSettings, type LintContext } from '../../shared/settings/lint/index.ts';
import { removesFile } from '../../shared/settings/history.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';
import { ok, type Result } from '../../shared/result.ts';
import { applying, lockOf, type Lock } from './lock.ts';
import type { AppStore, Snapshot } from './snapshot.ts';

/** Parsed and evaluated settings text; '' means no file. */
export interface DocumentView {
  readonly text: string;
  /** Null for no file. */
  readonly parsed: ParsedSettings | null;
  /** Syntax errors of the text; empty if it is JSON. */
  readonly syntax: readonly SettingsSyntaxError[];
  /** The policy that it defines, or why it is unusable. */
  readonly settings: Result<EffectiveSettings>;
}

/**
 * The draft compared with the applied settings, and functions to edit it. While another program's change of
 * the file is in conflict with the draft, it is compared with the text that it was started from: only the
 * user's own changes are shown as such, and undone.
 */
export interface DraftView {
  readonly text: string;
  readonly draft: DocumentView;
  readonly applied: DocumentView;
  /** Whether the texts differ, if only in formatting: then there is something to apply. */
  readonly dirty: boolean;
  /** Semantic changes; one for the whole document while either text has syntax errors. */
  readonly changes: readonly SettingsChange[];
  readonly findings: readonly Finding[];
  readonly restartNeeded: boolean;
  readonly readOnly: Lock;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** The value at a pointer in the draft's document, undefined where missing. */
  value(pointer: string): unknown;
  /** The value before the user's changes. */
  appliedValue(pointer: string): unknown;
  /** Whether the user changed something at or below the pointer. */
  isEdited(pointer: string): boolean;
  /**
   * Writes `value` at the pointer (undefined removes it), keeping every other byte. The error says why the
   * draft can't be edited by forms.
   */
  edit(pointer: string, value: unknown): Result<void>;
  /**
   * Like `edit`; but if the applied document has no such key and `value` is the default, the key is removed,
   * so that toggling back leaves no change.
   */
  editOr(pointer: string, value: unknown, missing: unknown): Result<void>;
  /** The draft's text with these edits; the draft stays as it is. */
  edited(edits: readonly { readonly pointer: string; readonly value: unknown }[]): Result<string>;
  /** Several edits as one undo step. */
  editAll(edits: readonly { readonly pointer: string; readonly value: unknown }[]): Result<void>;
  /** Restores the value before the user's changes at the pointer. */
  revert(pointer: string): Result<void>;
  setText(text: string): void;
}

/** The last few results by key: a key press derives once for all parts of the page. */
function memoize<V>(make: (...texts: string[]) => V, depth = 4): (...texts: string[]) => V {
  const cache: { texts: string[]; value: V }[] = [];
  return (...texts) => {
    const hit = cache.find(
      (entry) =>
        entry.texts.length === texts.length && entry.texts.every((text, index) => text === texts[index]),
    );
    if (hit !== undefined) return hit.value;
    const value = make(...texts);
    cache.unshift({ texts, value });
    cache.length = Math.min(cache.length, depth);
    return value;
  };
}

const view = memoize((text, exists): DocumentView => {
  const documentView = (
    parsed: ParsedSettings | null,
    syntax: readonly SettingsSyntaxError[],
  ): DocumentView => ({
    text,
    parsed,
    syntax,
    settings: effectiveSettings(parsed ?? text, { exists: exists === 'exists' }),
  });
  if (text === '' && exists !== 'exists') return documentView(null, []);
  const result = parseSettings(text);
  return result.ok ? documentView(result.value, []) : documentView(null, result.error);
}, 6);

/** Parses and evaluates a text; `exists`: there is a file, so that an empty text is an error. */
export const viewDocument = (text: string, exists: boolean): DocumentView =>
  view(text, exists ? 'exists' : '');

const changesBetween = memoize((before, after): readonly SettingsChange[] => diffSettings(before, after));

// The context is serialised, so that it can be part of the key.
const lint = memoize((text, context): readonly Finding[] =>
  lintSettings(text, JSON.parse(context) as LintContext),
); // made by lintContextOf below

/** What the linter knows of this engine. */
export function lintContextOf(text: string, app: AppState): LintContext {
  const { capabilities, product } = app.target;
  return {
    settingsFormat: capabilities.settingsFormat,
    platform: product?.platform ?? app.platform,
    home: app.home,
    packageInstalled: app.packageInstalled,
    exists: app.settings.exists && !removesFile(text, app.settings.exists, capabilities),
    // In Docker Desktop the socket of its machine is the relevant one, and the home directory is shared by
    // default.
    ...(capabilities.socketOnHost ? { socketPath: app.engine.socket } : {}),
    ...(product === null
      ? {}
      : { desktop: { version: product.version, virtualMachine: product.virtualMachine } }),
    ...(app.engine.root === null ? {} : { engineDirectories: [app.engine.root] }),
  };
}

/** Findings of a text on this engine. */
export const findingsOf = (text: string, app: AppState): readonly Finding[] =>
  lint(text, JSON.stringify(lintContextOf(text, app)));

const at = (document: DocumentView, pointer: string): unknown => {
  const path = parsePointer(pointer);
  if (!path.ok || document.parsed === null) return undefined;
  let value: unknown = document.parsed.value;
  for (const segment of path.value)
    value =
      typeof value === 'object' && value !== null
        ? (value as Record<string | number, unknown>)[segment]
        : undefined; // JSON value
  return value;
};

/**
 * Whether the draft's view of both snapshots is the same. Names everything that `deriveDraft` reads of them.
 */
export function sameForDraft(a: Snapshot, b: Snapshot): boolean {
  if (
    a.draft !== b.draft ||
    a.undo.length > 0 !== b.undo.length > 0 ||
    a.redo.length > 0 !== b.redo.length > 0
  )
    return false;
  if (a.app === b.app) return true;
  if (a.app === null || b.app === null) return false;
  return (
    a.app.settings.applied === b.app.settings.applied &&
    a.app.settings.conflict === b.app.settings.conflict &&
    a.app.settings.base === b.app.settings.base &&
    a.app.settings.exists === b.app.settings.exists &&
    a.app.settings.readOnly === b.app.settings.readOnly &&
    applying(a.app) === applying(b.app) &&
    a.app.target === b.app.target &&
    a.app.platform === b.app.platform &&
    a.app.home === b.app.home &&
    a.app.packageInstalled === b.app.packageInstalled &&
    a.app.engine.socket === b.app.engine.socket &&
    a.app.engine.root === b.app.engine.root
  );
}

/** Everything that pages need of the draft. Derived from texts only, memoized by text. */
export function deriveDraft(store: AppStore, snapshot: Snapshot, app: AppState): DraftView {
  const text = snapshot.draft;
  const draft = viewDocument(
    text,
    app.settings.exists && !removesFile(text, app.settings.exists, app.target.capabilities),
  );
  const applied = viewDocument(app.settings.applied, app.settings.exists);
  const before = app.settings.conflict ? viewDocument(app.settings.base, app.settings.base !== '') : applied;
  const changes = changesBetween(before.text, text);
  const readOnly = lockOf(app);

  const edited: DraftView['edited'] = (edits) => {
    let next = store.get().draft;
    for (const { pointer, value } of edits) {
      const path = parsePointer(pointer);
      if (!path.ok) return path;
      const result = editSettings(next, path.value, value);
      if (!result.ok) return result;
      next = value === undefined ? withoutEmptyParents(result.value, path.value, before) : result.value;
    }
    return ok(isFresh(next) && applied.text === '' ? '' : next);
  };
  const editAll: DraftView['editAll'] = (edits) => {
    const next = edited(edits);
    if (!next.ok) return next;
    store.setDraft(next.value);
    return ok(undefined);
  };

  return {
    text,
    draft,
    applied,
    changes,
    readOnly,
    edited,
    editAll,
    dirty: text !== app.settings.applied,
    findings: findingsOf(text, app),
    restartNeeded:
      app.target.capabilities.readsSettings === 'at-start'
        ? text !== app.settings.applied
        : restartNeeded(changesBetween(app.settings.applied, text)),
    canUndo: snapshot.undo.length > 0,
    canRedo: snapshot.redo.length > 0,
    value: (pointer) => at(draft, pointer),
    appliedValue: (pointer) => at(before, pointer),
    isEdited: (pointer) =>
      changes.some(
        (change) =>
          change.pointer === pointer ||
          change.pointer.startsWith(`${pointer}/`) ||
          pointer.startsWith(`${change.pointer}/`),
      ),
    edit: (pointer, value) => editAll([{ pointer, value }]),
    editOr: (pointer, value, missing) =>
      editAll([
        { pointer, value: value === missing && at(before, pointer) === undefined ? undefined : value },
      ]),
    revert: (pointer) => editAll([{ pointer, value: at(before, pointer) }]),
    setText: (next) => {
      store.setDraft(next);
    },
  };
}

/**
 * Removes objects that a removal left empty and that the document before the user's changes does not have:
 * undoing a change leaves no trace.
 */
function withoutEmptyParents(text: string, path: readonly (string | number)[], before: DocumentView): string {
  let next = text;
  for (let depth = path.length - 1; depth > 0; depth--) {
    const parent = path.slice(0, depth);
    const pointer = toPointer(parent);
    const value = at(viewDocument(next, true), pointer);
    if (
      typeof value !== 'object' ||
      value === null ||
      Object.keys(value).length > 0 ||
      at(before, pointer) !== undefined
    )
      break;
    const result = editSettings(next, parent, undefined);
    if (!result.ok) break;
    next = result.value;
  }
  return next;
}

/** Whether a text has only what a new document starts with. */
function isFresh(text: string): boolean {
  const keys = Object.keys(viewDocument(text, true).parsed?.value ?? { other: true });
  return keys.length === 1 && keys[0] === 'configurationFileVersion';
}
