import { format } from 'jsonc-parser';
import { ok, type AppError, type Result } from '../result.ts';
import { applyEdits } from './edit.ts';
import { parseSettings } from './parse.ts';
import { syntaxAppError } from './syntax-errors.ts';

/**
 * The text with two spaces per level and one member per line; only white space changes, line ends keep their
 * kind. Error: settings.syntax.
 */
export function formatSettings(text: string): Result<string, AppError> {
  const parsed = parseSettings(text);
  if (!parsed.ok) return { ok: false, error: syntaxAppError(parsed.error) };
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const formatted = applyEdits(
    text,
    format(text, undefined, { tabSize: 2, insertSpaces: true, eol }).map(({ offset, length, content }) => ({
      offset,
      length,
      text: content,
    })),
  );
  return ok(formatted.endsWith(eol) ? formatted : `${formatted}${eol}`);
}
