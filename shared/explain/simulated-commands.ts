const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Commands that send requests to the engine, and read no files of this computer. */
const simulated = words(
  'commit diff exec history images info inspect kill logs network pause port ps pull push rename restart ' +
    'rm rmi start stop tag top unpause update version volume',
);
/** Commands that copy files between this computer and the engine. */
const movesFiles = words('cp export import load save');
/** Groups whose commands equal the short ones: `docker container exec`. */
const groups = words('container image');
/** Words that are groups and not commands. */
const ofGroups = words('inspect ls list prune remove');

/**
 * Whether a Docker command other than `run`, `create` and `build` can be simulated. `name`: the words that
 * name it.
 */
export function simulatedCommand(args: readonly string[]): {
  readonly kind: 'simulated' | 'moves-files' | 'other';
  readonly name: readonly string[];
} {
  const [one = '', two = ''] = args;
  const isGrouped = groups.has(one) && two !== '' && !two.startsWith('-');
  const name = isGrouped ? [one, two] : [one];
  const command = name.at(-1) ?? '';
  if (movesFiles.has(command)) return { kind: 'moves-files', name };
  const isSimulated = simulated.has(command) || (isGrouped && ofGroups.has(command));
  return { kind: isSimulated ? 'simulated' : 'other', name };
}
