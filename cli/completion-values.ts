import { messageLanguages } from '../shared/language.ts';
import type { CommandTree } from './command-tree.ts';

/** What a shell offers for a value, by the command that prints it; `engine` are the options given so far. */
export const valueCommands = {
  targets: 'targets --quiet',
  containers: "containers list --format '{{.Name}}' ENGINE",
  versions: 'settings history --quiet ENGINE',
} as const;
export type ListedValues = keyof typeof valueCommands;

/** A list that the command line prints, or the values themselves. */
export type CompletedValues = ListedValues | readonly string[];

/** Of options, by their names. */
const optionValues: Readonly<Record<string, CompletedValues>> = {
  '--target': 'targets',
  '--lang': messageLanguages,
};

/** Of arguments, by their commands. */
const argumentValues: Readonly<Record<string, ListedValues>> = {
  'containers recreate': 'containers',
  'containers remove': 'containers',
  'settings diff': 'versions',
  'settings rollback': 'versions',
};

export const valuesOfOption = (long: string | undefined): CompletedValues | null =>
  long === undefined ? null : (optionValues[long] ?? null);

export const valuesOfArguments = ({ path }: CommandTree): ListedValues | null =>
  argumentValues[path.slice(1).join(' ')] ?? null;

/** Options that select the engine, and are passed on to the command that lists values. */
export const engineOptionNames = ['--root', '--target'] as const;
