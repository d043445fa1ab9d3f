import { expect, it } from 'vitest';
import { parseSpec } from './bundle.ts';
import { refuseMissingIds } from './process-ids.ts';

const refusalOf = (process: unknown): string => {
  try {
    refuseMissingIds(parseSpec(JSON.stringify({ process, root: { path: '/r' }, linux: { namespaces: [] } })));
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

it.each([
  [{ user: { uid: 0, gid: 0 } }],
  [{ user: { uid: 65535, gid: 65535, additionalGids: [10, 65535] } }],
  [{ user: {} }],
  [{ user: { uid: 1, gid: 1, additionalGids: null } }],
  [{}],
  [undefined],
  [{ user: 'root' }],
])('A3 lets pass %j', (process) => {
  expect(refusalOf(process)).toBe('');
});

it.each([
  [{ user: { uid: 65536, gid: 0 } }, 'no user id 65536'],
  [{ user: { uid: 4_294_967_294, gid: 0 } }, 'no user id 4294967294'],
  [{ user: { uid: 0, gid: 70000 } }, 'no group id 70000'],
  [{ user: { uid: 0, gid: 0, additionalGids: [5, 65536] } }, 'no group id 65536'],
])('A3 names the id that no process in a range can have: %j', (process, what) => {
  expect(refusalOf(process)).toContain('enhanced container isolation: there is ');
  expect(refusalOf(process)).toContain(`${what} in a protected container: its ids are 0 to 65535`);
});
