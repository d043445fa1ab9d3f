import { expect, test } from 'vitest';
import samples from '../../shared/containers/inspected-samples.json' with { type: 'json' };
import { parseInspection } from '../../shared/containers/container-inspection.ts';
import { writtenPaths } from './recreate-facts.ts';

test('what was written inside is counted and named without mount points and parents of changes', () => {
  const read = parseInspection(samples.full);
  if (!read.ok) throw new Error(read.error.reason);
  const mount = read.value.view.Mounts[0]?.Destination ?? '/proc';
  const changes = ['/w', '/w/1', '/w/2', '/w/3', '/w/4', '/dev/console', '/.dockerenv', '/etc/hosts', mount];
  expect(
    writtenPaths(
      changes.map((Path) => ({ Path, Kind: 1 })),
      read.value,
    ),
  ).toEqual({ paths: 4, names: ['/w/1', '/w/2', '/w/3'] });
  expect(writtenPaths([], read.value)).toEqual({ paths: 0, names: [] });
});
