// bulkhead(1), from the commands and options of the command line.
import { allCommands } from '../cli/command-tree.ts';
import { text } from '../cli/text.ts';

/** Text escaped for man(7): hyphens as typed, no line that begins a request. */
const roff = (plain) =>
  plain
    .replaceAll('\\', String.raw`\e`)
    .replaceAll('-', String.raw`\-`)
    .replaceAll(/^(?=[.'])/gm, String.raw`\&`);

const optionLines = (options) =>
  options.flatMap(({ flags, description }) => ['.TP', `.B ${roff(flags)}`, roff(description)]);

/** Files that are the same on every machine; those below an engine's directory are in the guide. */
const files = [
  ['/etc/bulkhead/admin-settings.json', "The settings in force for the machine's own Docker Engine."],
  ['/var/lib/bulkhead/system', "What is kept for the machine's own Docker Engine: history, records, logs."],
  ['/var/lib/bulkhead', 'The usual directory of an embedded engine that root starts.'],
  ['/var/lib/bulkhead/range-owners', 'Owners of id ranges; kept when the package is purged.'],
];

const exitCodes = [
  ['0', 'Done.'],
  ['1', 'It failed, or a check found something: the message says what.'],
  ['2', 'The command line was not understood; with status --check it is 3.'],
];

const definitions = (list) =>
  list.flatMap(([term, description]) => ['.TP', `.B ${roff(term)}`, roff(description)]);

/**
 * The man page of a program (`commandTree`).
 *
 * @param {object} tree
 * @param {string} version of the program
 */
export function manPage(tree, version) {
  const { name } = tree;
  const commands = allCommands(tree).filter((command) => command !== tree && command.commands.length === 0);
  return `${[
    `.TH ${name.toUpperCase()} 1 "" "${name} ${version}" "Administration"`,
    '.SH NAME',
    String.raw`${name} \- ${roff(tree.description)}`,
    '.SH SYNOPSIS',
    `.B ${roff(tree.usage)}`,
    '.SH OPTIONS',
    ...optionLines(tree.options),
    '.SH COMMANDS',
    ...commands.flatMap((command) => [
      `.SS ${roff(command.usage)}`,
      roff(command.description),
      ...optionLines(command.options.filter(({ long }) => long !== '--help')),
    ]),
    '.SH EXIT STATUS',
    ...definitions(exitCodes),
    `.SS ${name} status`,
    // As its help has them, line by line.
    '.nf',
    roff(text('cli-help.status-check-codes').trim()),
    '.fi',
    '.SH ENVIRONMENT',
    ...definitions([
      ['BULKHEAD_ROOT', 'Directory of the engine, where neither --root nor --target is given.'],
      ['BULKHEAD_LANG', 'Language of messages, where --lang is not given: en or zh-CN.'],
    ]),
    '.SH FILES',
    ...definitions(files),
    '.SH SEE ALSO',
    '.BR docker (1),',
    '.BR dockerd (8),',
    '.BR systemctl (1)',
  ].join('\n')}\n`;
}
