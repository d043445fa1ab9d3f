import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ContainerScan } from '../../shared/containers/protection.ts';
import { dockerClient } from '../base/docker-client.ts';
import { removeContainers } from '../scan/remove.ts';
import { parseUidMap, scanContainers, type ScanOptions } from '../scan/scan.ts';

interface FakeContainer {
  id: string;
  runtime: string;
  running?: boolean;
  pid?: number;
  created?: string;
  pidMode?: string;
  networkMode?: string;
  privileged?: boolean;
  mounts?: { Type: string; Name?: string; Source: string; Destination: string }[];
}

/**
 * Speaks list, inspect, stop and delete as the engine does; for numbers and races a real engine can't be made
 * to show on demand.
 */
class FakeEngine {
  readonly containers = new Map<string, FakeContainer>();
  readonly vanished = new Set<string>();
  readonly broken = new Set<string>();
  readonly calls: string[] = [];
  readonly usedVolumes = new Set<string>();
  lists = 0;
  inspecting = 0;
  mostInspecting = 0;
  readonly socket: string;
  readonly #server: Server;

  constructor(socket: string) {
    this.socket = socket;
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://engine');
      const send = (status: number, body?: unknown) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(body === undefined ? '' : JSON.stringify(body));
      };
      if (request.method !== 'GET') this.calls.push(`${request.method} ${url.pathname}${url.search}`);
      if (url.pathname === '/containers/json') {
        this.lists++;
        if (url.searchParams.get('all') !== 'true' && url.searchParams.get('all') !== '1') {
          send(200, []);
          return;
        }
        send(
          200,
          [...this.containers.values()].map((c) => ({
            Id: c.id,
            Names: [`/c-${c.id.slice(0, 6)}`],
            Image: 'busybox',
            State: c.running ? 'running' : 'exited',
            Status: 'Exited (0)',
            Created: 1,
            Labels: {},
          })),
        );
        return;
      }
      const volume = /^\/volumes\/(.+)$/.exec(url.pathname)?.[1];
      if (volume !== undefined) {
        if (this.usedVolumes.has(volume)) send(409, { message: 'volume is in use' });
        else send(204);
        return;
      }
      const [, id = '', action = ''] = /^\/containers\/([^/]+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
      const container = this.containers.get(id);
      if (container === undefined || this.vanished.has(id)) {
        send(404, { message: 'No such container' });
        return;
      }
      if (request.method === 'DELETE') {
        this.containers.delete(id);
        send(204);
        return;
      }
      if (action === 'stop') {
        container.running = false;
        send(204);
        return;
      }
      if (this.broken.has(id)) {
        send(500, { message: 'broken state' });
        return;
      }
      this.inspecting++;
      this.mostInspecting = Math.max(this.mostInspecting, this.inspecting);
      setImmediate(() => {
        this.inspecting--;
        send(200, {
          Id: id,
          Name: `/c-${id.slice(0, 6)}`,
          Created: container.created ?? '2026-01-01T00:00:00Z',
          Config: { Image: 'busybox', Labels: { a: 'b' } },
          State: {
            Status: container.running ? 'running' : 'exited',
            Running: container.running === true,
            Paused: false,
            Restarting: false,
            Pid: container.pid ?? 0,
          },
          HostConfig: {
            Runtime: container.runtime,
            Privileged: container.privileged === true,
            PidMode: container.pidMode ?? '',
            NetworkMode: container.networkMode ?? 'default',
            IpcMode: 'private',
            UTSMode: '',
            RestartPolicy: { Name: 'always' },
          },
          Mounts: container.mounts ?? [],
        });
      });
    });
  }
  add(container: Partial<FakeContainer> & { id: string }): void {
    this.containers.set(container.id, { runtime: 'runc', ...container });
  }
  listen(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.listen(this.socket, resolve);
    });
  }
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeAllConnections();
    });
  }
}

