import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGuardedEngine, type GuardedEngine } from '../../tests/support/guarded-engine.ts';
import type { RangeOwner } from '../../planner/ranges/range-owner.ts';

const run = promisify(execFile);
const alice = 21_301,
  bob = 21_302;
let guarded: GuardedEngine;
const at = (...parts: string[]) => path.join(guarded.scratch, ...parts);

/**
 * `docker …` of user `uid`, without any of root's rights. Resolves with what it printed, whether it failed or
 * not.
 */
async function as(uid: number, ...args: string[]): Promise<string> {
  const setprivArgs = [
    '--reuid',
    String(uid),
    '--regid',
    String(uid),
    '--clear-groups',
    '--',
    'docker',
    '-H',
    `unix://${guarded.socket}`,
    ...args,
  ];
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: at('home') };
  return run('setpriv', setprivArgs, { env }).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)),
  );
}

/** Whose a range is, by the machine's ledger. */
const recordedOwner = (base: number): RangeOwner | null => {
  const { owner } = JSON.parse(
    readFileSync(path.join(guarded.engine.own.rangeOwners.directory, String(base)), 'utf8'),
  ) as { owner: RangeOwner };
  return owner;
};

/** Base of the range that a container of `uid`'s gets. */
async function baseFor(uid: number, ...more: string[]): Promise<number> {
  const output = await as(uid, 'run', '--rm', ...more, 'busybox', 'cat', '/proc/self/uid_map');
  const base = Number(output.trim().split(/\s+/)[1]);
  expect([output, base > 0]).toEqual([output, true]);
  return base;
}

beforeAll(async () => {
  guarded = await startGuardedEngine({ sharingRecords: 'required' });
  await chmod(guarded.scratch, 0o755);
  await chmod(guarded.socket, 0o666);
  await mkdir(at('home'));
  await chmod(at('home'), 0o777);
});
afterAll(() => guarded.stop());

describe("a range once one user's", () => {
  it("is used for that user's containers only, also after planner restart, lost /run or reboot", async () => {
    const alices = new Set<number>();
    const everybodysAreTheirs = async () => {
      const mine = await baseFor(alice);
      expect(recordedOwner(mine)).toBe(alice);
      alices.add(mine);
      for (const other of [bob, 0, bob, 0]) {
        const base = await baseFor(other);
        expect([base, recordedOwner(base)]).toEqual([base, other]);
        expect(alices).not.toContain(base);
      }
    };
    await everybodysAreTheirs();
    await guarded.engine.planner().end('SIGKILL');
    await guarded.engine.startPlanner();
    await everybodysAreTheirs();
    // Somebody empties our part of /run.
    for (const base of await guarded.engine.ranges())
      rmSync(path.join(guarded.engine.own.ranges, String(base)));
    await everybodysAreTheirs();
    await guarded.engine.reboot();
    await everybodysAreTheirs();
    // Not one more than was needed at once: what rests is used again.
    expect(alices.size).toBeLessThanOrEqual(2);
  });

  it('gives the user no new id through a setuid file a container left: it belongs to nobody', async () => {
    const leftIds = [600_113_200, 600_113_201];
    for (const id of leftIds) {
      const container = (await as(id, 'create', 'busybox', 'true')).trim();
      expect(await as(id, 'start', container)).toMatch(/its creator is unknown.*\bA3\)/);
      await as(id, 'rm', container);
    }
    // The ledger is the machine's: engines of concurrent tests add ranges of their own owners to it.
    const ranges = (await readdir(guarded.engine.own.rangeOwners.directory)).filter((name) =>
      /^\d+$/.test(name),
    );
    expect(ranges).not.toEqual([]);
    for (const base of ranges) expect(leftIds).not.toContain(recordedOwner(Number(base)));
  });

  it('is not used for builds, whichever builder runs them', async () => {
    await mkdir(at('build'), { recursive: true });
    await writeFile(at('build', 'Dockerfile'), 'FROM busybox\nRUN cat /proc/self/uid_map > /map\n');
    await chmod(at('build', 'Dockerfile'), 0o644);
    for (const [tag, builder, owner] of [
      ['legacy', '0', 'unnamed'],
      ['kit', '1', 'builds'],
    ] as const) {
      const built = await run(
        'setpriv',
        [
          '--reuid',
          String(alice),
          '--regid',
          String(alice),
          '--clear-groups',
          '--',
          'docker',
          '-H',
          `unix://${guarded.socket}`,
          'build',
          '-t',
          tag,
          at('build'),
        ],
        {
          env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: at('home'), DOCKER_BUILDKIT: builder },
        },
      );
      expect(built.stderr).not.toContain('ERROR');
      const base = Number((await as(alice, 'run', '--rm', tag, 'cat', '/map')).trim().split(/\s+/)[1]);
      expect([tag, recordedOwner(base)]).toEqual([tag, owner]);
    }
  });
});

