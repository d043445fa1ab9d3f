import {
  commandGroups,
  dockerCommands,
  listedCommand,
  namedCommands,
  type CommandGroup,
  type DockerCommand,
} from '../../../shared/settings/index.ts';
import { sameEntries } from './list-changes.ts';

/** A row of the picker: one of Docker's groups, or the commands outside all of them. */
export type GroupKey = CommandGroup | 'other';
export const groupKeys: readonly GroupKey[] = [...commandGroups, 'other'];

export const commandsOf = (group: GroupKey): readonly DockerCommand[] =>
  dockerCommands.filter((command) => (command.group ?? 'other') === group);

/** The row that an entry of the document belongs to; null for one that names no command. */
export function groupOfEntry(entry: string): GroupKey | null {
  const listed = listedCommand(entry);
  if (listed.kind === 'group') return listed.group;
  return listed.kind === 'command' ? (listed.command.group ?? 'other') : null;
}

export const entriesOf = (entries: readonly string[], group: GroupKey | null): string[] =>
  entries.filter((entry) => groupOfEntry(entry) === group);

/** A command without its group's name in front: "create" in the row of volumes. */
export const shortName = (command: DockerCommand): string =>
  command.group !== null && command.name.startsWith(`${command.group.slice(0, -1)} `)
    ? command.name.slice(command.group.length)
    : command.name;

/** Whether an entry of this row differs from the applied document. */
export const groupEdited = (
  before: readonly string[],
  after: readonly string[],
  group: GroupKey | null,
): boolean => !sameEntries(entriesOf(before, group), entriesOf(after, group));

/**
 * The list with exactly `selected` (canonical names) marked in one group; the rest keeps its place. A whole
 * group is written as its name (`image*`); other notations are kept while they are selected. If the result
 * equals the applied entries, writes those verbatim, so that re-selecting leaves no diff.
 */
export function setMarked(
  entries: readonly string[],
  applied: readonly string[],
  group: GroupKey,
  selected: ReadonlySet<string>,
): string[] {
  const was = entriesOf(applied, group);
  if (sameNames(namedCommands(was), selected)) return setEntries(entries, applied, group, was);
  const all = commandsOf(group).map((command) => command.name);
  if (group !== 'other' && all.every((name) => selected.has(name)))
    return setEntries(entries, applied, group, [group]);
  const retained = entriesOf(entries, group).filter((entry) => {
    const listed = listedCommand(entry);
    return listed.kind === 'command' && selected.has(listed.command.name);
  });
  const named = namedCommands(retained);
  return setEntries(entries, applied, group, [
    ...retained,
    ...all.filter((name) => selected.has(name) && !named.has(name)),
  ]);
}

/**
 * The list with a group's entries replaced: remaining ones keep their places, new ones follow the group's
 * last, or are appended.
 */
export function setEntries(
  entries: readonly string[],
  applied: readonly string[],
  group: GroupKey | null,
  next: readonly string[],
): string[] {
  const remaining = [...next];
  const take = (entry: string): boolean => {
    const at = remaining.indexOf(entry);
    if (at !== -1) remaining.splice(at, 1);
    return at !== -1;
  };
  let place = -1;
  const result: string[] = [];
  for (const entry of entries) {
    if (groupOfEntry(entry) !== group) {
      result.push(entry);
      continue;
    }
    if (take(entry)) result.push(entry);
    place = result.length;
  }
  const updated = result.toSpliced(place === -1 ? result.length : place, 0, ...remaining);
  return sameEntries(applied, updated) ? [...applied] : updated;
}

const sameNames = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((name) => b.has(name));
