import { fail, ok, type Result } from '../result.ts';
import { parseSettings } from './parse.ts';
import { syntaxAppError } from './syntax-errors.ts';
import { toPointer, type SettingsPath } from './pointer.ts';
import { settingsFileVersion } from './schema/index.ts';
import { message, type Message } from '../messages/message.ts';
import type { TextEdit } from './findings.ts';
import { SettingsEditor } from './document-editor.ts';

export * from './pointer.ts';

/** The document that an edit of "no file" starts from. */
export const freshSettings = `{\n  "configurationFileVersion": ${settingsFileVersion}\n}\n`;

/**
 * Sets the value at a path (undefined removes it) and keeps every byte that need not change: formatting, line
 * ends, key order, unknown keys, the notation of numbers. A value that is equal already leaves the text
 * unchanged, and of an object or list only the members that differ are rewritten. Missing parents are
 * created. In a list, an index equal to its length, or "-", appends. An empty text becomes a new document
 * first. Errors: settings.syntax (text is not JSON), settings.pointer (no such place), input.unusable (value
 * is not JSON).
 */
export function editSettings(text: string, path: SettingsPath, value: unknown): Result<string> {
  if (value !== undefined) {
    const problem = notJson(value, new Set());
    if (problem !== null)
      return fail('input.unusable', message('settings.value-not-json', { problem }), {
        params: { pointer: toPointer(path) },
      });
  }
  if (text.trim() === '') {
    if (value === undefined) return ok(text);
    text = freshSettings;
  }
  const parsed = parseSettings(text);
  if (!parsed.ok) return { ok: false, error: syntaxAppError(parsed.error) };
  const edits = new SettingsEditor(text).set(parsed.value.tree, path, value);
  return edits.ok ? ok(applyEdits(text, edits.value)) : edits;
}

/** Applies edits that don't overlap, in any order; of edits at one position the first given comes first. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let from = 0;
  for (const edit of edits.toSorted((a, b) => a.offset - b.offset)) {
    if (edit.offset < from) throw new Error('edits overlap');
    result += text.slice(from, edit.offset) + edit.text;
    from = edit.offset + edit.length;
  }
  return result + text.slice(from);
}

/** Why a value is not JSON, or null. Members that are undefined are left out, as JSON.stringify does. */
function notJson(value: unknown, above: Set<object>): Message | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return null;
  if (typeof value === 'number')
    return Number.isFinite(value) ? null : message('settings.number-not-json', { value });
  if (typeof value !== 'object') return message('settings.has-no-json-form', { value: typeof value });
  if (above.has(value)) return message('settings.value-contains-itself');
  if (above.size > 60) return message('settings.value-too-deep');
  above.add(value);
  const problem = Array.isArray(value)
    ? firstProblem(
        value.map((element: unknown) => element ?? null),
        above,
      )
    : firstProblem(
        Object.values(value).filter((member) => member !== undefined),
        above,
      );
  above.delete(value);
  return problem;
}

function firstProblem(values: readonly unknown[], above: Set<object>): Message | null {
  for (const value of values) {
    const problem = notJson(value, above);
    if (problem !== null) return problem;
  }
  return null;
}
