import { execFile } from 'node:child_process';
import { readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startGuardedEngine, type GuardedEngine } from '../tests/support/guarded-engine.ts';
import { shimsOf, type IsolatedEngine } from '../tests/support/isolated-engine.ts';
import { seededRandom, testSeed } from '../tests/support/random-seed.ts';
import { docker } from '../tests/support/real-engine.ts';
import { firstProcessOf, hasEnded } from './first-process.ts';

const run = promisify(execFile);
const kills = 40;
let guarded: GuardedEngine;
let engine: IsolatedEngine;
beforeAll(async () => {
  guarded = await startGuardedEngine();
  ({ engine } = guarded);
  const dockerfile =
    'FROM busybox\nRUN echo 1 > /one; mkdir -p /d/e; echo x > /d/e/f\n' +
    'RUN rm -r /d; echo 2 > /two; chmod 600 /one\nRUN mkdir /d; echo 3 > /d/g; chown 5:6 /two\n';
  const built = await guarded.sh(`printf '%s' '${dockerfile}' | docker build -q -t ${image} -`);
  expect({ code: built.code, stderr: built.stderr }).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await guarded.stop();
});

type Victim = 'runtime' | 'shim' | 'planner' | 'dockerd';
/** In turn; dockerd least often, because it takes the longest to return. */
const victims: readonly Victim[] = [
  'runtime',
  'shim',
  'planner',
  'runtime',
  'dockerd',
  'runtime',
  'shim',
  'planner',
];
const operations = ['create', 'start', 'delete'] as const;
type Operation = (typeof operations)[number];

