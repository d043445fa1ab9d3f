import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dockerCommands, namedCommands } from '../../../shared/settings/index.ts';
import { commandsOf, groupEdited, groupKeys, setEntries, setMarked, shortName } from './command-entries.ts';

const names = (group: (typeof groupKeys)[number]) => commandsOf(group).map((command) => command.name);
const image = new Set(names('image*'));

describe('writing marks into a command list (B5)', () => {
  it('has every command in exactly one row', () => {
    expect(groupKeys.flatMap(names)).toEqual(dockerCommands.map((command) => command.name));
    expect(
      [
        commandsOf('volume*')[0],
        commandsOf('container*').at(-1),
        commandsOf('build*')[1],
        commandsOf('image*')[7],
      ].map((c) => c && shortName(c)),
    ).toEqual(['create', 'prune', 'builder prune', 'images']);
  });

  it('writes a whole group as its name, at the position of its entries', () => {
    expect(setMarked(['push', 'ps'], ['push', 'ps'], 'image*', image)).toEqual(['image*', 'ps']);
    expect(setMarked([], [], 'build*', new Set(['build', 'builder prune']))).toEqual(['build*']);
    // No group's name covers the commands outside all groups.
    expect(setMarked([], [], 'other', new Set(names('other')))).toEqual(names('other'));
  });

  it('removes one command of a group by listing the others', () => {
    expect(setMarked(['ps', 'build*', 'run'], [], 'build*', new Set(['builder prune']))).toEqual([
      'ps',
      'builder prune',
      'run',
    ]);
  });

  it('keeps the notation of entries, and entries that it can’t read', () => {
    expect(
      setMarked(['docker push', 'compose', 'image ls'], [], 'image*', new Set(['push', 'images', 'tag'])),
    ).toEqual(['docker push', 'compose', 'image ls', 'tag']);
    expect(setMarked(['docker push', 'compose'], [], 'image*', new Set())).toEqual(['compose']);
  });

  it('restores the applied document’s own entries and order when marks are restored', () => {
    const applied = ['build', 'push', 'docker buildx prune'];
    const without = setMarked(applied, applied, 'build*', new Set());
    expect(without).toEqual(['push']);
    expect(setMarked(without, applied, 'build*', new Set(['build', 'builder prune']))).toEqual(applied);
    expect(setEntries(setMarked(applied, applied, 'image*', image), applied, 'image*', ['push'])).toEqual(
      applied,
    );
  });

  it('marks exactly the selected commands, in this group only, for any previous list', () => {
    const entry = fc.constantFrom(
      ...dockerCommands.map((c) => c.name),
      'image*',
      'build*',
      'volume*',
      'docker push',
      'compose',
      'bogus',
    );
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 8 }),
        fc.array(entry, { maxLength: 8 }),
        fc.constantFrom(...groupKeys),
        fc.nat(),
        (entries, applied, group, seed) => {
          const wanted = new Set(names(group).filter((_, index) => ((seed >> (index % 30)) & 1) === 1));
          const made = setMarked(entries, applied, group, wanted);
          const marked = namedCommands(made);
          for (const other of groupKeys) {
            for (const name of names(other))
              expect(marked.has(name)).toBe(
                other === group ? wanted.has(name) : namedCommands(entries).has(name),
              );
            if (other !== group) expect(groupEdited(entries, made, other)).toBe(false);
          }
        },
      ),
    );
  });
});
