import { expect, it } from 'vitest';
import { embeddedName } from './embedded-name.ts';
import { defaultRoot } from './target-id.ts';

it('names no embedded engine at the default root, and others by the end of their directories', () => {
  const roots = [defaultRoot, '/srv/engines/ci', '/tmp/bh-x1/'];
  expect(roots.map((root) => embeddedName(root, roots))).toEqual([null, 'ci', 'bh-x1']);
});

it('takes as much of the directories as tells two engines apart', () => {
  const roots = ['/srv/a/engine', '/srv/b/engine', '/engine', '/mnt/srv/b/engine', '/srv/bulkhead'];
  expect(roots.map((root) => embeddedName(root, roots))).toEqual([
    'a/engine',
    '/srv/b/engine',
    '/engine',
    '/mnt/srv/b/engine',
    'bulkhead',
  ]);
});