let dir: string;
let engine: FakeEngine;
beforeEach(async () => {
  dir = await mkdtemp('/tmp/bh-scan-');
  engine = new FakeEngine(path.join(dir, 'e.sock'));
  await engine.listen();
});
afterEach(async () => {
  await engine.close();
  await rm(dir, { recursive: true, force: true });
});

const eciOn: ScanOptions = { eci: true, eciSince: '2026-02-01T00:00:00Z', runtimeName: 'bulkhead' };
async function scan(options: Partial<ScanOptions> = {}): Promise<ContainerScan> {
  const result = await scanContainers(dockerClient(engine.socket), { ...eciOn, ...options });
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
const id = (n: number) => n.toString(16).padStart(64, '0');

describe('scan (D)', () => {
  test('1,000 containers take one list call, one inspect each, at most 16 at once', async () => {
    for (let n = 0; n < 1000; n++) engine.add({ id: id(n) });
    expect((await scan()).containers).toHaveLength(1000);
    expect(engine.lists).toBe(1);
    expect(engine.mostInspecting).toBeGreaterThan(1);
    expect(engine.mostInspecting).toBeLessThanOrEqual(16);
  });
  test('one removed between list and inspect is left out; a failed inspect is "unknown"', async () => {
    for (const n of [1, 2, 3]) engine.add({ id: id(n), runtime: 'bulkhead' });
    engine.vanished.add(id(1));
    engine.broken.add(id(2));
    const { containers } = await scan();
    expect(containers.map((c) => [c.id, c.protected, c.reason])).toEqual([
      [id(2), false, 'unknown'],
      [id(3), true, 'own-range-stopped'],
    ]);
  });
  test('each container has the reason for its state', async () => {
    engine.add({ id: id(1), created: '2026-01-01T00:00:00Z' });
    engine.add({ id: id(2), created: '2026-03-01T00:00:00Z' });
    engine.add({ id: id(3), runtime: 'bulkhead', running: true, pid: 31 });
    engine.add({ id: id(4), runtime: 'bulkhead', running: true, pid: 41 });
    engine.add({ id: id(5), runtime: 'bulkhead', running: true, pid: 51 });
    engine.add({ id: id(6), runtime: 'bulkhead' });
    const maps: Record<number, string> = {
      31: '         0 1000000000      65536\n',
      41: '         0          0 4294967295\n',
      51: 'nonsense',
    };
    const { containers } = await scan({ uidMap: (pid) => Promise.resolve(maps[pid] ?? null) });
    expect(containers.map((c) => c.reason)).toEqual([
      'before-eci',
      'past-gateway',
      'own-range',
      'no-user-namespace',
      'unknown',
      'own-range-stopped',
    ]);
    expect(containers.map((c) => c.protected)).toEqual([false, false, true, false, false, true]);
    expect(containers[2]?.range).toEqual({ first: 1000000000, last: 1000065535 });
    expect((await scan({ eci: false, eciSince: null })).containers[0]?.reason).toBe('eci-off');
  });
  test('a container whose process is gone at every look is unknown, not fine', async () => {
    engine.add({ id: id(1), runtime: 'bulkhead', running: true, pid: 4194305 });
    expect((await scan()).containers[0]).toMatchObject({ protected: false, reason: 'unknown' });
  });
  test('obstacles, volumes and privilege are named', async () => {
    engine.add({
      id: id(1),
      pidMode: 'host',
      networkMode: 'host',
      privileged: true,
      mounts: [
        { Type: 'volume', Name: 'db', Source: '/x', Destination: '/data' },
        { Type: 'volume', Name: 'f'.repeat(64), Source: '/y', Destination: '/tmp' },
        { Type: 'bind', Source: '/var/run/docker.sock', Destination: '/var/run/docker.sock' },
      ],
    });
    expect((await scan()).containers[0]).toMatchObject({
      obstacles: ['pid=host', 'network=host', 'docker-socket'],
      privileged: true,
      restartPolicy: 'always',
      labels: { a: 'b' },
      volumes: [
        { name: 'db', anonymous: false, destination: '/data' },
        { name: 'f'.repeat(64), anonymous: true, destination: '/tmp' },
      ],
    });
  });
  test('no engine is an error that says what to do', async () => {
    const result = await scanContainers(dockerClient(path.join(dir, 'none.sock')), eciOn);
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'engine.unreachable', hint: expect.stringContaining('engine start') },
    });
  });
});

