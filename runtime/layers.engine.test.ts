import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { planPlain, planShifted, type Overlay } from '../planner/mounts/overlay.ts';
import { PlanBuilder, type MountPointKind } from '../planner/base/plan.ts';
import { diskMap, upperMap } from '../planner/ranges/disk-maps.ts';
import { firstBase } from '../planner/ranges/id-ranges.ts';

const runtime = path.resolve(import.meta.dirname, 'build/bulkhead-runc');
const base = firstBase;
let top: string;
beforeAll(() => {
  execFileSync('sh', [path.resolve(import.meta.dirname, 'build.sh')]);
});
beforeEach(() => {
  top = mkdtempSync('/tmp/bulkhead-layers-');
  mkdirSync(path.join(top, 'm'));
  mkdirSync(path.join(top, 'n'));
  made.push(top);
});
const made: string[] = [];
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true });
});

/** `count` layers, each with a file of its own; the topmost also changes the file of the lowest. */
function layers(count: number, options: string[] = []): Overlay {
  const lowers = Array.from({ length: count }, (_, i) => path.join(top, `layer:${i},x`));
  for (const [i, layer] of lowers.entries()) {
    mkdirSync(layer);
    writeFileSync(path.join(layer, `only-${i}`), `${i}`);
  }
  for (const name of ['up/diff', 'up/work']) mkdirSync(path.join(top, name), { recursive: true });
  return { lowers, upper: { parent: path.join(top, 'up'), name: 'diff', work: 'work' }, options };
}

