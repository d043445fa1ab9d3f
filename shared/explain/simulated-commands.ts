const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Commands that ask something of the engine, and nothing of this computer's files. */
const simulated = words(
  'commit diff exec history images info inspect kill logs network pause port ps pull push rename restart ' +
    'rm rmi start stop tag top unpause update version volume',
);
/** Commands that move files between this computer and the engine. */
const movesFiles = words('cp export import load save');
/** Groups whose commands are the same ones: `docker container exec`. */
const groups = words('container image');
/** Commands of these groups that are no command by themselves. */
const ofGroups = words('inspect ls list prune remove');

/**
 * Whether a Docker command other than `run`, `create` and `build` can be simulated. `name`: its words, as
 * many as name it.
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