describe('a container without a sharing record', () => {
  // Whoever aborts a create before the engine has responded, or starts a container before the response, has
  // one.
  it("is not started through the gateway; the engine's own restart gets a range of no user", async () => {
    const id = (await as(alice, 'create', '--name', 'unrecorded', 'busybox', 'sleep', '1000')).trim();
    const record = path.join(guarded.engine.paths.sharing, `${id}.json`);
    const text = readFileSync(record, 'utf8');
    rmSync(record);
    try {
      for (const uid of [alice, bob, 0]) {
        expect(await as(uid, 'start', 'unrecorded')).toMatch(
          /enhanced container isolation: docker start on container unrecorded .*its creator is unknown/,
        );
      }
      await guarded.engine.docker('start', 'unrecorded');
      const base = Number(
        (await as(alice, 'exec', 'unrecorded', 'cat', '/proc/self/uid_map')).trim().split(/\s+/)[1],
      );
      expect(recordedOwner(base)).toBe('unnamed');
      expect(await as(alice, 'restart', '-t', '0', 'unrecorded')).toMatch(/its creator is unknown/);
      await as(alice, 'stop', '-t', '0', 'unrecorded');
      await writeFile(record, text, { mode: 0o600 });
      expect(await as(alice, 'start', 'unrecorded')).toBe('unrecorded\n');
      const own = Number(
        (await as(alice, 'exec', 'unrecorded', 'cat', '/proc/self/uid_map')).trim().split(/\s+/)[1],
      );
      expect(recordedOwner(own)).toBe(alice);
    } finally {
      await as(alice, 'rm', '-f', 'unrecorded');
    }
  });
});

describe('the namespaces of a container', () => {
  it.each([['--network'], ['--pid'], ['--ipc']])(
    "are joined by its owner's containers only: %s",
    async (flag) => {
      await as(alice, 'run', '-d', '--name', 'owned', '--ipc', 'shareable', 'busybox', 'sleep', '1000');
      try {
        const inside = async (uid: number) =>
          as(uid, 'run', '--rm', flag, 'container:owned', 'busybox', 'cat', '/proc/self/uid_map');
        const map = await as(alice, 'exec', 'owned', 'cat', '/proc/self/uid_map');
        expect(map).toMatch(/^\s+0 +\d+ +65536$/m);
        expect(await inside(alice)).toBe(map);
        expect(await inside(bob)).toMatch(
          /isolation: .*owned is user 21301's and this one user 21302's.*create both as one user/,
        );
        expect(await inside(0)).toMatch(
          /enhanced container isolation: .*owned is user 21301's and this one user 0's/,
        );
        // The planner does not rely on the gateway: past it, nobody knows who makes a container.
        const past = guarded.engine.docker('run', '--rm', flag, 'container:owned', 'busybox', 'true');
        await expect(past).rejects.toThrow(
          /belongs to a user who is not known cannot join namespaces that belong to user 21301/,
        );
      } finally {
        await as(alice, 'rm', '-f', 'owned');
      }
      // The runtime does not wait for the release of a range.
      await expect.poll(() => guarded.engine.states()).toEqual([]);
    },
  );
});
