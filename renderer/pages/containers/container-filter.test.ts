import { expect, it } from 'vitest';
import { container } from '../../dev/container-fixture.ts';
import { byUrgencyFirst, filterContainers, nextSort, type Sort } from './container-filter.ts';

const all = [
  container('b-web', { state: 'running' }),
  container('a-job', { state: 'exited' }),
  container('c-old', { protected: false, state: 'running' }),
];
const names = (sort?: Sort) => filterContainers(all, '', 'all', sort).shown.map(({ name }) => name);

it('lists unprotected containers first, or sorts by the selected column', () => {
  expect(names()).toEqual(['c-old', 'a-job', 'b-web']);
  expect(names({ by: 'name', descending: true })).toEqual(['c-old', 'b-web', 'a-job']);
  expect(names({ by: 'state', descending: false })).toEqual(['a-job', 'b-web', 'c-old']);
});
it('counts and lists those that a recreation replaced on their own', () => {
  const replaced = container('d-before-eci', { protected: false, reason: 'replaced', state: 'exited' });
  const { count, shown } = filterContainers([...all, replaced], '', 'replaced');
  expect(count).toEqual({ all: 4, unprotected: 1, protected: 2, replaced: 1 });
  expect(shown).toEqual([replaced]);
});
it('sorts ascending, then descending, then by default', () => {
  const once = nextSort(byUrgencyFirst, 'name');
  const twice = nextSort(once, 'name');
  expect([once, twice]).toEqual([
    { by: 'name', descending: false },
    { by: 'name', descending: true },
  ]);
  expect(nextSort(twice, 'name')).toEqual(byUrgencyFirst);
  expect(nextSort(twice, 'state')).toEqual({ by: 'state', descending: false });
});
