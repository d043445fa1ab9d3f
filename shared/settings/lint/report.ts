import type { RegistryProblem } from '../registry-problem.ts';
import type { Node } from 'jsonc-parser';
import type { Finding, FindingCode, TextEdit } from '../findings.ts';
import type { LineIndex } from '../position.ts';
import { plainText, sentenceOf, type Message } from '../../messages/message.ts';
import { nodeAt, propertyOf } from '../document-tree.ts';
import type { ParsedSettings } from '../parse.ts';
import { toPointer, type SettingsPath } from '../pointer.ts';
import type { SettingsFormat } from '../../targets/capabilities.ts';

/** Where a text will be used. */
export interface LintContext {
  readonly settingsFormat: SettingsFormat;
  /** Node's name of the platform: linux, darwin, win32. */
  readonly platform: string;
  /** Home directory of the sharing user, to judge paths with $HOME. */
  readonly home?: string;
  /**
   * Directories that belong to the engine (data root, run directory, ours): never to be shared, nor their
   * parents.
   */
  readonly engineDirectories?: readonly string[];
  /** The engine's client socket: sharing a parent of it would share the socket. */
  readonly socketPath?: string;
  /** Whether the package's directory exists on this machine; unknown counts as existing. */
  readonly packageInstalled?: boolean;
  /** The Docker Desktop that the text is for; without it there is no finding that depends on its version. */
  readonly desktop?: { readonly version: string | null; readonly virtualMachine: 'vm' | 'wsl2' | 'hyper-v' };
  /**
   * The text was read from an existing file: an empty one is then a syntax error. Default false: '' is "no
   * file".
   */
  readonly exists?: boolean;
  /**
   * The registries' results for entries of the socket image list, by the entry as written. Missing: they were
   * not queried, and there is no finding.
   */
  readonly registryAnswers?: ReadonlyMap<string, EntryDigest>;
}

/** Whether the registry serves a digest for an entry. */
export type EntryDigest =
  | { readonly kind: 'served' }
  | { readonly kind: 'absent' }
  | ({ readonly kind: 'unanswered' } & RegistryProblem);

/** A catalogue sentence, or a message of whoever read the text. */
type FindingText = string | Message;

interface FindingOptions {
  readonly params?: Record<string, string>;
  readonly fix?: { readonly title: string | Message; readonly edits: TextEdit[] } | undefined;
}

/** Collects the findings about one parsed text. */
export class Report {
  readonly findings: Finding[] = [];
  readonly parsed: ParsedSettings;
  readonly context: LintContext;
  /**
   * How many more "did you mean" may be computed: each compares with every known name, and nobody reads
   * hundreds.
   */
  suggestionsLeft = 200;

  constructor(parsed: ParsedSettings, context: LintContext) {
    this.parsed = parsed;
    this.context = context;
  }

  /** For a guarded engine, which reads the key `bulkhead`. */
  get ownEngine(): boolean {
    return this.context.settingsFormat === 'engine';
  }

  node(path: SettingsPath): Node | undefined {
    return nodeAt(this.parsed.tree, path);
  }

  /** The plain value at a path; undefined if missing. */
  value(path: SettingsPath): unknown {
    let value: unknown = this.parsed.value;
    for (const segment of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
      value = (value as Record<string | number, unknown>)[segment]; // checked: an own property of an object
    }
    return value;
  }

  /** The list at a path, [] if there is none. */
  list(path: SettingsPath): readonly unknown[] {
    const value = this.value(path);
    return Array.isArray(value) ? value : [];
  }

  /** A finding about the value at a path; about its parent if it is missing. */
  add(
    code: FindingCode,
    severity: Finding['severity'],
    path: SettingsPath,
    message: FindingText,
    more: FindingOptions = {},
  ): void {
    let node = this.node(path);
    for (let up = path.length - 1; node === undefined && up >= 0; up--) node = this.node(path.slice(0, up));
    this.addAt(code, severity, toPointer(path), node ?? this.parsed.tree, message, more);
  }

  /** A finding about the key that ends a path. */
  addOnKey(
    code: FindingCode,
    severity: Finding['severity'],
    path: SettingsPath,
    message: FindingText,
    more: FindingOptions = {},
  ): void {
    const parent = this.node(path.slice(0, -1));
    const key = parent === undefined ? undefined : propertyOf(parent, String(path.at(-1)))?.children?.[0];
    this.addAt(code, severity, toPointer(path), key ?? this.parsed.tree, message, more);
  }

  addAt(
    code: FindingCode,
    severity: Finding['severity'],
    pointer: string,
    place: { offset: number; length: number },
    message: FindingText,
    more: FindingOptions = {},
  ): void {
    this.findings.push(finding(this.parsed.lines, code, severity, pointer, place, message, more));
  }
}

/**
 * Builds a finding. An object's or list's range is reduced to its opening bracket: underlining a whole block
 * is not helpful.
 */
export function finding(
  lines: LineIndex,
  code: FindingCode,
  severity: Finding['severity'],
  pointer: string,
  place: { offset: number; length: number; type?: string },
  message: FindingText,
  more: FindingOptions = {},
): Finding {
  const { line, column } = lines.at(place.offset);
  const { fix } = more;
  const length = place.type === 'object' || place.type === 'array' ? 1 : place.length;
  return {
    code,
    severity,
    pointer,
    range: { offset: place.offset, length, line, column },
    message: plainText(message),
    ...sentenceOf(message),
    params: more.params ?? {},
    ...(fix === undefined ? {} : { fix: fixOf(fix.title, fix.edits) }),
  };
}

/** A fix, as part of a finding. */
export const fixOf = (title: FindingText, edits: TextEdit[]): NonNullable<Finding['fix']> => ({
  title: plainText(title),
  ...sentenceOf(title),
  edits,
});

/** The edit that replaces a node's text. */
export const replaceNode = (node: { offset: number; length: number }, text: string): TextEdit => ({
  offset: node.offset,
  length: node.length,
  text,
});
