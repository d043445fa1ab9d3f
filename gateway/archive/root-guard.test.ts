import { rmSync } from 'node:fs';
import { chown, chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { engineDiskId } from '../../shared/isolation/disk-ids.ts';
import { FileLocks, locksFile } from '../base/file-locks.ts';
import type { ExecState } from '../engine-api/engine-facts.ts';
import { RootGuard } from './root-guard.ts';
import { requires } from '../../tests/support/requires.ts';

/** Called before links are allowed or forbidden in the engine's mount. */
const onLinkFollowing = vi.hoisted(() => ({ call: (_mountPoint: string): void => undefined }));
vi.mock('./link-following.ts', () => ({
  setLinkFollowing: (mountPoint: string) => {
    onLinkFollowing.call(mountPoint);
  },
}));
/** Whether the engine's mount points have the overlay of a container that is up. */
const mounts = vi.hoisted(() => ({ areShifted: false }));
vi.mock('./open-mount.ts', () => ({ isInShiftedOverlay: () => mounts.areShifted }));

const id = 'c'.repeat(64);
let root: string, upper: string;
let opened: FileLocks[];
const states = new Map<string, ExecState>();

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'bulkhead-root-guard-'));
  upper = path.join(root, 'upper');
  await mkdir(upper);
  await chown(upper, 5, 6);
  await chmod(upper, 0o777);
  opened = [];
  states.clear();
  mounts.areShifted = false;
});
afterEach(async () => {
  for (const locks of opened) locks.close();
  await rm(root, { recursive: true });
});

/** A gateway's guard; two have nothing in common but the state directory. */
function gateway(isPredecessorRunning?: () => boolean) {
  const locks = new FileLocks(locksFile(root));
  opened.push(locks);
  const lines: string[] = [];
  const guard = new RootGuard({
    directory: path.join(root, 'isolation/held-roots'),
    root,
    locks,
    log: (line) => {
      lines.push(line);
    },
    getExecState: (exec) => Promise.resolve(states.get(exec) ?? null),
    isPredecessorRunning,
  });
  /** As the kernel does with the process's descriptors. */
  const kill = () => {
    locks.close();
  };
  /** As at the end of its last connection. */
  const end = () => {
    locks.closeWhenUnused();
  };
  return { guard, locks, kill, end, lines };
}
const owner = async () => {
  const { uid, gid, mode } = await stat(upper);
  return `${uid}:${gid}:${(mode & 0o7777).toString(8)}`;
};
const locked = `${engineDiskId}:${engineDiskId}:755`;

/** Writes the planner's state of a container that is up; returns the engine's mount point. */
async function startContainer(): Promise<string> {
  const merged = path.join(root, 'merged');
  await mkdir(merged);
  await mkdir(containers(), { recursive: true });
  const state = { base: 1 << 20, enginePoints: [merged], overlay: { lowers: [], upper: null } };
  await writeFile(path.join(containers(), `${id}.json`), JSON.stringify(state));
  return merged;
}
const containers = () => path.join(root, 'isolation/containers');
const records = () => readdir(path.join(root, 'isolation/held-roots'));

/** Whether a promise is settled when that gateway has tried to get its lock twice more. */
async function isDone(promise: Promise<unknown>, { locks }: ReturnType<typeof gateway>): Promise<boolean> {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  const tries = vi.spyOn(locks, 'tryLock');
  const before = tries.mock.calls.length;
  await vi.waitUntil(() => done || tries.mock.calls.length >= before + 2, { timeout: 20_000, interval: 5 });
  return done;
}

