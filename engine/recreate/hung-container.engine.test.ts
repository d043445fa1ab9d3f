import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { RecreateRequest } from '../../shared/containers/recreate.ts';
import { ok } from '../../shared/result.ts';
import { startBareEngine, type BareEngine } from '../../tests/support/real-engine.ts';
import { rootPaths } from '../base/root-paths.ts';
import { root } from '../base/docker-client-as.ts';
import { dockerClient, engineMessage } from '../base/docker-client.ts';
import { makeRecreatePlan } from './recreate.ts';
import type { RecreatePorts } from './recreate-ports.ts';
import { removeContainers } from '../scan/remove.ts';
import { scanContainers } from '../scan/scan.ts';

// dockerd reads /etc/passwd of a container while it starts it, holding the container's lock. If that is a
// FIFO, the read never returns, and no request about that container gets a response.

const run = promisify(execFile);
const limitMs = 3_000;
const hungNames = ['hung-0', 'hung-1', 'hung-2'];
let engine: BareEngine;
/** Requests to start the containers that hang. They end once a process writes to the FIFO. */
let starts: readonly Promise<unknown>[];
let fifos: readonly string[];

beforeAll(async () => {
  engine = await startBareEngine();
  const script = `set -e
d=$(mktemp -d); trap 'rm -r "$d"' EXIT
mkdir -p "$d/bin" "$d/etc"; cp "$(command -v busybox)" "$d/bin/busybox"; ln -s busybox "$d/bin/sleep"
mkfifo "$d/etc/passwd"
tar -C "$d" -c . | docker -H "unix://$1" import -c 'ENV PATH=/bin' - fifo`;
  await run('sh', ['-c', script, 'sh', engine.socket]);
  for (const name of ['other-0', 'other-1']) {
    await engine.docker('run', '-d', '--name', name, '--network', 'none', 'busybox', 'sleep', '1000');
  }
  for (const name of hungNames) {
    await engine.docker(
      'create',
      '--name',
      name,
      '--network',
      'none',
      '--user',
      'nobody',
      'fifo',
      'sleep',
      '1000',
    );
  }
  fifos = await Promise.all(
    hungNames.map(async (name) => {
      const root = await engine.docker('inspect', '-f', '{{.GraphDriver.Data.MergedDir}}', name);
      return path.join(root.trim(), 'etc/passwd');
    }),
  );
  starts = hungNames.map((name) => engine.docker('start', name).catch((error: unknown) => error));
  // The engine has mounted it by the time it reads the file; from then on no request about it gets a
  // response.
  for (const name of hungNames) {
    const inspected = () =>
      dockerClient(engine.socket, 300)
        .getContainer(name)
        .inspect()
        .then(() => 'answered', engineMessage);
    await vi.waitFor(
      async () => {
        expect(await inspected()).toContain('did not respond');
      },
      { timeout: 60_000 },
    );
  }
});

afterAll(async () => {
  // dockerd waits for its locks before it exits: opening the FIFO lets it continue.
  try {
    for (const fifo of fifos) await (await open(fifo, 'r+')).close();
    await Promise.all(starts);
  } finally {
    await engine.stop();
  }
});

const docker = () => dockerClient(engine.socket, limitMs);
const isHung = ({ name }: { readonly name: string }) => hungNames.includes(name);
const noResponse = `the engine did not respond within ${limitMs / 1000} s`;

it("a scan lists what can't be inspected as unknown, with the reason", async () => {
  const scan = await scanContainers(docker(), { eci: false, eciSince: null, runtimeName: 'bulkhead' });
  if (!scan.ok) throw new Error(scan.error.message);
  const { containers } = scan.value;
  expect(containers.filter(isHung)).toHaveLength(hungNames.length);
  for (const container of containers.filter(isHung)) {
    expect(container).toMatchObject({ reason: 'unknown', protected: false, whyUnknown: noResponse });
  }
  const others = containers.filter((one) => !isHung(one));
  expect(others.map(({ name, reason }) => `${name} ${reason}`).sort()).toEqual([
    'other-0 eci-off',
    'other-1 eci-off',
  ]);
});

it('a scan with a limit for each container lists new ones although others hang', async () => {
  const options = { eci: false, eciSince: null, runtimeName: 'bulkhead', inspectLimitMs: limitMs };
  // With the timeout of any client, ten seconds and more.
  const patient = dockerClient(engine.socket);
  await engine.docker('create', '--name', 'new', '--network', 'none', 'busybox', 'true');
  const scan = await scanContainers(patient, options);
  await engine.docker('rm', 'new');
  if (!scan.ok) throw new Error(scan.error.message);
  expect(scan.value.durationMs).toBeLessThan(9_000);
  expect(scan.value.containers.find(({ name }) => name === 'new')?.reason).toBe('eci-off');
  expect(scan.value.containers.filter(isHung).map(({ whyUnknown }) => whyUnknown)).toEqual(
    hungNames.map(() => noResponse),
  );
});

it('a plan to recreate lists those that cannot be inspected as unchanged, and plans the others', async () => {
  const ports: RecreatePorts = {
    paths: rootPaths(engine.root),
    userFor: () => Promise.resolve(root),
    graceMs: 1_000,
    clients: () => docker(),
    engine: docker(),
    protection: () => Promise.resolve({ eci: true, runtimeName: 'bulkhead' }),
  };
  const request: RecreateRequest = {
    ids: ['hung-0', 'other-0'],
    commit: [],
    old: 'keep',
    withoutRollback: false,
  };
  const plan = await makeRecreatePlan(ports, request);
  expect(plan).toMatchObject(
    ok({
      blocked: true,
      groups: [
        [{ name: 'other-0', blockers: [] }],
        [{ name: 'hung-0', blockers: [{ code: 'not-inspected', params: { why: noResponse } }] }],
      ],
    }),
  );
});

it('removing continues with the others, and reports why one was not removed', async () => {
  const reasons: string[] = [];
  const ids = ['hung-0', 'other-0', 'hung-1', 'other-1', 'hung-2'];
  const outcomes = await removeContainers(
    docker(),
    { ids, includeRunning: true, removeVolumes: false },
    {
      onProgress: ({ id, removed, error }, done, total) => {
        reasons.push(`${done}/${total} ${id} ${removed ? 'removed' : (error ?? '')}`);
      },
    },
  );
  expect(outcomes.map(({ id, removed }) => [id, removed])).toEqual(
    ids.map((id) => [id, id.startsWith('other')]),
  );
  expect(reasons).toHaveLength(5);
  expect(reasons.filter((line) => line.includes(noResponse))).toHaveLength(3);
  expect(await engine.docker('ps', '-a', '--format', '{{.Names}}')).not.toContain('other');
});
