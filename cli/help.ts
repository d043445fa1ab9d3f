import { Help, type Command, type CommanderError, type HelpConfiguration, type Option } from 'commander';
import type { MessageId } from '../shared/messages/catalogue/index.ts';
import type { ParamsArgument } from '../shared/messages/message.ts';
import type { AppError } from '../shared/result.ts';
import { displayWidth, wrapColumns } from './columns.ts';
import { text } from './text.ts';

const descriptions = new Map<string, () => string>();

/**
 * The description of a command or an option, for commander. Most runs display no help: commander gets a key,
 * and the text is rendered when help is displayed. The same description may be used with several parameters.
 */
export function helpText<Id extends MessageId>(id: Id, ...params: ParamsArgument<Id>): string {
  const key = params.length === 0 ? id : `${id} ${JSON.stringify(params)}`;
  descriptions.set(key, () => text(id, ...params));
  return key;
}

const render = (description: string): string => descriptions.get(description)?.() ?? description;

/** The headings of commander's help. */
const headings: Readonly<Record<string, () => string>> = {
  'Usage:': () => text('cli-help.usage'),
  'Arguments:': () => text('cli-help.arguments'),
  'Options:': () => text('cli-help.options'),
  'Commands:': () => text('cli-help.commands'),
};

/**
 * An option's description with its default value and its environment variable; empty lists are not mentioned.
 */
function optionDescription({ description, defaultValue, envVar, required }: Option): string {
  const value: unknown = defaultValue;
  const plain = render(description);
  const withDefault =
    value === undefined || !required || Array.isArray(value)
      ? plain
      : text('cli-help.with-default', { description: plain, value: JSON.stringify(value) });
  return envVar === undefined
    ? withDefault
    : text('cli-help.with-environment', { description: withDefault, variable: envVar });
}

/** Commander's placeholders for options and commands in a usage line. */
function placeholder(term: string): string {
  if (term === '[options]') return text('cli-help.options-placeholder');
  if (term === '[command...]') return text('cli-help.commands-placeholder');
  return term === '[command]' ? text('cli-help.command-placeholder') : term;
}

/** Commander's text, without the blank that it has after "Usage:": a full-width colon has one within. */
function formatHelp(this: Help, command: Command, helper: Help): string {
  const heading = text('cli-help.usage');
  const help = Help.prototype.formatHelp.call(this, command, helper);
  return /\uff1a$/.test(heading) ? help.replace(`${heading} `, heading) : help;
}

/** Help in the current language. */
export const localizedHelp: HelpConfiguration = {
  displayWidth,
  boxWrap: wrapColumns,
  formatHelp,
  styleTitle: (title) => headings[title]?.() ?? title,
  styleOptionText: placeholder,
  styleSubcommandText: placeholder,
  styleArgumentText: placeholder,
  commandDescription: (command) => render(command.description()),
  subcommandDescription: (command) => render(command.description()),
  optionDescription,
};

/** Texts of commander's parse errors by their codes, with the quoted part of commander's own message. */
const parseErrors: Readonly<Record<string, (quoted: string, line: string) => string>> = {
  'commander.unknownOption': (option) => text('cli-help.unknown-option', { option }),
  'commander.unknownCommand': (command) => text('cli-help.unknown-command', { command }),
  'commander.missingArgument': (argument) => text('cli-help.missing-argument', { argument }),
  'commander.optionMissingArgument': (option) => text('cli-help.missing-value', { option }),
  'commander.missingMandatoryOptionValue': (option) => text('cli-help.missing-option', { option }),
  'commander.conflictingOption'(quoted, line) {
    const [option, other] = quoted.split("' cannot be used with option '");
    return option === undefined || other === undefined
      ? line
      : text('cli-help.conflicting-options', { option, other });
  },
  'commander.excessArguments'(command, line) {
    const [count, given] = [...line.replace(/'.*'/, '').matchAll(/\d+/g)].map(Number);
    return count === undefined || given === undefined
      ? line
      : text('cli-help.too-many-arguments', { command, count, given });
  },
  'commander.invalidArgument'(quoted, line) {
    const [, option, value] = /^(.*?)' argument '(.*)$/.exec(quoted) ?? [];
    const reason = line.slice(line.lastIndexOf("' is invalid.") + "' is invalid.".length).trim();
    return option === undefined || value === undefined
      ? line
      : text('cli-help.invalid-value', { option, value, reason }).trimEnd();
  },
};

/** A parse error for programs: in English, with commander's suggestion as the hint. */
export function parseErrorOf({ message }: CommanderError): AppError {
  const [line = '', suggestion = ''] = message.split('\n');
  return {
    code: 'input.unusable',
    message: line.replace(/^error: /, ''),
    hint: suggestion === '' ? 'See --help.' : suggestion.replace(/^\((.*)\)$/, '$1'),
  };
}

/** A parse error as printed, with commander's suggestion; null for the end after help or version. */
export function parseErrorText({ code, message, exitCode }: CommanderError): string | null {
  if (exitCode === 0 || code === 'commander.help') return null;
  const [line = '', suggestion = ''] = message.split('\n');
  const quoted = /'(.*)'/.exec(line)?.[1];
  const [, several, names] = /mean (one of )?(.*)\?\)$/.exec(suggestion) ?? [];
  return [
    quoted === undefined ? line : (parseErrors[code]?.(quoted, line) ?? line),
    ...(names === undefined
      ? []
      : [text(several === undefined ? 'cli-help.suggestion' : 'cli-help.suggestions', { names })]),
    text('cli-help.see-help'),
  ].join('\n');
}