describe.each(['by descriptor', 'attached'] as const)('layers %s', (way) => {
  const env = { ...process.env, ...(way === 'attached' ? { BULKHEAD_LAYERS: 'attached' } : {}) };
  /** Performs the plan, or else does `failed`, and then `script`, in a temporary mount namespace. */
  const after = (plan: PlanBuilder, script: string, failed = 'exit') => {
    const whole = `timeout 60 "$1" --bulkhead-perform || ${failed}; cd "$2"; ${script}`;
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['--mount', '--propagation', 'slave', 'sh', '-c', whole, 'sh', runtime, top],
      { input: plan.encode(), encoding: 'utf8', env },
    );
    return { status, stdout: stdout.trim(), stderr: stderr.trim() };
  };
  const shifted = (overlay: Overlay, readOnly = false) => {
    const plan = new PlanBuilder();
    return {
      plan,
      tree: planShifted(plan, overlay, {
        namespace: plan.userNamespace(diskMap(base)),
        upperNamespace: plan.userNamespace(upperMap(base)),
        base,
        readOnly,
        mounts: [],
      }),
    };
  };

  it.each([2, 101, 128, 500])(
    "A2 %i of them show the container's ids, and copied-up files keep theirs on disk",
    (count) => {
      const { plan, tree } = shifted(layers(count));
      plan.attach(tree, path.join(top, 'm'));
      const last = count - 1;
      const { stdout, stderr } = after(
        plan,
        `ls m | wc -l; cat m/only-0 m/only-${last}; stat -c ' %u:%g' m/only-${last}; ` +
          `chmod 600 m/only-${last}; touch m/new; chown ${base} m/new; stat -c %u m/new up/diff/new ` +
          `up/diff/only-${last}`,
      );
      expect({ stdout, stderr }).toEqual({
        stdout: `${count}\n0${last} ${base}:${base}\n${base}\n0\n0`,
        stderr: '',
      });
    },
  );

  it('copies a detached overlay, and a directory and a file of it', () => {
    const overlay = layers(3);
    mkdirSync(path.join(top, 'layer:1,x/sub'));
    writeFileSync(path.join(top, 'layer:1,x/sub/file'), 'inside');
    writeFileSync(path.join(top, 'f'), '');
    const { plan, tree } = shifted(overlay);
    plan.attach(plan.clone(tree), path.join(top, 'm'));
    plan.attach(plan.below(tree, 'sub', true), path.join(top, 'n'));
    plan.attach(plan.below(tree, 'sub/file', false), path.join(top, 'f'));
    plan.attach(tree, path.join(top, 'up'));
    const { stdout, status } = after(
      plan,
      'touch m/written; cat f n/file up/only-2; ls up/written; touch n/x 2>/dev/null || echo locked; ' +
        'echo more >> f; cat m/sub/file',
    );
    expect({ stdout, status }).toEqual({ stdout: 'insideinside2up/written\nlocked\ninsidemore', status: 0 });
  });

  it('never leaves the tree by a link', () => {
    const overlay = layers(2);
    execFileSync('ln', ['-s', '/etc', path.join(top, 'layer:0,x/out')]);
    const { plan, tree } = shifted(overlay);
    plan.attach(plan.below(tree, 'out', true), path.join(top, 'n'));
    expect(after(plan, 'true')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('cannot take out from a mounted layer') as unknown,
    });
  });

  it("shows the content of upper read-only, and mounts the engine's own overlay again", () => {
    const overlay = layers(2);
    writeFileSync(path.join(top, 'up/diff/only-0'), 'upper');
    const { plan, tree } = shifted(overlay, true);
    plan.attach(tree, path.join(top, 'm'));
    plan.attach(planPlain(plan, overlay), path.join(top, 'n'));
    const { stdout } = after(
      plan,
      'cat m/only-0; touch m/x 2>/dev/null || echo " read-only"; stat -c %u n/only-0; touch n/plain; ' +
        'stat -c %u up/diff/plain',
    );
    expect(stdout).toBe('upper read-only\n0\n0');
  });

  it('shows a volatile overlay read-only, also when the option is given without an upper layer', () => {
    const overlay = layers(2, ['volatile']);
    const { plan, tree } = shifted(overlay, true);
    plan.attach(tree, path.join(top, 'm'));
    plan.attach(planPlain(plan, { ...overlay, upper: null }), path.join(top, 'n'));
    expect(after(plan, 'cat m/only-1 n/only-1; touch m/x 2>/dev/null || echo " read-only"')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('read-only') as unknown,
    });
  });

  it('carries options over, also volatile, which marks its work directory against a second mount', () => {
    const overlay = layers(2, ['volatile', 'index=off', 'redirect_dir=off', 'xino=off']);
    const { plan, tree } = shifted(overlay);
    plan.attach(tree, path.join(top, 'm'));
    const before =
      'mount -t overlay -o volatile,index=off,lowerdir=n,upperdir=up/diff,workdir=up/work overlay m && ' +
      'umount m && ls -d up/work/work/incompat/volatile';
    execFileSync('unshare', ['--mount', '--propagation', 'slave', 'sh', '-c', before], { cwd: top });
    expect(
      after(plan, 'grep -o "volatile" /proc/self/mountinfo | sort -u; echo x > m/only-1; cat up/diff/only-1'),
    ).toEqual({ status: 0, stdout: 'volatile\nx', stderr: '' });
  });

  it('does nothing for a plan that is invalid at any point, and undoes one that fails', () => {
    const { plan, tree } = shifted(layers(2));
    plan.attach(tree, path.join(top, 'm'));
    const bytes = plan.encode();
    const broken = Buffer.from(bytes.toString('latin1').replace(/\0end\0$/, '\0emd\0'), 'latin1');
    const listing = (input: Buffer) =>
      spawnSync(
        'unshare',
        [
          '--mount',
          '--propagation',
          'slave',
          'sh',
          '-c',
          '"$1" --bulkhead-perform; ls "$2/m"',
          'sh',
          runtime,
          top,
        ],
        { input, encoding: 'utf8', env },
      );
    expect(listing(broken)).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('is not understood (an operation)') as unknown,
    });
    // Overlay creates a directory in work: if that is missing, it was not mounted at all.
    expect(statSync(path.join(top, 'up/work')).nlink).toBe(2);
    plan.attach(tree, path.join(top, 'nowhere'));
    expect(listing(plan.encode())).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('cannot mount on') as unknown,
    });
  });

  describe('mount points', () => {
    /** Mounts layers on m, as for the engine, and creates `points` in them; `links` runs in the lowest. */
    const withPoints = (links: string, points: Readonly<Record<string, MountPointKind>>) => {
      const overlay = layers(2);
      execFileSync('sh', ['-ec', links, 'sh', top], { cwd: path.join(top, 'layer:1,x') });
      const { plan, tree } = shifted(overlay);
      plan.range(base);
      plan.attach(plan.clone(tree), path.join(top, 'm'), true);
      for (const [point, kind] of Object.entries(points)) plan.mountPoint(tree, point, kind);
      return plan;
    };

    it.each([
      ['absolute', 'ln -s "$1/outside" link'],
      ['relative', 'ln -s "../../../../../../..$1/outside" link'],
    ])('A9 are created inside, never where a link (%s) leads on the machine', (_, link) => {
      mkdirSync(path.join(top, 'outside'));
      const plan = withPoints(link, { 'link/d': 'directory', 'link/f': 'file' });
      const show = 'ls outside; cd "m$2/outside" && stat -c "%n %F %u:%g %a" *';
      expect(after(plan, show)).toEqual({
        stdout: `d directory ${base}:${base} 755\nf regular empty file ${base}:${base} 755`,
        stderr: '',
        status: 0,
      });
    });

    it('are created where dangling links lead, from the directory that each is in', () => {
      const links = 'ln -s d/new f; mkdir sub; ln -s ../e/new sub/f; ln -s sub/missing first; ln -s first g';
      const plan = withPoints(links, { f: 'file', 'sub/f': 'file', 'g/x': 'directory' });
      expect(after(plan, 'stat -c "%n %F" m/d/new m/e/new m/sub/missing/x')).toEqual({
        stdout: 'm/d/new regular empty file\nm/e/new regular empty file\nm/sub/missing/x directory',
        stderr: '',
        status: 0,
      });
    });

    it('are writable for everybody for a tmpfs, whose mode runc takes from them', () => {
      const plan = withPoints('mkdir there', { 'new/t': 'tmpfs', there: 'tmpfs' });
      expect(after(plan, 'stat -c "%n %a" m/new m/new/t m/there').stdout).toBe(
        'm/new 755\nm/new/t 1777\nm/there 755',
      );
    });

    it('are files behind a link with a slash at its end, too, as runc makes them', () => {
      const plan = withPoints('ln -s new// f; ln -s other/ d', { f: 'file', d: 'directory' });
      expect(after(plan, 'stat -c "%n %F" m/new m/other').stdout).toBe(
        'm/new regular empty file\nm/other directory',
      );
    });

    it('that exist are left alone, whatever they are, and not opened', () => {
      const plan = withPoints('mkfifo fifo; mknod node c 1 3; mkdir directory; ln -s only-1 link', {
        fifo: 'file',
        node: 'file',
        directory: 'file',
        link: 'file',
        'only-0': 'directory',
      });
      expect(after(plan, 'stat -c "%n %F" m/*; ls up/diff')).toEqual({
        stdout:
          'm/directory directory\nm/fifo fifo\nm/link symbolic link\nm/node character special file\n' +
          'm/only-0 regular file\nm/only-1 regular file',
        stderr: '',
        status: 0,
      });
    });

    it('are created behind a link with `..` while another process renames a file all the time', async () => {
      const script = `const { renameSync } = require('fs'); const [a, b] = process.argv.slice(1);
        console.log('begins'); for (;;) { renameSync(a, b); renameSync(b, a); }`;
      const files = [path.join(top, 'a'), path.join(top, 'b')] as const;
      writeFileSync(files[0], '');
      const renaming = spawn(process.execPath, ['-e', script, ...files], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        await once(renaming.stdout, 'data');
        const names = Array.from({ length: 300 }, (_, i) => [`link/${i}`, 'file'] as const);
        const plan = withPoints('ln -s ../d link', Object.fromEntries(names));
        expect(after(plan, 'ls m/d | wc -l')).toEqual({ stdout: '300', stderr: '', status: 0 });
      } finally {
        renaming.kill('SIGKILL');
        await once(renaming, 'exit');
      }
    });

    const chain = (name: string, end: string) =>
      `for i in $(seq 30); do ln -s ${name}$((i + 1)) ${name}$i; done; ln -s ${end} ${name}31; `;
    it.each([
      ['a loop of links', 'a/x', 'ln -s b a; ln -s a b', 'Too many levels of symbolic links', ''],
      // The kernel follows 40 at a time, of which the first 31 are replaced before it sees the others.
      ['too many links', 'a1/x', chain('a', 'd/../b1') + chain('b', 'e'), 'Too many levels of symbolic', 'd'],
      ['a file as parent', 'file/x', 'touch file', 'Not a directory', ''],
      ['a name that is too long', 'x'.repeat(256), '', 'File name too long', ''],
      [
        'links that make the path too long',
        `l${'/y'.repeat(600)}`,
        `ln -s $(printf 'x/%.0s' $(seq 1500))x l`,
        'File name too long',
        '',
      ],
    ])('fail for %s, and the plan is undone', (_, point, links, message, created) => {
      const plan = withPoints(links, { [point]: 'directory' });
      const { stdout, stderr } = after(plan, 'ls m; ls up/diff', 'true');
      expect(stderr).toContain(
        `cannot create the mount point /${point} in the container's read-only root: ${message}`,
      );
      expect(stdout).toBe(created);
    });
  });
});

it('refuses other values of BULKHEAD_LAYERS', () => {
  const { status, stderr } = spawnSync(runtime, ['--bulkhead-perform'], {
    input: new PlanBuilder().encode(),
    encoding: 'utf8',
    env: { ...process.env, BULKHEAD_LAYERS: 'fd' },
  });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: 'bulkhead: the environment variable BULKHEAD_LAYERS may be `attached` only, not `fd`\n',
  });
});
