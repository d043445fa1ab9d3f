import { parse, type CommandArgument, type Word as ShellWord, type WordPart } from 'unbash';
import {
  buildOptions,
  containerOptions,
  isKnownOption,
  takeOptions,
  type OptionUse,
  type Word,
} from './docker-options.ts';
import { maxCommandLength } from './input-limits.ts';
import { simulatedCommand } from './simulated-commands.ts';

/** Why a text is not a command line that can be simulated. */
export type CommandProblem =
  | 'empty'
  | 'too-long'
  | 'syntax'
  | 'several-commands'
  | 'pipe'
  | 'redirection'
  | 'substitution'
  | 'no-directory'
  | 'braces'
  | 'not-docker'
  | 'sudo-option'
  | 'general-option'
  | 'no-command'
  | 'compose'
  | 'other-command'
  | 'no-such-command'
  | 'moves-files'
  | 'unknown-option'
  | 'no-image'
  | 'writes-file';

export interface CommandLine {
  /** The arguments for Docker: `['run', '--pid=host', 'alpine']`. */
  readonly args: readonly string[];
  readonly kind: 'run' | 'create' | 'build' | 'other';
  /** Those of `other` are parsed by Docker only. */
  readonly options: readonly OptionUse[];
  /** The image, or a build's context; null if a build names none. */
  readonly subject: Word | null;
  /** `sudo` preceded it. */
  readonly sudo: boolean;
  /** Variables set for this command. */
  readonly environment: Readonly<Record<string, string>>;
}

export type ParsedCommand =
  | { readonly ok: true; readonly line: CommandLine }
  | {
      readonly ok: false;
      readonly problem: CommandProblem;
      readonly start: number;
      readonly end: number;
      readonly what: string;
      /** The command that was probably meant. */
      readonly closest?: string;
    };

interface ParsedWord extends Word {
  readonly substitution: {
    readonly problem: CommandProblem;
    readonly start: number;
    readonly end: number;
  } | null;
}

/**
 * Parses one Docker command as a shell would: quotes, escapes, continued lines, comments, a prompt (`$ `, `#
 * `), `sudo`, variable assignments in front. Of substitutions only `$HOME` and `~` are supported; any other
 * is refused with its position.
 */
