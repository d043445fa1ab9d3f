import { parseTree, type Node, type ParseError } from 'jsonc-parser';
import { err, ok, type Result } from '../result.ts';
import { LineIndex } from './position.ts';
import { adminSettingsSchema, type AdminSettings } from './schema/index.ts';
import { type DuplicateKey, findDuplicates } from './document-tree.ts';
import { type SettingsTypeError, describeIssue } from './type-errors.ts';
import { type SettingsSyntaxError, syntaxErrorAt, syntaxErrors } from './syntax-errors.ts';
import { maxSettingsDepth, maxTextLength } from './document-limits.ts';

/** A text parsed as a settings document: strict JSON with an object at the top. */
export interface ParsedSettings {
  readonly text: string;
  /** As JSON.parse interprets it: of duplicate keys the last one counts. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Syntax tree with offsets into `text`. */
  readonly tree: Node;
  readonly lines: LineIndex;
  readonly duplicates: readonly DuplicateKey[];
  readonly typeErrors: readonly SettingsTypeError[];
  /** The known keys, typed; null when one has a wrong type. */
  readonly settings: AdminSettings | null;
}

/**
 * Parses a settings text. Strict: no comments, no trailing commas, no BOM, nothing after the document. The
 * empty text is an error here ('empty'); callers for whom '' means "no file" check before.
 */
export function parseSettings(text: string): Result<ParsedSettings, SettingsSyntaxError[]> {
  const bom = text.startsWith('\uFEFF');
  if (text.length > maxTextLength)
    return err([syntaxErrorAt('too-large', new LineIndex(text.slice(0, 200)), 0, 0)]);
  const lines = new LineIndex(text);
  if (bom) return err([syntaxErrorAt('bom', lines, 0, 1)]);
  return parseBody(text, lines);
}

/**
 * Like parseSettings, but ignores a BOM (it counts in every offset), so that a linter can report more than
 * "BOM".
 */
export function parseIgnoringBom(text: string): Result<ParsedSettings, SettingsSyntaxError[]> {
  return text.startsWith('\uFEFF') ? parseSettings(' ' + text.slice(1)) : parseSettings(text);
}

function parseBody(text: string, lines: LineIndex): Result<ParsedSettings, SettingsSyntaxError[]> {
  const deep = tooDeepOffset(text);
  if (deep !== null) return err([syntaxErrorAt('too-deep', lines, deep, 1)]);
  let value: unknown;
  let strictMessage: string | null = null;
  try {
    value = JSON.parse(text);
  } catch (error) {
    strictMessage = error instanceof Error ? error.message : String(error);
  }
  if (strictMessage !== null) return err(syntaxErrors(text, lines, strictMessage));

  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true });
  // JSON.parse accepted it, so the tree parser must; if the two ever disagree, the text is refused.
  if (tree === undefined || errors.length > 0) return err(syntaxErrors(text, lines, 'parsers disagree'));
  if (tree.type !== 'object') return err([syntaxErrorAt('not-an-object', lines, tree.offset, tree.length)]);

  const known = adminSettingsSchema.safeParse(value);
  return ok({
    text,
    lines,
    tree,
    value: value as Record<string, unknown>, // the tree's root is an object
    duplicates: findDuplicates(tree),
    settings: known.success ? known.data : null,
    typeErrors: known.success ? [] : known.error.issues.map((issue) => describeIssue(issue, value)),
  });
}

/**
 * Offset of the first bracket nested too deep, or null. Both parsers are recursive, so this is checked first.
 */
function tooDeepOffset(text: string): number | null {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 92) i++;
      else if (c === 34 || c === 10 || c === 13) inString = false;
    } else if (c === 34) inString = true;
    else if (c === 123 || c === 91) {
      if (++depth > maxSettingsDepth) return i;
    } else if (c === 125 || c === 93) depth--;
  }
  return null;
}
