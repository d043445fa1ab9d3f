import type { TFunction } from 'i18next';
import { parseDocument, type ErrorCode } from 'yaml';
import type { Against } from '../../components/basis-toggle.tsx';
import { parseCommandLine, type CommandProblem } from '../../../shared/explain/command-line.ts';
import type { Simulation, SimulationInput } from '../../../shared/explain/simulation.ts';
import { ruleRows, type RuleRow } from '../../../shared/explain/rows.ts';
import { partOf, servicePlaces } from './compose-places.ts';
import type { RuleGroup } from './rules-card.tsx';

/** The field's text. */
export type TypedInput =
  | { readonly kind: 'command'; readonly text: string; readonly file: null }
  | { readonly kind: 'compose'; readonly text: string; readonly file: string | null };
export const emptyInput: TypedInput = { kind: 'command', text: '', file: null };

/** Why it can't be simulated, and the range to highlight. */
export type InputProblem = {
  readonly start: number;
  readonly end: number;
  /** Its start offset. */
  readonly at: number;
} & (
  | {
      readonly kind: 'command';
      readonly code: CommandProblem;
      readonly what: string;
      readonly closest?: string;
    }
  | {
      readonly kind: 'compose';
      readonly code: YamlProblem;
      /** The parser's own, English. */ readonly message: string;
    }
);

/** YAML errors of a compose file that have a text of their own. */
const yamlProblems = {
  DUPLICATE_KEY: 'duplicate-key',
  TAB_AS_INDENT: 'tab',
  BAD_INDENT: 'indent',
  MISSING_CHAR: 'not-closed',
  BAD_ALIAS: 'alias',
  MULTIPLE_DOCS: 'several-documents',
} as const satisfies Partial<Record<ErrorCode, string>>;
export type YamlProblem = (typeof yamlProblems)[keyof typeof yamlProblems] | 'yaml';
const isYamlProblem = (code: ErrorCode): code is keyof typeof yamlProblems =>
  Object.hasOwn(yamlProblems, code);

/** A line of YAML that starts with a key, or a list item that does. */
const keyLine = /^[ \t]*(?:- +)*["']?[\w.$/-]+["']?[ \t]*:(?:[ \t]|$)/m;

/**
 * A text with a top-level `services:` is a compose file, regardless of the previous input; while edited, it
 * remains one as long as it has keys.
 */
export function readInput(text: string, before: TypedInput | null): TypedInput {
  if (
    /^services\s*:/m.test(text) ||
    (before?.kind === 'compose' && keyLine.test(text) && !/^\s*(?:[$#>] )?(?:sudo |docker )/.test(text))
  )
    return { kind: 'compose', text, file: before?.kind === 'compose' ? before.file : null };
  return { kind: 'command', text, file: null };
}

/** A longer compose file is only parsed by Compose: parsing it here, too, would delay typing. */
const longestReadHere = 48 * 1024;

/** The line at a position, without surrounding blanks; for an empty one the last non-empty line before it. */
function wholeLine(text: string, at: number): { readonly start: number; readonly end: number } {
  const before = text.slice(0, at + 1).trimEnd();
  const from = before.lastIndexOf('\n') + 1;
  const line = text.slice(from).split('\n', 1)[0] ?? '';
  const start = from + line.length - line.trimStart().length;
  return { start, end: start + line.trim().length };
}

/** The input to simulate, or why there is none. */
export function toSimulate(
  input: TypedInput,
  against: Against,
  home: string,
): { readonly input: SimulationInput | null; readonly problem: InputProblem | null; readonly sudo: boolean } {
  if (input.text.trim() === '') return { input: null, problem: null, sudo: false };
  if (input.kind === 'compose') {
    const [error] =
      input.text.length > longestReadHere ? [] : parseDocument(input.text, { prettyErrors: false }).errors;
    const problem: InputProblem | null =
      error === undefined
        ? null
        : {
            kind: 'compose',
            code: isYamlProblem(error.code) ? yamlProblems[error.code] : 'yaml',
            message: error.message,
            ...wholeLine(input.text, error.pos[0]),
            at: error.pos[0],
          };
    return { input: problem === null ? { ...input, against } : null, problem, sudo: false };
  }
  const parsed = parseCommandLine(input.text, { home });
  if (!parsed.ok)
    return {
      input: null,
      problem: {
        kind: 'command',
        code: parsed.problem,
        what: parsed.what,
        ...(parsed.closest === undefined ? {} : { closest: parsed.closest }),
        start: parsed.start,
        end: parsed.end,
        at: parsed.start,
      },
      sudo: false,
    };
  return { input: { kind: 'command', text: input.text, against }, problem: null, sudo: parsed.line.sudo };
}

/**
 * The rows of a result: for a command one group without a name, for a compose file one for each service,
 * network and volume.
 */
export function groupsOf(
  t: TFunction,
  { explanation }: Simulation,
  input: SimulationInput,
  home: string,
): readonly RuleGroup[] {
  if (input.kind === 'command') {
    const parsed = parseCommandLine(input.text, { home });
    const line = parsed.ok ? parsed.line : null;
    return [
      {
        name: '',
        rows: explanation.requests.flatMap((request) => ruleRows(request, explanation.images, line)),
      },
    ];
  }
  const places = input.text.length > longestReadHere ? null : servicePlaces(input.text);
  const groups = explanation.requests.flatMap((request): (RuleGroup & { readonly at: number })[] => {
    const rows = ruleRows(request, explanation.images, null);
    if (request.service !== undefined) {
      const place = places?.get(request.service);
      const name = t(request.kind === 'build' ? 'simulator.compose.build' : 'simulator.compose.service', {
        name: request.service,
      });
      return [
        {
          at: place?.start ?? Number.MAX_SAFE_INTEGER - 1,
          name,
          rows:
            place === undefined
              ? rows
              : rows.map((row, index): RuleRow => {
                  const part = partOf(row);
                  const options = part === null ? [] : place.placesOf(part);
                  // The service itself by its overall outcome.
                  return { ...row, options, ...(index === 0 ? { place } : {}) };
                }),
        },
      ];
    }
    // Objects that Compose creates in addition are shown only if a rule is about them.
    if (rows.length === 0) return [];
    const kind = request.kind === 'network' ? 'network' : request.kind === 'volume' ? 'volume' : null;
    return [
      {
        at: Number.MAX_SAFE_INTEGER,
        name:
          kind === null
            ? t('simulator.compose.other')
            : t(`simulator.compose.${kind}`, { name: request.name ?? '' }),
        rows,
      },
    ];
  });
  // In the order of the file: Compose sends several requests at a time.
  return groups.sort((a, b) => a.at - b.at);
}
