import { parse, type CommandArgument, type Word as ShellWord, type WordPart } from 'unbash';
import { buildOptions, containerOptions, takeOptions, type OptionUse, type Word } from './docker-options.ts';
import { maxCommandLength } from './limits.ts';

/** Why a text is no command line that can be simulated. */
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
  | 'no-image'
  | 'writes-file';

export interface CommandLine {
  /** What Docker gets: `['run', '--pid=host', 'alpine']`. */
  readonly args: readonly string[];
  readonly kind: 'run' | 'create' | 'build';
  readonly options: readonly OptionUse[];
  /** The image, or a build's context; null where a build names none. */
  readonly subject: Word | null;
  /** `sudo` stood before it. */
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
    };

interface ParsedWord extends Word {
  readonly substitution: {
    readonly problem: CommandProblem;
    readonly start: number;
    readonly end: number;
  } | null;
}

/**
 * Reads one `docker run`, `create` or `build` as a shell would: quotes, escapes, continued lines, comments, a
 * prompt (`$ `, `# `), `sudo`, variables set in front. Of substitutions only `$HOME` and `~` are known; what
 * else the shell would do first is refused with its place.
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
  // A prompt copied along: blanks in its place keep every position.
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

  const [kind, rest] = commandOf(words.map(({ value }) => value));
  if (kind === null)
    return first.value === 'compose'
      ? bad('compose', first.start, first.end)
      : bad('other-command', first.start, first.end);
  const after = words.slice(words.length - rest);
  const { options, plain } = takeOptions(
    after,
    kind === 'build' ? buildOptions : containerOptions,
    kind === 'build',
  );
  const subject = plain[0] ?? null;
  if (subject === null && kind !== 'build')
    return bad('no-image', source.trimEnd().length, source.trimEnd().length);
  const undecided = firstUndecided(after, kind === 'build' ? null : subject);
  if (undecided?.substitution)
    return bad(undecided.substitution.problem, undecided.substitution.start, undecided.substitution.end);
  const writes = options.find(({ name }) => ['cidfile', 'iidfile', 'metadata-file'].includes(name));
  if (writes !== undefined) return bad('writes-file', writes.start, writes.end);
  return {
    ok: true,
    line: {
      args: [kind, ...after.map(({ value }) => value)],
      kind,
      options,
      subject,
      sudo,
      environment: Object.fromEntries(assignments),
    },
  };
}

/**
 * The first word of a container's options that depends on what the shell would do. `image`: what ends the
 * options; the container's own arguments decide nothing.
 */
const firstUndecided = (words: readonly ParsedWord[], image: Word | null): ParsedWord | undefined =>
  words.find((word) => word.substitution !== null && (image === null || word.start <= image.start));

/** The words after `sudo` and those of its options that change nothing here. */
function withoutSudo(words: readonly ParsedWord[]): ParsedWord[] {
  const harmless = ['-E', '-H', '-n', '--preserve-env'];
  const next = words.findIndex(({ value }, index) => index > 0 && !harmless.includes(value));
  return next < 0 ? [] : words.slice(next);
}

/** Which of the three it is, and how many words are left after its name. */
function commandOf(words: readonly string[]): readonly [CommandLine['kind'] | null, number] {
  const [one = '', two = ''] = words;
  if (one === 'run' || one === 'create' || one === 'build') return [one, words.length - 1];
  if (one === 'container' && (two === 'run' || two === 'create')) return [two, words.length - 2];
  if ((one === 'image' || one === 'builder') && two === 'build') return ['build', words.length - 2];
  if (one === 'buildx' && (two === 'build' || two === 'b')) return ['build', words.length - 2];
  return [null, 0];
}

function parseWord(word: CommandArgument, source: string, home: string): ParsedWord {
  // After the command's name an assignment is a word like others.
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

/** The text without these options: cut out with the blank before each. */
export function withoutOptions(text: string, options: readonly Pick<OptionUse, 'start' | 'end'>[]): string {
  let left = text;
  for (const { start, end } of [...options].sort((a, b) => b.start - a.start)) {
    const before = left.slice(0, start);
    left = before.replace(/(?:[ \t]|\\\n)+$/, '') + left.slice(end);
  }
  return left;
}