/** The engine's processes that run the runtime. */
async function runtimes(): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const programs = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/exe`).catch(() => '')));
  return pids.filter((_, i) => programs[i] === engine.paths.runtimeBinary).map(Number);
}

/**
 * Kills one `victim` after `delay` ms, unless the operation is `over` by then. If no runtime or shim is
 * running at that moment, waits until one is.
 */
async function kill(
  victim: Victim,
  delay: number,
  performed: Promise<unknown>,
  over: () => boolean,
): Promise<boolean> {
  await Promise.race([
    performed,
    new Promise((resolve) => {
      setTimeout(resolve, delay);
    }),
  ]);
  if (over()) return false;
  if (victim === 'planner') {
    await engine.planner().end('SIGKILL');
    await engine.startPlanner();
    return true;
  }
  if (victim === 'dockerd') {
    await engine.restartDockerd('SIGKILL');
    return true;
  }
  while (!over()) {
    const [pid] = victim === 'runtime' ? await runtimes() : await shimsOf(engine.root);
    if (pid === undefined) continue;
    try {
      process.kill(pid, 'SIGKILL');
      return true;
    } catch {
      // it has just exited by itself
    }
  }
  return false;
}

function perform(operation: Operation): Promise<unknown> {
  switch (operation) {
    case 'create':
      return docker(
        guarded.socket,
        'run',
        '-d',
        '--network',
        'none',
        '--stop-signal',
        'KILL',
        '--name',
        'one',
        '-v',
        'data:/data',
        image,
        'sh',
        '-c',
        'echo x > /f; echo x >> /etc/passwd; exec sleep 1000',
      );
    case 'start':
      return docker(guarded.socket, 'start', 'one');
    case 'delete':
      return docker(guarded.socket, 'rm', '-f', 'one');
  }
}

/** Creates what `operation` needs. */
async function prepare(operation: Operation): Promise<void> {
  if (operation === 'create') return;
  await perform('create');
  if (operation === 'start') await engine.docker('kill', 'one');
}

/** The image of the containers: several layers, some of which hide files of others. */
const image = 'layered';

/** Every file of every image layer with mode, owner, size and content. */
async function layers(): Promise<string> {
  const { UpperDir = '', LowerDir = '' } = JSON.parse(
    await engine.docker('image', 'inspect', '-f', '{{json .GraphDriver.Data}}', image),
  ) as { UpperDir?: string; LowerDir?: string }; // the layers of overlay2
  const directories = [UpperDir, ...LowerDir.split(':')].filter((one) => one !== '');
  expect(directories.length).toBeGreaterThanOrEqual(4);
  const script =
    'for d; do cd "$d" && find . -printf "%P %y %U:%G %m %s %l %T@\\n" | sort && ' +
    'find . -type f -exec sha256sum {} + | sort; done';
  return (await run('sh', ['-c', script, 'sh', ...directories], { maxBuffer: 1 << 24 })).stdout;
}

/** How long each operation takes undisturbed, ms: kills are timed within it. */
async function lengths(): Promise<Record<Operation, number>> {
  const measured: Record<Operation, number> = { create: 0, start: 0, delete: 0 };
  for (const operation of operations) {
    await prepare(operation);
    const begun = performance.now();
    await perform(operation);
    measured[operation] = performance.now() - begun;
    await engine.docker('rm', '-f', 'one').catch(() => undefined);
  }
  return measured;
}

const runc = () => path.join(engine.settings.execRoot, 'runtime-runc/moby');

/**
 * Ends a container that dockerd lost track of: killed before it recorded the start, it considers the
 * container stopped, and would remove it although it is running, with plain runc as well
 * (lost-containers.engine.test.ts). Starting it again would not do: dockerd ends the running process first,
 * and may take its exit for that of the new one, which it then loses, too. A runtime that was still at work
 * when dockerd was killed is waited for: until it ends, it is open whether the container runs.
 */
async function endLost(what: string): Promise<void> {
  await vi.waitFor(
    async () => {
      expect(await runtimes(), what).toEqual([]);
    },
    { timeout: 60_000, interval: 50 },
  );
  const [id = '', running] = (
    await engine.docker('inspect', '-f', '{{.Id}} {{.State.Running}}', 'one').catch(() => '')
  )
    .trim()
    .split(' ');
  const first = firstProcessOf(runc(), id);
  if (running !== 'false' || first === null || hasEnded(first)) return;
  console.log(`${what}: dockerd lost the container`);
  process.kill(first.pid, 'SIGKILL');
}

async function left(): Promise<unknown> {
  return {
    mounts: await engine.leftoverMounts(),
    ranges: await engine.ranges(),
    states: await engine.states(),
    runc: await readdir(runc()).catch(() => []),
  };
}
const nothing = { mounts: [], ranges: [], states: [], runc: [] };

it(
  `${kills} kills during create, start and delete leave nothing behind and change no layer`,
  { timeout: 600_000 },
  async () => {
    const next = seededRandom(testSeed());
    const before = await layers();
    const lasts = await lengths();
    let killed = 0;
    // Neither a process that exited by itself before it was killed counts, nor a kill after the operation.
    for (let i = 0; killed < kills; i++) {
      expect(i, 'most were not there to be killed').toBeLessThan(3 * kills);
      const victim = victims[i % victims.length] ?? 'runtime';
      const operation = operations[i % operations.length] ?? 'create';
      const delay = Math.floor(next() * lasts[operation]);
      const what = `kill ${i}: ${victim} ${delay} ms into ${operation}`;
      await prepare(operation);
      let over = false;
      const begun = performance.now();
      // The result of the operation is not checked here.
      const performed = perform(operation)
        .catch(() => undefined)
        .then(() => {
          over = true;
        });
      if (await kill(victim, delay, performed, () => over)) killed += 1;
      // as long as it takes at the current load of the machine
      else lasts[operation] = performance.now() - begun;
      await performed;
      if (victim === 'dockerd') await endLost(what);
      // A partly created or partly deleted container can be removed, at the second attempt at the latest: the
      // engine may still be busy with it.
      await vi.waitFor(
        async () => {
          await engine.docker('rm', '-f', 'one').catch(() => undefined);
          expect(await engine.docker('ps', '-aq'), what).toBe('');
        },
        { timeout: 30_000, interval: 200 },
      );
      await vi.waitFor(
        async () => {
          const now = await left();
          expect(now, `${what}: ${JSON.stringify(now)}`).toEqual(nothing);
        },
        { timeout: 60_000, interval: 50 },
      );
    }
    // A shim whose runtime was killed during a delete waits for containerd's next start, on a stock engine as
    // well.
    await engine.restartDockerd('SIGTERM');
    await vi.waitFor(
      async () => {
        expect(await shimsOf(engine.root)).toEqual([]);
      },
      { timeout: 60_000, interval: 50 },
    );
    expect(await layers()).toBe(before);
    expect(await engine.docker('run', '--rm', image, 'echo', 'works')).toBe('works\n');
  },
);
