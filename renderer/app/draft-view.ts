import { diffSettings, editSettings, effectiveSettings, lintSettings, parsePointer, parseSettings, type EffectiveSettings, type Finding, type ParsedSettings, type SettingsChange, type SettingsSyntaxError } from '../../shared/settings/index.ts';
import type { AppState } from '../../shared/ipc/contract.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { AppStore, Snapshot } from './store.ts';

/** What a settings text comes to. '' is "no file yet". */
export interface DocumentView {
  readonly text: string;
  /** Null for no file. */
  readonly parsed: ParsedSettings | null;
  /** Where and why the text is no JSON; empty when it is. */
  readonly syntax: readonly SettingsSyntaxError[];
  /** What it means as a policy, or why it can't be one. */
  readonly settings: Result<EffectiveSettings>;
}

/** The draft beside what is applied, and the ways to change it. */
export interface DraftView {
  readonly text: string;
  readonly draft: DocumentView;
  readonly applied: DocumentView;
  /** Texts differ, if only in formatting: there is something to apply. */
  readonly dirty: boolean;
  /** Semantic changes; empty while one of the two is no JSON. */
  readonly changes: readonly SettingsChange[];
  readonly findings: readonly Finding[];
  readonly restartNeeded: boolean;
  /** Why nothing may be edited now, if so. */
  readonly readOnly: 'applying' | { readonly reason: string } | null;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** The value at a pointer in the draft's document, undefined where missing. */
  value(pointer: string): unknown;
  appliedValue(pointer: string): unknown;
  /** True when something at or below the pointer differs from what is applied. */
  isEdited(pointer: string): boolean;
  /** Writes `value` at the pointer (undefined removes it), keeping every other byte. The error says why the draft can't be edited by forms. */
  edit(pointer: string, value: unknown): Result<void>;
  /** Several edits as one step of undo. */
  editAll(edits: readonly { readonly pointer: string; readonly value: unknown }[]): Result<void>;
  /** Puts back what is applied at the pointer. */
  revert(pointer: string): Result<void>;
  setText(text: string): void;
}

/** The last few results by key: a keystroke derives once however many parts of the page read it. */
function remember<V>(make: (...texts: string[]) => V, depth = 4): (...texts: string[]) => V {
  const kept: { texts: string[]; value: V }[] = [];
  return (...texts) => {
    const hit = kept.find((entry) => entry.texts.length === texts.length && entry.texts.every((text, index) => text === texts[index]));
    if (hit !== undefined) return hit.value;
    const value = make(...texts);
    kept.unshift({ texts, value });
    kept.length = Math.min(kept.length, depth);
    return value;
  };
}

export const viewDocument = remember((text): DocumentView => {
  const view = (parsed: ParsedSettings | null, syntax: readonly SettingsSyntaxError[]): DocumentView => ({ text, parsed, syntax, settings: effectiveSettings(parsed ?? text) });
  if (text === '') return view(null, []);
  const result = parseSettings(text);
  return result.ok ? view(result.value, []) : view(null, result.error);
}, 6);

const changesBetween = remember((before, after): readonly SettingsChange[] => {
  if (before === after) return [];
  const result = diffSettings(before, after);
  return result.ok ? result.value : [];
});

const findingsOf = remember((text, home): readonly Finding[] => (text === '' ? [] : lintSettings(text, { home })));

const at = (document: DocumentView, pointer: string): unknown => {
  const path = parsePointer(pointer);
  if (!path.ok || document.parsed === null) return undefined;
  let value: unknown = document.parsed.value;
  for (const segment of path.value) value = typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[segment] : undefined; // JSON value
  return value;
};

/** Everything pages ask about the draft. Derived from texts only, remembered by text. */
export function deriveDraft(store: AppStore, snapshot: Snapshot, app: AppState): DraftView {
  const text = snapshot.draft;
  const draft = viewDocument(text);
  const applied = viewDocument(app.settings.applied);
  const changes = changesBetween(app.settings.applied, text);
  const readOnly = app.run !== null && app.run.activity !== 'ended' ? 'applying' : app.settings.readOnly !== null ? { reason: app.settings.readOnly } : null;

  const editAll: DraftView['editAll'] = (edits) => {
    let next = store.get().draft;
    for (const { pointer, value } of edits) {
      const path = parsePointer(pointer);
      if (!path.ok) return path;
      const result = editSettings(next, path.value, value);
      if (!result.ok) return result;
      next = result.value;
    }
    store.setDraft(next);
    return ok(undefined);
  };

  return {
    text, draft, applied, changes, readOnly, editAll,
    dirty: text !== app.settings.applied,
    findings: findingsOf(text, app.home),
    restartNeeded: changes.some((change) => change.needs === 'engine-restart'),
    canUndo: snapshot.undo.length > 0, canRedo: snapshot.redo.length > 0,
    value: (pointer) => at(draft, pointer),
    appliedValue: (pointer) => at(applied, pointer),
    isEdited: (pointer) => changes.some((change) => change.pointer === pointer || change.pointer.startsWith(`${pointer}/`) || pointer.startsWith(`${change.pointer}/`)),
    edit: (pointer, value) => editAll([{ pointer, value }]),
    revert: (pointer) => editAll([{ pointer, value: at(applied, pointer) }]),
    setText: (next) => { store.setDraft(next); },
  };
}
