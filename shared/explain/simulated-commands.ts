import { dockerCommands, unsupportedCommands } from '../settings/commands.ts';
import { closestName } from '../settings/lint/closest-name.ts';

const namesIn = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Commands that send requests to the engine, and read no files of this computer. */
const simulated = namesIn(
  'commit diff exec history images info inspect kill logs network pause port ps pull push rename restart ' +
    'rm rmi start stop tag top unpause update version volume',
);
/** Commands that copy files between this computer and the engine. */
const movesFiles = namesIn('cp export import load save');
/** Groups whose commands equal the short ones: `docker container exec`. */
const groups = namesIn('container image');
/** Words that are groups and not commands. */
const ofGroups = namesIn('inspect ls list prune remove');

/** All spellings of Docker's own commands, and of the plugins that come with it. */
const spellings = [
  ...dockerCommands.flatMap(({ name, aliases }) => [name, ...aliases]),
  ...Object.keys(unsupportedCommands),
];
const firstWords = [...new Set(spellings.map((spelling) => spelling.split(' ')[0] ?? ''))];

/** The words after `group` in Docker's commands; the first words without one. */
const wordsAfter = (group: string | null): readonly string[] =>
  group === null
    ? firstWords
    : spellings.flatMap((spelling) =>
        spelling.startsWith(`${group} `) ? [spelling.slice(group.length + 1)] : [],
      );

/**
 * Whether a Docker command copies files of a container. The gateway's answer depends on who sends it, and on
 * the directories that the container shares with its user, which a dry run does not look up.
 */
export const isCopyCommand = (args: readonly string[]): boolean =>
  simulatedCommand(args).name.at(-1) === 'cp';

/**
 * Whether a Docker command other than `run`, `create` and `build` can be simulated. `name`: the words that
 * name it; `closest`: the command that an unknown one was probably meant to be.
 */
export function simulatedCommand(args: readonly string[]): {
  readonly kind: 'simulated' | 'moves-files' | 'other' | 'unknown';
  readonly name: readonly string[];
  readonly closest?: string;
} {
  const [one = '', two = ''] = args;
  const isGrouped = groups.has(one) && two !== '' && !two.startsWith('-');
  const name = isGrouped ? [one, two] : [one];
  const command = name.at(-1) ?? '';
  if (movesFiles.has(command)) return { kind: 'moves-files', name };
  if (simulated.has(command) || (isGrouped && ofGroups.has(command))) return { kind: 'simulated', name };
  const known = wordsAfter(isGrouped ? one : null);
  if (known.includes(command)) return { kind: 'other', name };
  const closest = closestName(command, known);
  return {
    kind: 'unknown',
    name,
    ...(closest === null ? {} : { closest: isGrouped ? `${one} ${closest}` : closest }),
  };
}
