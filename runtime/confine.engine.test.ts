import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { enterUnifiedCgroups } from '../tests/support/unified-cgroups.ts';

// The devices controller of v1 where the machine has it, and v2, both for real. v1's is looked up before v2
// takes its place.
const scratch = mkdtempSync('/tmp/bulkhead-confine-');
const v1 = path.join(scratch, 'v1');
mkdirSync(v1);
enterUnifiedCgroups();
const hasV1 = spawnSync('mount', ['-t', 'cgroup', '-o', 'devices', 'none', v1]).status === 0;
const hierarchies = [...(hasV1 ? [['v1', v1] as const] : []), ['v2', '/sys/fs/cgroup'] as const];

const builds = {
  'the runtime': 'build/bulkhead-runc',
  'the sanitized runtime': 'build/sanitized/bulkhead-runc',
} as const;
beforeAll(() => {
  for (const kind of [[], ['sanitized']])
    execFileSync('sh', [path.join(import.meta.dirname, 'build.sh'), ...kind]);
});
afterAll(() => {
  if (hasV1) execFileSync('umount', [v1]);
  rmSync(scratch, { recursive: true });
});

const cases = hierarchies.flatMap(([version, mount]) =>
  Object.entries(builds).map(([which, file]) => ({ version, mount, which, file })),
);

describe.each(cases)('--bulkhead-confine-devices, $version, $which', ({ mount, file }) => {
  const program = path.join(import.meta.dirname, file);
  const cgroup = path.join(mount, `bulkhead-test-${process.pid}`);
  const confine = (...args: string[]) =>
    spawnSync(program, ['--bulkhead-confine-devices', ...args], { encoding: 'utf8' });
  afterEach(() => {
    if (existsSync(cgroup)) rmdirSync(cgroup);
  });

  it('the program keeps pid, name and arguments, and is in the cgroup before it starts', () => {
    const script = 'echo $PPID "$@"; cat /proc/self/cgroup; tr "\\0" " " < /proc/$$/cmdline';
    const observed = confine(cgroup, '--', 'sh', '-c', script, 'sh', 'a b');
    expect(observed.stderr).toBe('');
    const [first] = observed.stdout.split('\n');
    expect(first).toBe(`${process.pid} a b`);
    expect(observed.stdout).toContain(path.basename(cgroup));
    expect(observed.stdout).toContain('\nsh -c echo');
  });

  it('any node can be created, pseudo devices open, no other does', () => {
    const node = path.join(scratch, 'node');
    const opens = ['/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom'].map(
      (name) => `: < ${name}`,
    );
    const nodes = ['b 7 0', 'b 1 3', 'c 1 11', 'c 1 1', 'c 5 1', 'c 10 200'].map((numbers) =>
      `rm -f ${node}; mknod ${node} ${numbers}; ! (: < ${node}) 2> /dev/null; ! (: > ${node}) 2> /dev/null`
        .split('; ')
        .map((line) => `${line} || exit 1`)
        .join('\n'),
    );
    const lines = [...opens, ...nodes, `rm ${node}`, 'script -qec tty /dev/null'];
    const made = confine(cgroup, '--', 'sh', '-ec', lines.join('\n'));
    expect([made.status, made.stderr]).toEqual([0, '']);
    expect(made.stdout).toMatch(/^\/dev\/pts\/\d+/);
  });

  it('without a program it only tries, any number of times, even while processes are inside', () => {
    const again = 'for i in $(seq 70); do "$0" --bulkhead-confine-devices "$1" -- || exit 1; done';
    const tried = confine(
      cgroup,
      '--',
      'sh',
      '-c',
      `${again}; ! (: < /dev/kmsg) 2> /dev/null`,
      program,
      cgroup,
    );
    expect([tried.status, tried.stderr]).toEqual([0, '']);
  });

  it('if confinement fails, the program does not run', () => {
    const other = path.join(scratch, 'bulkhead-none');
    const none = `bulkhead: ${other} is no cgroup of v2 or of v1's devices controller\n`;
    expect(confine(other, '--', 'echo', 'ran')).toMatchObject({ status: 1, stdout: '', stderr: none });
    expect(existsSync(other)).toBe(false);
    const missing: unknown = expect.stringMatching(/cannot make the cgroup .*: No such file/);
    const made = confine(`${other}/a/bulkhead-b`, '--', 'echo', 'ran');
    expect(made).toMatchObject({ status: 1, stdout: '', stderr: missing });
  });

  it.each([
    [[]],
    [[cgroup]],
    [[cgroup, 'echo', 'ran']],
    [[mount, '--', 'echo', 'ran']],
    [['bulkhead-x', '--', 'echo', 'ran']],
  ])('a call with %j is refused', (args) => {
    const refusal: unknown = expect.stringMatching(/--bulkhead-confine-devices needs/);
    expect(confine(...args)).toMatchObject({ status: 2, stdout: '', stderr: refusal });
    expect(existsSync(cgroup)).toBe(false);
  });

  it('a missing program: 127', () => {
    const stderr = 'bulkhead: cannot run no-such-program: No such file or directory\n';
    expect(confine(cgroup, '--', 'no-such-program')).toMatchObject({ status: 127, stderr });
  });

  it('the calling process stays in its own cgroup', () => {
    confine(cgroup, '--', 'true');
    expect(readFileSync('/proc/self/cgroup', 'utf8')).not.toContain(path.basename(cgroup));
  });
});