export function parseCommandLine(text: string, { home }: { readonly home: string }): ParsedCommand {
  const bad = (problem: CommandProblem, start: number, end: number): ParsedCommand => ({
    ok: false,
    problem,
    start,
    end,
    what: text.slice(start, end).slice(0, 200),
  });
  if (text.length > maxCommandLength) return bad('too-long', 0, 0);
  // A prompt that was copied along: replaced by blanks, so that positions stay the same.
  const source = text.replace(/^(\s*)[$#%>] (?=\s*\S)/, (_all, space: string) => `${space}  `);
  const script = parse(source);
  const error = script.errors?.[0];
  if (error !== undefined) return bad('syntax', error.pos, source.length);
  const [statement, second] = script.commands;
  if (statement === undefined) return bad('empty', 0, 0);
  if (second !== undefined) return bad('several-commands', second.pos, second.end);
  const { command } = statement;
  if (command.type === 'Pipeline') return bad('pipe', command.commands[0]?.end ?? command.pos, command.end);
  if (command.type === 'AndOr')
    return bad('several-commands', command.commands[0]?.end ?? command.pos, command.end);
  if (statement.background === true) return bad('several-commands', command.end, statement.end);
  if (command.type !== 'Command') return bad('not-docker', command.pos, command.end);
  const redirect = command.redirects[0];
  if (redirect !== undefined) return bad('redirection', redirect.pos, redirect.end);

  const assignments = command.prefix.flatMap((part) =>
    part.type === 'Assignment' && part.value.type === 'Word'
      ? [[part.name, parseWord(part.value, source, home).value] as const]
      : [],
  );
  let words = [...(command.name === undefined ? [] : [command.name]), ...command.args].map((word) =>
    parseWord(word, source, home),
  );
  const sudo = words[0]?.value === 'sudo';
  if (sudo) {
    words = withoutSudo(words);
    if (words[0]?.value.startsWith('-') === true) return bad('sudo-option', words[0].start, words[0].end);
  }
  const docker = words[0];
  if (docker === undefined) return bad('empty', 0, 0);
  if (!/^(?:.*\/)?docker$/.test(docker.value))
    return docker.value === 'docker-compose'
      ? bad('compose', docker.start, docker.end)
      : bad('not-docker', docker.start, docker.end);
  words = words.slice(1);
  const first = words[0];
  if (first === undefined) return bad('no-command', docker.end, docker.end);
  if (first.value.startsWith('-')) return bad('general-option', first.start, first.end);

  const line = lineOf(words, source.trimEnd().length);
  return 'problem' in line
    ? {
        ...bad(line.problem, line.start, line.end),
        ...(line.closest === undefined ? {} : { closest: line.closest }),
      }
    : { ok: true, line: { ...line, sudo, environment: Object.fromEntries(assignments) } };
}

interface ProblemPlace {
  readonly problem: CommandProblem;
  readonly start: number;
  readonly end: number;
  readonly closest?: string;
}
type DockerLine = Omit<CommandLine, 'sudo' | 'environment'>;

/** The request to Docker, from the words after `docker`. `end`: of the text. */
function lineOf(words: readonly ParsedWord[], end: number): DockerLine | ProblemPlace {
  const [kind, rest] = commandOf(words.map(({ value }) => value));
  if (kind === null) return otherLine(words);
  const after = words.slice(words.length - rest);
  const table = kind === 'build' ? buildOptions : containerOptions;
  const { options, plain } = takeOptions(after, table, kind === 'build');
  const subject = plain[0] ?? null;
  const unknown = options.find(({ name }) => !isKnownOption(name, table));
  if (unknown !== undefined) return { problem: 'unknown-option', start: unknown.start, end: unknown.end };
  if (subject === null && kind !== 'build') return { problem: 'no-image', start: end, end };
  // The container's own arguments do not matter; up to the image every argument must be known.
  const undecided = substitutionIn(
    after.filter((word) => subject === null || kind === 'build' || word.start <= subject.start),
  );
  if (undecided !== null) return undecided;
  const writes = options.find(({ name }) => ['cidfile', 'iidfile', 'metadata-file'].includes(name));
  if (writes !== undefined) return { problem: 'writes-file', start: writes.start, end: writes.end };
  return { args: [kind, ...after.map(({ value }) => value)], kind, options, subject };
}

/** A command whose options only the client parses. */
function otherLine(words: readonly ParsedWord[]): DockerLine | ProblemPlace {
  const args = words.map(({ value }) => value);
  const { kind, name, closest } = simulatedCommand(args);
  const [first, last] = [words[0], words[name.length - 1]];
  const place = { start: first?.start ?? 0, end: last?.end ?? 0 };
  if (kind === 'moves-files') return { problem: 'moves-files', ...place };
  if (kind === 'unknown')
    return { problem: 'no-such-command', ...place, ...(closest === undefined ? {} : { closest }) };
  if (kind === 'other') return { problem: args[0] === 'compose' ? 'compose' : 'other-command', ...place };
  return substitutionIn(words) ?? { args, kind: 'other', options: [], subject: null };
}

const substitutionIn = (words: readonly ParsedWord[]): ParsedWord['substitution'] =>
  words.find(({ substitution }) => substitution !== null)?.substitution ?? null;

/** The words after `sudo` and those of its options that change nothing here. */
function withoutSudo(words: readonly ParsedWord[]): ParsedWord[] {
  const harmless = ['-E', '-H', '-n', '--preserve-env'];
  const next = words.findIndex(({ value }, index) => index > 0 && !harmless.includes(value));
  return next < 0 ? [] : words.slice(next);
}

/** Which of the three it is, and how many words remain after its name. */
function commandOf(
  words: readonly string[],
): readonly [Exclude<CommandLine['kind'], 'other'>, number] | readonly [null, 0] {
  const [one = '', two = ''] = words;
  if (one === 'run' || one === 'create' || one === 'build') return [one, words.length - 1];
  if (one === 'container' && (two === 'run' || two === 'create')) return [two, words.length - 2];
  if ((one === 'image' || one === 'builder') && two === 'build') return ['build', words.length - 2];
  if (one === 'buildx' && (two === 'build' || two === 'b')) return ['build', words.length - 2];
  return [null, 0];
}

function parseWord(word: CommandArgument, source: string, home: string): ParsedWord {
  // After the command's name an assignment is an ordinary word.
  const whole: Pick<ShellWord, 'pos' | 'end' | 'value' | 'parts'> =
    word.type === 'Assignment' ? assignmentWord(word) : word;
  let substitution: ParsedWord['substitution'] = null;
  const unknown = (part: WordPart): string => {
    const pwd = /^\$\(\s*pwd\s*\)$|^`\s*pwd\s*`$|^\$\{?PWD\}?$/.test(part.text);
    substitution ??= {
      problem: pwd ? 'no-directory' : part.type === 'BraceExpansion' ? 'braces' : 'substitution',
      start: part.pos,
      end: part.end,
    };
    return part.text;
  };
  const partValue = (part: WordPart): string => {
    switch (part.type) {
      case 'Literal':
      case 'SingleQuoted':
      case 'AnsiCQuoted':
      case 'Glob':
        return part.value;
      case 'DoubleQuoted':
      case 'LocaleString':
        return part.parts.map(partValue).join('');
      case 'SimpleExpansion':
      case 'ParameterExpansion':
        return /^\$\{?HOME\}?$/.test(part.text) ? home : unknown(part);
      default:
        return unknown(part);
    }
  };
  const value = whole.parts === undefined ? whole.value : whole.parts.map(partValue).join('');
  const tilde = source.startsWith('~', whole.pos) && /^~(?:\/|$)/.test(value);
  return {
    value: tilde ? `${home}${value.slice(1)}` : value,
    start: whole.pos,
    end: whole.end,
    substitution,
  };
}

function assignmentWord({
  pos,
  end,
  text,
  name,
  value,
}: Extract<CommandArgument, { type: 'Assignment' }>): Pick<ShellWord, 'pos' | 'end' | 'value' | 'parts'> {
  if (value.type !== 'Word') return { pos, end, value: text };
  const before = { type: 'Literal' as const, pos, end: value.pos, value: `${name}=`, text: `${name}=` };
  return {
    pos,
    end,
    value: `${name}=${value.value}`,
    parts: [
      before,
      ...(value.parts ?? [
        { type: 'Literal' as const, pos: value.pos, end: value.end, value: value.value, text: value.text },
      ]),
    ],
  };
}

/** The text without these options: each is removed with the blank before it. */
export function withoutOptions(text: string, options: readonly Pick<OptionUse, 'start' | 'end'>[]): string {
  let left = text;
  for (const { start, end } of [...options].sort((a, b) => b.start - a.start)) {
    const before = left.slice(0, start);
    left = before.replace(/(?:[ \t]|\\\n)+$/, '') + left.slice(end);
  }
  return left;
}
