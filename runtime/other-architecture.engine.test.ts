import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeRefusal, PlanBuilder } from '../planner/base/plan.ts';

const here = (...parts: string[]) => path.join(import.meta.dirname, ...parts);
const [other, emulator, machine] =
  process.arch === 'arm64'
    ? (['amd64', 'qemu-x86_64', 62] as const)
    : (['arm64', 'qemu-aarch64', 183] as const);
beforeAll(() => {
  for (const args of [[], [other]]) execFileSync('sh', [here('build.sh'), ...args], { encoding: 'utf8' });
});

const native = (args: readonly string[], input?: Buffer) => outcome(here('build/bulkhead-runc'), args, input);
const emulated = (args: readonly string[], input?: Buffer) =>
  outcome(emulator, [here('build', other, 'bulkhead-runc'), ...args], input);
function outcome(program: string, args: readonly string[], input?: Buffer) {
  const { status, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    ...(input === undefined ? {} : { input }),
  });
  if (error) throw error;
  return { status, stderr };
}
const frame = (fields: readonly string[]) =>
  Buffer.from(['bulkhead-plan-2', String(fields.length), ...fields, ''].join('\0'));

/**
 * In the emulator, which supports neither mount calls nor user namespaces: only what is checked before them.
 */
describe(`built for ${other}`, () => {
  it('is static, position independent, without executable stack, and for that processor', () => {
    for (const name of ['bulkhead-runc', 'bulkhead-probe']) {
      const elf = readFileSync(here('build', other, name));
      expect([elf.readUInt16LE(16), elf.readUInt16LE(18)], name).toEqual([3, machine]); // ET_DYN
      const headers = Array.from(
        { length: elf.readUInt16LE(56) },
        (_, i) => Number(elf.readBigUInt64LE(32)) + i * elf.readUInt16LE(54),
      );
      const types = headers.map((at) => ({ type: elf.readUInt32LE(at), flags: elf.readUInt32LE(at + 4) }));
      expect(
        types.some(({ type }) => type === 3),
        'asks for a dynamic loader',
      ).toBe(false);
      expect(types.find(({ type }) => type === 0x6474e551)?.flags).toBe(6); // PT_GNU_STACK: read and write
      expect(
        types.some(({ type }) => type === 0x6474e552),
        'relocations read-only',
      ).toBe(true);
    }
  });

  it("parses runc's command line like here", () => {
    for (const args of [
      ['--frob'],
      ['run'],
      ['create', 'c1'],
      ['restore', 'c'],
      ['--log'],
      ['delete', 'a', 'b'],
      ['--bulkhead-check'],
      ['--bulkhead-check', 'relative'],
      ['--bulkhead-chown-cgroup', '1'],
      ['--bulkhead-check-container', '1'],
      ['--bulkhead-emulate-kernel-settings', '65536', 'relative'],
    ]) {
      expect(emulated(args), args.join(' ')).toEqual(native(args));
    }
  });

  it('parses plans like here', () => {
    const plans = [
      Buffer.alloc(0),
      new PlanBuilder().encode(),
      encodeRefusal('because'),
      Buffer.from('bulkhead-plan-2\x001\0end\0'),
      frame(['unmount', '/nonexistent', 'end']),
      frame(['unmount', '/a/../b', 'end']),
    ];
    for (const name of readdirSync(here('fuzz/corpus'))) {
      const seed = readFileSync(here('fuzz/corpus', name), 'utf8');
      // Without `end`: it is parsed, and not performed.
      if (seed.startsWith('F')) plans.push(frame(seed.slice(2).split('\n').slice(0, -2)));
    }
    for (const bytes of plans) {
      const [there, here] = [emulated(['--bulkhead-perform'], bytes), native(['--bulkhead-perform'], bytes)];
      expect(there).toEqual(here);
    }
    expect(plans.length).toBeGreaterThan(9);
  });
});

it('the programs have the same bytes when built in another directory', () => {
  const copy = execFileSync('mktemp', ['-d', '/tmp/build-XXXXXX'], { encoding: 'utf8' }).trim();
  try {
    execFileSync('sh', [
      '-c',
      'cp "$1"/*.[ch] "$1/build.sh" "$2" && sh "$2/build.sh"',
      'sh',
      import.meta.dirname,
      copy,
    ]);
    expect(
      readFileSync(path.join(copy, 'build/bulkhead-runc')).equals(readFileSync(here('build/bulkhead-runc'))),
    ).toBe(true);
  } finally {
    execFileSync('rm', ['-rf', copy]);
  }
});
