import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeRefusal, PlanBuilder } from './plan.ts';
import { firstBase, lastBase } from '../ranges/id-ranges.ts';

const fields = (bytes: Buffer) => bytes.toString('utf8').split('\0');
const runtimeDirectory = path.resolve(import.meta.dirname, '../../runtime');
const runtime = path.join(runtimeDirectory, 'build/bulkhead-runc');
/** Has the runtime read raw bytes as a plan. None of these plans mounts anything. */
const perform = (bytes: Buffer) => {
  const { status, stderr, signal } = spawnSync(runtime, ['--bulkhead-perform'], {
    input: bytes,
    encoding: 'utf8',
  });
  return { status, stderr, signal };
};

describe('a plan', () => {
  it('counts its arguments and numbers results in order', () => {
    const plan = new PlanBuilder();
    const namespace = plan.userNamespace('0 1 2\n');
    const a = plan.tree('/a', {
      namespace,
      identity: { device: 5n, inode: 18446744073709551615n },
      recursive: true,
      readOnly: 'all',
      mapBelow: true,
    });
    const b = plan.directory('/b');
    const c = plan.overlay(7, {
      lowers: [b, a],
      upper: { parent: a, name: 'diff', work: 'work' },
      options: ['volatile'],
    });
    plan.unmount('/m');
    plan.attach(plan.clone(c), '/m', true);
    plan.privateDirectory('/p');
    expect(plan.place(plan.below(c, 'x/y', true))).toBe('/p/0');
    expect(plan.place(c, 'root')).toBe('/p/root');
    expect(fields(plan.encode())).toEqual(
      [
        'bulkhead-plan-2',
        '35',
        'userns',
        '0 1 2\n',
        'tree',
        '/a',
        '5:18446744073709551615',
        '0',
        '15',
        'dir',
        '/b',
        'overlay',
        '7',
        '2',
        '1',
        '0',
        '0',
        'diff',
        'work',
        '1',
        'volatile',
        'unmount',
        '/m',
        'clone',
        '2',
        'attach',
        '3',
        '/m',
        '1',
        'private',
        '/p',
        'sub',
        '2',
        'x/y',
        '1',
        'place',
        '4',
        '0',
        'place',
        '2',
        'root',
        'end',
        '',
      ].map((field, i, all) => (i === 1 ? String(all.length - 3) : field)),
    );
  });

  it('places nothing before it has a private directory', () => {
    const plan = new PlanBuilder();
    expect(() => plan.place(plan.directory('/d'))).toThrow('before its private directory');
  });

  it('encodes nosymfollow, and in which copy it is cleared', () => {
    const plan = new PlanBuilder();
    plan.guard('/v');
    plan.tree('/v/a', { links: true, setId: true, noDevices: 'all' });
    expect(fields(plan.encode())).toEqual([
      'bulkhead-plan-2',
      '8',
      'guard',
      '/v',
      'tree',
      '/v/a',
      '-',
      '-',
      '480',
      'end',
      '',
    ]);
  });

  it('refuses what the runtime would refuse: a NUL, too many layers', () => {
    expect(() => {
      new PlanBuilder().unmount('/a\0/b');
    }).toThrow('NUL');
    const plan = new PlanBuilder();
    const lowers = Array.from({ length: 501 }, () => plan.directory('/l'));
    expect(() => plan.overlay(0, { lowers, upper: null, options: [] })).toThrow('500 layers');
  });

  it('encodes a refusal as one field', () => {
    expect(fields(encodeRefusal('no\0way'))).toEqual(['bulkhead-plan-2', '3', 'error', 'no way', 'end', '']);
  });

  it('cuts a refusal to what the runtime can log, at a whole character', () => {
    const [, , , text = ''] = fields(encodeRefusal(`a${'\u7684'.repeat(2000)}`));
    expect(Buffer.byteLength(text)).toBe(3499);
    expect(text).toMatch(/^a\u7684+$/);
  });
});

