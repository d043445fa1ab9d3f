import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startGuardedEngine, type GuardedEngine } from '../tests/support/guarded-engine.ts';
import type { IsolatedEngine } from '../tests/support/isolated-engine.ts';
import { rangeSize } from '../shared/isolation/range-size.ts';

let guarded: GuardedEngine;
let engine: IsolatedEngine;
beforeAll(async () => {
  guarded = await startGuardedEngine();
  ({ engine } = guarded);
});
afterAll(async () => {
  await guarded.stop();
});

/**
 * Sends a request to the Engine API through the gateway; resolves with the body, rejects with the engine's
 * message.
 */
function call(method: string, target: string, body?: unknown, signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const sent = request(
      {
        socketPath: guarded.socket,
        method,
        path: target,
        ...(signal === undefined ? {} : { signal }),
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
      },
      (answer) => {
        let received = '';
        answer
          .setEncoding('utf8')
          .on('data', (part: string) => {
            received += part;
          })
          .once('error', reject)
          .on('end', () => {
            if ((answer.statusCode ?? 500) < 400) resolve(received);
            else reject(new Error(received));
          });
      },
    );
    sent.once('error', reject);
    sent.end(text);
  });
}

/**
 * Does what `docker run` and `docker rm` do, without starting a process for each. Resolves with the
 * container's output.
 */
async function runAndRemove(): Promise<string> {
  const { Id: id } = JSON.parse(
    await call('POST', '/containers/create', {
      Image: 'busybox',
      Cmd: ['cat', '/proc/self/uid_map'],
      Tty: true,
      HostConfig: { NetworkMode: 'none' },
    }),
  ) as { Id: string };
  await call('POST', `/containers/${id}/start`);
  await call('POST', `/containers/${id}/wait`);
  const printed = await call('GET', `/containers/${id}/logs?stdout=1`);
  await call('DELETE', `/containers/${id}`);
  return printed;
}

const baseOf = (map: string) => {
  const [inside, base, size] = map.trim().split(/\s+/).map(Number);
  expect([inside, size]).toEqual([0, rangeSize]);
  return base ?? 0;
};

const nothingLeft = () =>
  vi.waitFor(
    async () => {
      expect({
        mounts: await engine.leftoverMounts(),
        ranges: await engine.ranges(),
        states: await engine.states(),
      }).toEqual({ mounts: [], ranges: [], states: [] });
    },
    { timeout: 60_000, interval: 50 },
  );

// Docker Desktop 4.68 deadlocked in creates under load.
it('A3 64 containers started at once live in 64 ranges, and leave no mount, range or state', async () => {
  const names = Array.from({ length: 64 }, (_, i) => `c${i}`);
  await Promise.all(
    names.map(async (name) => {
      await call('POST', `/containers/create?name=${name}`, { Image: 'busybox', Cmd: ['sleep', '1000'] });
      await call('POST', `/containers/${name}/start`);
    }),
  );
  const claimed = await engine.ranges();
  expect(new Set(claimed).size).toBe(64);
  const pids = (await engine.docker('inspect', '-f', '{{.State.Pid}}', ...names)).trim().split('\n');
  const bases = await Promise.all(
    pids.map(async (pid) => baseOf(await readFile(`/proc/${pid}/uid_map`, 'utf8'))),
  );
  expect(bases.sort()).toEqual(claimed.sort());
  await Promise.all(names.map((name) => call('DELETE', `/containers/${name}?force=1`)));
  await nothingLeft();
}, 180_000);

it('clients that give up creates and starts midway stop none of the others', async () => {
  const givenUp = { creates: 0, starts: 0 };
  const image = { Image: 'busybox', Cmd: ['sleep', '1000'], Labels: { given: 'up' } };
  /** Counts the request unless it was faster, or there was no container to start. */
  const give = async (what: 'creates' | 'starts', target: string, afterMs: number, body?: unknown) => {
    const signal = AbortSignal.timeout(afterMs);
    await call('POST', target, body, signal).catch(() => undefined);
    if (signal.aborted) givenUp[what] += 1;
  };
  await Promise.all(
    Array.from({ length: 32 }, async (_, i) => {
      // Half of the creates succeed, so that there is something whose start can be given up.
      const create = `/containers/create?name=g${i}`;
      if (i % 2 === 0) await give('creates', create, 5 * (i + 1), image);
      else await call('POST', create, image);
      await give('starts', `/containers/g${i}/start`, 5 * (i + 1));
      baseOf(await runAndRemove());
    }),
  );
  expect(givenUp.creates).toBeGreaterThan(0);
  expect(givenUp.starts).toBeGreaterThan(0);
  // The engine may go on with what was given up.
  await vi.waitFor(
    async () => {
      const ids = (await engine.docker('ps', '-aq', '--filter', 'label=given')).split('\n').filter(Boolean);
      if (ids.length > 0) await engine.docker('rm', '-f', ...ids);
      expect(ids).toEqual([]);
    },
    { timeout: 60_000, interval: 100 },
  );
  await nothingLeft();
}, 180_000);

it('200 runs and removals leave no mount, range or state', async () => {
  let started = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (started < 200) {
        started += 1;
        baseOf(await runAndRemove());
      }
    }),
  );
  await nothingLeft();
}, 180_000);