describe.runIf(process.platform === 'linux' && requires('root'))(
  'A5: a root directory that one of two gateways has locked',
  () => {
    it('is not restored by another one that starts', async () => {
      const [one, other] = [gateway(), gateway()];
      const release = await one.guard.lock(id, upper);
      await other.guard.restoreAll();
      expect(await owner()).toBe(locked);
      await release();
      expect(await owner()).toBe('5:6:777');
      expect(await records()).toEqual([]);
    });

    it('is locked until the end of both copies', async () => {
      const [one, other] = [gateway(), gateway()];
      const releaseOne = await one.guard.lock(id, upper);
      const second = other.guard.lock(id, upper);
      expect(await isDone(second, other)).toBe(false);
      await releaseOne();
      const releaseOther = await second;
      await releaseOne();
      expect(await owner()).toBe(locked);
      await releaseOther();
      expect(await owner()).toBe('5:6:777');
    });

    it('is restored once it has been killed, by another one that runs on', async () => {
      const [one, other] = [gateway(), gateway()];
      await one.guard.lock(id, upper);
      await other.guard.restoreAll(10);
      expect(await owner()).toBe(locked);
      one.kill();
      await expect.poll(owner).toBe('5:6:777');
      expect(await records()).toEqual([]);
    });

    it('stays so where it ends, until the engine is done with the copy', async () => {
      const [one, other] = [gateway(), gateway()];
      const unlockCopy = await one.guard.acquireCopyLock(id);
      const release = await one.guard.lock(id, upper);
      one.end();
      await other.guard.restoreAll(10);
      const next = other.guard.acquireCopyLock(id);
      expect(await isDone(next, other)).toBe(false);
      expect(await owner()).toBe(locked);
      await release();
      expect(await owner()).toBe('5:6:777');
      unlockCopy();
      await expect(next).resolves.toBeTypeOf('function');
    });

    it('is not restored by one that has ended itself', async () => {
      const [one, other] = [gateway(), gateway()];
      await one.guard.lock(id, upper);
      vi.useFakeTimers({ toFake: ['setTimeout'] });
      try {
        await other.guard.restoreAll(10);
        other.end();
        one.kill();
        const looks = vi.spyOn(other.locks, 'hasOthers');
        await vi.advanceTimersByTimeAsync(100);
        expect(looks).not.toHaveBeenCalled();
      } finally {
        vi.useRealTimers();
      }
      expect(await owner()).toBe(locked);
      await expect(other.guard.acquireCopyLock(id)).rejects.toThrow();
    });

    it('is restored after that one was killed just before another one began to look', async () => {
      const [one, other] = [gateway(), gateway()];
      await one.guard.lock(id, upper);
      // Seen in this order: no other gateway, then its lock, which the kernel has not released yet.
      vi.spyOn(other.locks, 'hasOthers').mockReturnValueOnce(false);
      await other.guard.restoreAll(10);
      expect(await owner()).toBe(locked);
      one.kill();
      await expect.poll(owner).toBe('5:6:777');
    });

    it('is not restored before the end of a predecessor of a version that had no locks', async () => {
      let isRunning = true;
      let looks = 0;
      const predecessor = gateway();
      await predecessor.guard.lock(id, upper);
      predecessor.kill();
      const successor = gateway(() => {
        looks += 1;
        return isRunning;
      });
      await successor.guard.restoreAll(10);
      await expect.poll(() => looks).toBeGreaterThan(3);
      expect(await owner()).toBe(locked);
      isRunning = false;
      await expect.poll(owner).toBe('5:6:777');
    });

    it('is looked for until the locks cannot be used, which is reported', async () => {
      const [one, other] = [gateway(), gateway()];
      const failing = vi.spyOn(other.locks, 'hasOthers').mockReturnValueOnce(true);
      failing.mockImplementation(() => {
        throw new Error('no locks available');
      });
      await other.guard.restoreAll(10);
      await expect.poll(() => other.lines.join()).toMatch(/no locks available/);
      expect(one.lines).toEqual([]);
    });

    it('gets its own owner back after a copy by another one, where it was killed', async () => {
      const [one, other] = [gateway(), gateway()];
      await one.guard.lock(id, upper);
      one.kill();
      const release = await other.guard.lock(id, upper);
      expect(await owner()).toBe(locked);
      await release();
      expect(await owner()).toBe('5:6:777');
    });

    it('is not restored by one that copies itself, while it looks for those of killed ones', async () => {
      const { guard } = gateway();
      const release = await guard.lock(id, upper);
      await guard.restoreAll();
      expect(await owner()).toBe(locked);
      await release();
    });

    it('whose record was unfinished when its gateway was killed leaves no file', async () => {
      const { guard, lines } = gateway();
      await mkdir(path.join(root, 'isolation/held-roots'), { recursive: true });
      await writeFile(path.join(root, 'isolation/held-roots', `${id}.json.new`), '{');
      await guard.restoreAll();
      expect(await records()).toEqual([]);
      expect(lines).toEqual([]);
    });

    it('is restored on disk where the container ends meanwhile, with its mount point', async () => {
      const { guard, lines } = gateway();
      const release = await guard.lock(id, upper);
      await startContainer();
      mounts.areShifted = true;
      let isEnded = false;
      onLinkFollowing.call = (mountPoint) => {
        rmSync(mountPoint, { recursive: true });
        rmSync(containers(), { recursive: true });
        isEnded = true;
      };
      await release();
      onLinkFollowing.call = () => undefined;
      expect(isEnded).toBe(true);
      expect(await owner()).toBe('5:6:777');
      expect(await records()).toEqual([]);
      expect(lines).toEqual([]);
    });

    it('is not mistaken for its mount point where the engine has its own overlay there', async () => {
      const { guard } = gateway();
      const merged = await startContainer();
      await chmod(merged, 0o1777);
      await expect(guard.lock(id, upper)).rejects.toThrow('is being started or ended');
      expect((await stat(merged)).mode & 0o7777).toBe(0o1777);
      expect(await owner()).toBe('5:6:777');
      expect(await records()).toEqual([]);
    });

    it('gets its mode back where the container sets another owner meanwhile', async () => {
      const { guard } = gateway();
      const release = await guard.lock(id, upper);
      await chown(upper, 7, 8);
      await release();
      expect(await owner()).toBe('7:8:777');
    });

    it('keeps the mode that the container sets after the gateway was killed', async () => {
      const [one, other] = [gateway(), gateway()];
      await one.guard.lock(id, upper);
      one.kill();
      await chown(upper, 7, 8);
      await other.guard.restoreAll();
      expect(await owner()).toBe('7:8:755');
      expect(await records()).toEqual([]);
    });

    it('whose record cannot be read is reported once', async () => {
      const [one, other] = [gateway(), gateway()];
      await mkdir(path.join(root, 'isolation/held-roots'), { recursive: true });
      await writeFile(path.join(root, 'isolation/held-roots', `${id}.json`), '{');
      for (let i = 0; i < 2; i++) await other.guard.restoreAll();
      expect(other.lines).toHaveLength(1);
      expect(one.lines).toHaveLength(0);
    });
  },
);

describe.runIf(process.platform === 'linux')('copies of one container by two gateways', () => {
  it('are serialized, whichever client disconnects in between', async () => {
    const [one, other] = [gateway(), gateway()];
    const release = await one.guard.acquireCopyLock(id);
    const disconnect = new AbortController();
    const left = other.guard.acquireCopyLock(id, disconnect.signal);
    const next = other.guard.acquireCopyLock(id);
    disconnect.abort();
    await expect(left).rejects.toThrow();
    expect(await isDone(next, other)).toBe(false);
    await expect(other.guard.acquireCopyLock('other')).resolves.toBeTypeOf('function');
    release();
    const releaseNext = await next;
    // Once more, as for an export: it is another one's now.
    release();
    const last = one.guard.acquireCopyLock(id);
    expect(await isDone(last, one)).toBe(false);
    releaseNext();
    await expect(last).resolves.toBeTypeOf('function');
  });

  it('go on where one is killed', async () => {
    const [one, other] = [gateway(), gateway()];
    await one.guard.acquireCopyLock(id);
    one.kill();
    await expect(other.guard.acquireCopyLock(id)).resolves.toBeTypeOf('function');
  });
});