describe('the runtime reads plans strictly', () => {
  beforeAll(() => {
    execFileSync('sh', [path.join(runtimeDirectory, 'build.sh')]);
    expect(existsSync(runtime)).toBe(true);
  }, 90_000);

  it('does nothing for an empty plan, and encodes a refusal', () => {
    expect(perform(new PlanBuilder().encode())).toEqual({ status: 0, stderr: '', signal: null });
    expect(perform(encodeRefusal('because "so"'))).toEqual({
      status: 1,
      stderr: 'bulkhead: because "so"\n',
      signal: null,
    });
  });

  it('accepts every range that the planner hands out, and no other', () => {
    const range = (base: number) => {
      const made = new PlanBuilder();
      made.range(base);
      return perform(made.encode()).status;
    };
    expect([firstBase, lastBase].map(range)).toEqual([0, 0]);
    expect([0, 65535, lastBase + 1, 2 ** 32].map(range)).toEqual([1, 1, 1, 1]);
  });

  const plan = (...list: string[]) =>
    Buffer.from(['bulkhead-plan-2', String(list.length), ...list, ''].join('\0'));
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['no terminator', Buffer.from('bulkhead-plan-2\x001\0end')],
    ['another version', Buffer.from('bulkhead-plan-1\x001\0end\0')],
    ['a wrong count', Buffer.from('bulkhead-plan-2\x002\0end\0')],
    ['a count that is no number', Buffer.from('bulkhead-plan-2\x00 1\0end\0')],
    ['no end', plan('unmount', '/nonexistent')],
    ['fields after the end', plan('end', 'end')],
    ['an unknown operation', plan('rm', '/x', 'end')],
    ['an empty operation', plan('', 'end')],
    ['a relative path', plan('unmount', 'x', 'end')],
    ['a path with dots', plan('unmount', '/x/../y', 'end')],
    ['a path ending in dots', plan('unmount', '/x/..', 'end')],
    ['a tree that is not there', plan('clone', '0', 'end')],
    ['a tree out of bounds', plan('dir', '/', 'attach', '1', '/nonexistent', '0', 'end')],
    ['a huge number', plan('dir', '/', 'attach', '18446744073709551616', '/nonexistent', '0', 'end')],
    ['a negative number', plan('dir', '/', 'clone', '-1', 'end')],
    ['a leading zero', plan('dir', '/', 'clone', '00', 'end')],
    ['a namespace that is not there', plan('tree', '/', '-', '0', '0', 'end')],
    ['flags that do not exist', plan('tree', '/', '-', '-', '512', 'end')],
    ['a place to guard that is relative', plan('guard', 'x', 'end')],
    ['a mount in a private directory that is not there', plan('dir', '/', 'place', '0', 'x', 'end')],
    ['two private directories', plan('private', '/x', 'private', '/y', 'end')],
    [
      'a mount that leaves the private directory',
      plan('dir', '/', 'private', '/x', 'place', '0', '..', 'end'),
    ],
    [
      "a mount below the private directory's entries",
      plan('dir', '/', 'private', '/x', 'place', '0', 'a/b', 'end'),
    ],
    ['a mount point before the range', plan('dir', '/', 'point', '0', 'x', '1', 'end')],
    ['a mount point elsewhere', plan('range', '65536', 'dir', '/', 'point', '0', 'x/../y', '1', 'end')],
    ['a mount point by absolute path', plan('range', '65536', 'dir', '/', 'point', '0', '/x', '1', 'end')],
    ['an attachment without flags', plan('dir', '/', 'attach', '0', '/nonexistent', 'end')],
    ['an identity without colon', plan('tree', '/', '12', '-', '0', 'end')],
    ['too many lowers', plan('overlay', '0', '501', 'end')],
    ['an error in the middle', plan('dir', '/', 'error', 'x', 'end')],
    [
      'too much',
      Buffer.concat([Buffer.from('bulkhead-plan-2\x001\0'), Buffer.alloc(1 << 20, 65), Buffer.from([0])]),
    ],
  ])('refuses %s', (_, bytes) => {
    const { status, stderr, signal } = perform(bytes);
    expect({ status, signal }).toEqual({ status: 1, signal: null });
    expect(stderr).toMatch(/^bulkhead: (the plan|an? )/);
  });

  it('never crashes, whatever bytes it is given', () => {
    const harmless = fc.constantFrom(
      'bulkhead-plan-2',
      '1',
      '2',
      '7',
      'end',
      'userns',
      'dir',
      'clone',
      'sub',
      'overlay',
      '/nonexistent',
      '-',
      '',
      '0',
      'x',
      '18446744073709551615',
    );
    fc.assert(
      fc.property(fc.array(harmless, { maxLength: 14 }), fc.boolean(), (list, framed) => {
        const { signal, status } = perform(framed ? plan(...list) : Buffer.from(list.join('\0')));
        expect(signal).toBeNull();
        expect([0, 1]).toContain(status);
      }),
      { numRuns: 150 },
    );
  });
});