describe('uid_map', () => {
  test.each([
    ['0 1000000000 65536', { first: 1000000000, last: 1000065535 }],
    ['0 0 4294967295', { first: 0, last: 4294967294 }],
    ['0 100000 65536\n65536 0 1', { first: 0, last: 65535 }],
    ['', null],
    ['1 1000 1', null],
    ['0 1000', null],
    ['0 x 65536', null],
    ['0 -5 65536', null],
    ['0 1000 0', null],
  ])('%j', (text, range) => {
    expect(parseUidMap(text)).toEqual(range);
  });
});

describe('remove (D)', () => {
  const remove = (
    request: Partial<Parameters<typeof removeContainers>[1]> & { ids: string[] },
    options: Parameters<typeof removeContainers>[2] = {},
  ) =>
    removeContainers(
      dockerClient(engine.socket),
      { includeRunning: false, removeVolumes: false, ...request },
      options,
    );
  const volume = { Type: 'volume', Name: 'db', Source: '/x', Destination: '/data' };

  test('one outcome per id, in order; running ones are refused by default; volumes are kept', async () => {
    engine.add({ id: id(1), mounts: [volume] });
    engine.add({ id: id(2), running: true, pid: 1 });
    const outcomes = await remove({ ids: [id(2), id(1), 'missing'] });
    expect(outcomes.map((o) => [o.id, o.removed])).toEqual([
      [id(2), false],
      [id(1), true],
      ['missing', false],
    ]);
    expect(outcomes[0]?.error).toContain('running');
    expect(engine.calls).toEqual([`DELETE /containers/${id(1)}?force=false&v=false`]);
  });
  test('a running one that was chosen is stopped before it is removed', async () => {
    engine.add({ id: id(2), running: true, pid: 1 });
    expect(await remove({ ids: [id(2)], includeRunning: true })).toMatchObject([{ removed: true }]);
    expect(engine.calls).toEqual([
      `POST /containers/${id(2)}/stop?t=10`,
      `DELETE /containers/${id(2)}?force=true&v=false`,
    ]);
  });
  test('volumes are removed only on request; one still in use is kept and reported', async () => {
    engine.add({
      id: id(1),
      mounts: [volume, { ...volume, Name: 'shared' }, { ...volume, Name: 'a'.repeat(64) }],
    });
    engine.usedVolumes.add('shared');
    const [outcome] = await remove({ ids: [id(1)], removeVolumes: true });
    expect(outcome).toMatchObject({ removed: true, error: expect.stringContaining('shared (') });
    expect(engine.calls).toEqual([
      `DELETE /containers/${id(1)}?force=false&v=true`,
      'DELETE /volumes/db',
      'DELETE /volumes/shared',
    ]);
  });
  test('after an abort the rest is left alone, and progress has reported each', async () => {
    for (let n = 0; n < 20; n++) engine.add({ id: id(n) });
    const controller = new AbortController();
    const progress: number[] = [];
    const outcomes = await remove(
      { ids: [...engine.containers.keys()] },
      {
        signal: controller.signal,
        onProgress: (_o, done, total) => {
          progress.push(done);
          expect(total).toBe(20);
          controller.abort();
        },
      },
    );
    expect(progress).toHaveLength(20);
    expect(outcomes.filter((o) => o.removed).length).toBeLessThanOrEqual(4);
    expect(engine.containers.size).toBe(outcomes.filter((o) => !o.removed).length);
  });
});
