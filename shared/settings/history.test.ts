import { expect, test } from 'vitest';
import { diffSettings } from './diff.ts';
import { summarizeChanges } from './history.ts';

const withImages = (...images: string[]) =>
  JSON.stringify({ enhancedContainerIsolation: { dockerSocketMount: { imageList: { images } } } });
const list = '/enhancedContainerIsolation/dockerSocketMount/imageList/images';

test('the changes of the entries of a list are one change', () => {
  const changes = diffSettings(withImages('busybox', 'busybox:*'), withImages('*'));
  expect(changes).toHaveLength(3);
  expect(summarizeChanges(changes)).toEqual({
    changes: 1,
    changed: [{ pointer: list, kind: 'changed', page: 'socket' }],
  });
});

test('members of the entries of a list, too; other settings count for themselves', () => {
  const text = (permissions: string, value: boolean) =>
    JSON.stringify({
      blockDockerLoad: { value, locked: value },
      bulkhead: { devices: [{ device: '/dev/fuse', permissions, images: ['a', value ? 'b' : 'c'] }] },
    });
  const { changes, changed } = summarizeChanges(diffSettings(text('r', true), text('rw', false)));
  expect(changes).toBe(3);
  expect(changed.map(({ pointer }) => pointer)).toEqual([
    '/blockDockerLoad/value',
    '/blockDockerLoad/locked',
    '/bulkhead/devices',
  ]);
});
