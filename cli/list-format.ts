import { joinMessages } from '../shared/messages/join-messages.ts';
import { message } from '../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';

/** A part of a template: literal text, or a field by its name, `null` for all of them. */
type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'json'; readonly name: string | null };

/** How the rows of a list are printed; `columns` is the table of the list's own columns. */
export type ListFormat =
  | { readonly kind: 'default' | 'columns' | 'quiet' | 'json' }
  | { readonly kind: 'lines' | 'table'; readonly parts: readonly TemplatePart[] };

/** The values of `--format`, `--quiet` and `--json`. */
export interface ListOptions {
  readonly format?: string | undefined;
  readonly quiet?: boolean | undefined;
}

/**
 * Parses `--format`, as docker's commands do: `json`, `table`, a template such as `{{.Name}}`, or `table` and
 * a template. Of Go's templates it supports fields, `json` and trim markers; `fields` are their names.
 * Anything else is `input.unusable`, also if `quiet` ignores it.
 */
export function parseListFormat(
  { format, quiet }: ListOptions,
  fields: readonly string[],
): Result<ListFormat, AppError> {
  const parsed = parseFormat(format ?? '', fields);
  return quiet === true && parsed.ok ? ok({ kind: 'quiet' }) : parsed;
}

function parseFormat(format: string, fields: readonly string[]): Result<ListFormat, AppError> {
  if (format === '') return ok({ kind: 'default' });
  if (format.trim() === 'table') return ok({ kind: 'columns' });
  if (format === 'json') return ok({ kind: 'json' });
  // docker makes a table of "table{{.Name}}", too.
  const [head = ''] = /^table\s*/.exec(format) ?? [];
  const parts: TemplatePart[] = [];
  // docker also accepts a typed \t and \n in a template.
  const template = format
    .slice(head.length)
    .replaceAll(String.raw`\t`, '\t')
    .replaceAll(String.raw`\n`, '\n');
  for (const piece of trimmedPieces(template)) {
    if (!piece.startsWith('{{')) {
      if (piece.includes('{{')) return unusable(message('cli-list.format-not-read', { part: piece }), fields);
      if (piece !== '') parts.push({ kind: 'text', text: piece });
      continue;
    }
    const [, json, name] = /^\{\{(?:-\s)?\s*(json\s+)?\.(\w*)\s*(?:\s-)?\}\}$/.exec(piece) ?? [];
    if (name === undefined || (name === '' && json === undefined))
      return unusable(message('cli-list.format-not-read', { part: piece }), fields);
    if (name !== '' && !fields.includes(name))
      return unusable(message('cli-list.format-field-unknown', { name }), fields);
    parts.push(json === undefined ? { kind: 'field', name } : { kind: 'json', name: name || null });
  }
  return ok({ kind: head === '' ? 'lines' : 'table', parts });
}

/** The texts and actions of a template; `{{- ` and ` -}}` remove the white space next to them. */
const trimmedPieces = (template: string): readonly string[] =>
  template.split(/(\{\{.*?\}\})/s).map((piece, index, pieces) => {
    if (index % 2 === 1) return piece;
    const after = /\s-\}\}$/.test(pieces[index - 1] ?? '') ? piece.trimStart() : piece;
    return /^\{\{-\s/.test(pieces[index + 1] ?? '') ? after.trimEnd() : after;
  });

const unusable = (what: Parameters<typeof fail>[1], fields: readonly string[]) =>
  fail('input.unusable', what, {
    hint: message('cli-list.format-fields', {
      field: `{{.${fields[0] ?? ''}}}`,
      json: `{{json .${fields[0] ?? ''}}}`,
      fields: joinMessages('enumeration', fields),
    }),
  });
