import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { diffSettings, restartNeeded } from './index.ts';

// Properties run for seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const eci = (inside: string) => `{"enhancedContainerIsolation":{${inside}}}`;
const changes = (before: string, after: string) =>
  diffSettings(before, after).map((c) => [c.kind, c.pointer, c.page, c.needs]);

describe('diffSettings', () => {
  it.each<[string, string, string, unknown[]]>([
    ['nothing', '{"a":1}', '{"a":1}', []],
    [
      'formatting, key order, another spelling',
      '{"a":1,"b":{"c":"x"}}',
      '{\n "b": {"c": "\\u0078"},\n "a": 1.0 }',
      [],
    ],
    [
      'a toggle',
      eci('"value":false'),
      eci('"value":true'),
      [['changed', '/enhancedContainerIsolation/value', 'isolation', 'engine-reload']],
    ],
    [
      'the lock',
      eci('"value":true,"locked":false'),
      eci('"value":true,"locked":true'),
      [['changed', '/enhancedContainerIsolation/locked', 'isolation', 'nothing']],
    ],
    [
      'turning on without a file',
      '',
      eci('"locked":true,"value":true'),
      [
        ['added', '/enhancedContainerIsolation/locked', 'isolation', 'nothing'],
        ['added', '/enhancedContainerIsolation/value', 'isolation', 'engine-reload'],
      ],
    ],
    [
      'a missing toggle is an off one',
      '',
      eci('"value":false'),
      [['added', '/enhancedContainerIsolation/value', 'isolation', 'nothing']],
    ],
    [
      'removing a toggle that was on',
      eci('"value":true'),
      '{}',
      [['removed', '/enhancedContainerIsolation/value', 'isolation', 'engine-reload']],
    ],
    [
      'the backend',
      '{"bulkhead":{"backend":"auto"}}',
      '{"bulkhead":{"backend":"sysbox"}}',
      [['changed', '/bulkhead/backend', 'isolation', 'engine-restart']],
    ],
    [
      'the default backend spelt out',
      '{}',
      '{"bulkhead":{"backend":"auto"}}',
      [['added', '/bulkhead/backend', 'isolation', 'nothing']],
    ],
    [
      'an image among others',
      eci('"dockerSocketMount":{"imageList":{"images":["a","b"]}}'),
      eci('"dockerSocketMount":{"imageList":{"images":["a","c","b"]}}'),
      [['added', '/enhancedContainerIsolation/dockerSocketMount/imageList/images/1', 'socket', 'nothing']],
    ],
    [
      'images in another order',
      eci('"dockerSocketMount":{"imageList":{"images":["a","b"]}}'),
      eci('"dockerSocketMount":{"imageList":{"images":["b","a"]}}'),
      [],
    ],
    [
      'one of two equal elements',
      eci('"dockerSocketMount":{"imageList":{"images":["a","a"]}}'),
      eci('"dockerSocketMount":{"imageList":{"images":["a"]}}'),
      [['removed', '/enhancedContainerIsolation/dockerSocketMount/imageList/images/1', 'socket', 'nothing']],
    ],
    [
      'a member of a share',
      '{"filesharingAllowedDirectories":[{"path":"/a"},{"path":"/b","sharedByDefault":true}]}',
      '{"filesharingAllowedDirectories":[{"path":"/b","sharedByDefault":false},{"path":"/a"}]}',
      [['changed', '/filesharingAllowedDirectories/0/sharedByDefault', 'file-sharing', 'nothing']],
    ],
    [
      'an emptied list',
      '{"filesharingAllowedDirectories":[{"path":"/a"}]}',
      '{"filesharingAllowedDirectories":[]}',
      [['removed', '/filesharingAllowedDirectories/0', 'file-sharing', 'nothing']],
    ],
    [
      'a removed list',
      '{"filesharingAllowedDirectories":[{"path":"/a"}]}',
      '{}',
      [['removed', '/filesharingAllowedDirectories', 'file-sharing', 'nothing']],
    ],
    [
      'an empty list where none was',
      '{}',
      '{"filesharingAllowedDirectories":[]}',
      [['added', '/filesharingAllowedDirectories', 'file-sharing', 'nothing']],
    ],
    [
      'per-image lists',
      '{"bulkhead":{"perImageCommandLists":[{"image":"x","commands":["ps"]}]}}',
      '{"bulkhead":{"perImageCommandLists":[{"image":"x","commands":["ps","run"]}]}}',
      [['added', '/bulkhead/perImageCommandLists/0/commands/1', 'socket', 'nothing']],
    ],
    [
      'order where it counts',
      '{"x":[1,2]}',
      '{"x":[2,1]}',
      [
        ['removed', '/x/0', 'other', 'nothing'],
        ['added', '/x/1', 'other', 'nothing'],
      ],
    ],
    ['another type', '{"a":{"b":1}}', '{"a":[1]}', [['changed', '/a', 'other', 'nothing']]],
    [
      'null, false and missing',
      '{"a":null,"b":false}',
      '{"a":false,"c":null}',
      [
        ['changed', '/a', 'other', 'nothing'],
        ['removed', '/b', 'other', 'nothing'],
        ['added', '/c', 'other', 'nothing'],
      ],
    ],
    [
      'odd keys',
      '{"a/b":1,"~":{"":1}}',
      '{"a/b":2,"~":{}}',
      [
        ['changed', '/a~1b', 'other', 'nothing'],
        ['removed', '/~0/', 'other', 'nothing'],
      ],
    ],
    ['a text that is no JSON', '{"a":1}', '{"a":1', [['changed', '', 'other', 'nothing']]],
  ])('%s', (_, before, after, expected) => {
    expect(changes(before, after)).toEqual(expected);
  });

  it('contains both values, and only another backend takes a restart', () => {
    const all = diffSettings(eci('"value":false,"x":1'), eci('"value":true,"x":2'));
    expect(all.map((c) => [c.before, c.after])).toEqual([
      [false, true],
      [1, 2],
    ]);
    const backend = diffSettings('{}', '{"bulkhead":{"backend":"sysbox"}}');
    expect([restartNeeded(all), restartNeeded(backend), restartNeeded([])]).toEqual([false, true, false]);
  });

  it('finds nothing between equal documents, something between others, and the same both ways', () => {
    const doc = fc
      .dictionary(
        fc.constantFrom('a', 'b', '__proto__', 'filesharingAllowedDirectories'),
        fc.jsonValue({ maxDepth: 3 }),
        { maxKeys: 3 },
      )
      .map((d) => JSON.stringify(d));
    const count = (before: string, after: string) => diffSettings(before, after).length;
    fc.assert(
      fc.property(doc, doc, (before, after) => {
        expect(count(before, JSON.stringify(JSON.parse(before), null, 3))).toBe(0);
        expect(count(before, after) > 0).toBe(count(after, before) > 0);
      }),
    );
  });
});
