import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unprotected, type ContainerScan } from '../../shared/containers/protection.ts';
import { containerReader } from '../base/container-reader.ts';
import { dockerClient } from '../base/docker-client.ts';
import { parseUidMap, scanContainers, type ScanOptions } from '../scan/scan.ts';
import { FakeEngine, id } from './containers-fixture.ts';

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
async function scan(
  options: Partial<ScanOptions> = {},
  reader = containerReader(engine.socket),
): Promise<ContainerScan> {
  const result = await scanContainers(reader, { ...eciOn, ...options });
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

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
  test('one whose inspect hangs is "unknown" after the limit, and delays no other', async () => {
    for (const n of [1, 2]) engine.add({ id: id(n), runtime: 'bulkhead' });
    engine.hung.add(id(1));
    const { containers } = await scan({ inspectLimitMs: 200 });
    expect(containers.map((c) => [c.id, c.protected, c.reason])).toEqual([
      [id(1), false, 'unknown'],
      [id(2), true, 'own-range-stopped'],
    ]);
    expect(containers[0]?.whyUnknown).toMatch(/0\.2/);
  });
  test('containers of a verification are never listed, unprotected imitations are', async () => {
    const probe = { command: '/bulkhead-probe --hold', labels: { 'bulkhead.probe': 'true' } };
    const justNow = new Date().toISOString();
    const neverStarted = { created: justNow, started: '0001-01-01T00:00:00Z', ...probe };
    engine.add({ id: id(1), runtime: 'bulkhead', created: justNow, ...probe });
    engine.add({ id: id(2), state: 'created', ...neverStarted });
    engine.add({ id: id(3), state: 'removing', ...neverStarted });
    // Its process ends at every check.
    engine.add({ id: id(4), runtime: 'bulkhead', running: true, pid: 4194305, created: justNow, ...probe });
    engine.add({ id: id(5), running: true, pid: 31, created: justNow, ...probe });
    engine.add({ id: id(6), created: justNow, ...probe });
    engine.add({ id: id(7), state: 'created', ...neverStarted, command: 'sh' });
    engine.add({ id: id(8), runtime: 'bulkhead', running: true, pid: 4194305, ...probe });
    expect((await scan()).containers.map((container) => container.id)).toEqual([5, 6, 7, 8].map(id));
  });
  test('one that runs is listed, though it says that it never started', async () => {
    const probe = { command: '/bulkhead-probe', labels: { 'bulkhead.probe': 'true' } };
    const started = '0001-01-01T00:00:00Z';
    engine.add({ id: id(1), running: true, pid: 31, started, created: new Date().toISOString(), ...probe });
    expect((await scan()).containers.map((container) => container.id)).toEqual([id(1)]);
  });
  test('an imitation of a verification is listed once it is older than one, or if from later', async () => {
    const probe = { command: '/bulkhead-probe', labels: { 'bulkhead.probe': 'true' } };
    const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const started = '0001-01-01T00:00:00Z';
    for (const [index, created] of [inMinutes(-11), inMinutes(5)].entries()) {
      engine.add({ id: id(3 * index + 1), runtime: 'bulkhead', created, ...probe });
      engine.add({ id: id(3 * index + 2), created, started, ...probe });
      engine.add({ id: id(3 * index + 3), created, ...probe });
      engine.broken.add(id(3 * index + 3));
    }
    expect((await scan()).containers.map((container) => container.id)).toEqual([1, 2, 3, 4, 5, 6].map(id));
  });
  test('one of a verification that does not answer is not listed, later it is', async () => {
    const probe = { command: '/bulkhead-probe', labels: { 'bulkhead.probe': 'true' } };
    engine.add({ id: id(1), created: new Date().toISOString(), ...probe });
    engine.add({ id: id(2), ...probe });
    for (const n of [1, 2]) engine.broken.add(id(n));
    expect((await scan()).containers.map((container) => container.id)).toEqual([id(2)]);
  });
  test('an old one that is kept is "replaced" while it is stopped and its successor protected', async () => {
    const old = { runtime: 'runc', created: '2026-01-01T00:00:00Z' };
    engine.add({ id: id(1), runtime: 'bulkhead', name: 'web' });
    engine.add({ id: id(2), ...old, name: 'web-before-eci' });
    engine.add({ id: id(3), ...old, name: 'web-before-eci-2', running: true, pid: 31 });
    engine.add({ id: id(4), ...old, name: 'db-before-eci' });
    // Audit mode let them through.
    const audited = { ...old, created: '2026-03-02T00:00:00Z' };
    engine.add({ id: id(5), ...audited, name: 'web-before-eci-3' });
    engine.add({ id: id(6), ...audited, name: 'web-before-eci-4', running: true, pid: 31 });
    // Made on the engine's own socket.
    engine.add({ id: id(7), ...old, created: '2026-03-05T00:00:00Z', name: 'web-before-eci-5' });
    const auditPeriods = [{ from: '2026-03-01T00:00:00Z', until: '2026-03-03T00:00:00Z' }];
    const found = await scan({ auditPeriods });
    expect(found.containers.map(({ reason }) => reason)).toEqual([
      'own-range-stopped',
      'replaced',
      'before-eci',
      'before-eci',
      'replaced',
      'audit-mode',
      'past-gateway',
    ]);
    expect(unprotected(found).map((container) => container.id)).toEqual([3, 4, 6, 7].map(id));
  });
  test('an old one that is kept is "replaced" with ECI off, too', async () => {
    engine.add({ id: id(1), runtime: 'bulkhead', name: 'web' });
    engine.add({ id: id(2), name: 'web-before-eci' });
    engine.add({ id: id(3), name: 'web-before-eci-2', running: true, pid: 31 });
    engine.add({ id: id(4), name: 'db-before-eci' });
    const found = await scan({ eci: false, eciSince: null });
    expect(found.containers.map(({ reason }) => reason)).toEqual([
      'own-range-stopped',
      'replaced',
      'eci-off',
      'eci-off',
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
  test('a container whose process is gone at every check is unknown, not protected', async () => {
    engine.add({ id: id(1), runtime: 'bulkhead', running: true, pid: 4194305 });
    expect((await scan()).containers[0]).toMatchObject({ protected: false, reason: 'unknown' });
  });
  test('a container between two restarts has no process, like a stopped one', async () => {
    engine.add({ id: id(1), runtime: 'bulkhead', running: true, restarting: true, state: 'restarting' });
    engine.add({ id: id(2), running: true, restarting: true, state: 'restarting' });
    expect((await scan()).containers).toMatchObject([
      { protected: true, reason: 'own-range-stopped', state: 'restarting' },
      { protected: false, reason: 'before-eci' },
    ]);
  });
  test('obstacles, volumes and privileges are listed', async () => {
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
  test('A8: bind mounts that the gateway would refuse are listed, of unprotected ones', async () => {
    const link = path.join(dir, 'link');
    await symlink(dir, link);
    const bind = (...sources: string[]) => ({
      mounts: sources.map((Source) => ({ Type: 'bind', Source, Destination: `/in${Source}` })),
    });
    engine.add({ id: id(1), ...bind('/etc', '/srv/data/db', '/var/run/docker.sock', '/dev/null', '/tmp/x') });
    engine.add({ id: id(2), ...bind('/etc', '/srv', '/etc/', '/home/me') });
    engine.add({ id: id(3), runtime: 'bulkhead', ...bind('/etc') });
    engine.add({ id: id(4), mounts: [{ Type: 'volume', Name: 'db', Source: '/x', Destination: '/data' }] });
    engine.add({ id: id(5), ...bind(`${dir}/a`) });
    const unshared = async (sharedDirectories: string[]) =>
      (await scan({ sharedDirectories })).containers.map(({ unsharedMounts }) => unsharedMounts);
    const none = undefined;
    expect(await unshared(['/srv/data', '$TMP'])).toEqual([
      ['/etc'],
      ['/etc', '/srv', '/home/me'],
      none,
      none,
      none,
    ]);
    // Whose home it is depends on who creates the container again.
    expect((await unshared(['$HOME/app', '/srv']))[1]).toEqual(['/etc']);
    expect((await unshared([link]))[4]).toBe(none);
    expect((await unshared([]))[4]).toEqual([`${dir}/a`]);
    // Of a protected one those that a draft would refuse.
    const planned = await scan({ sharedDirectories: ['/etc'], draftDirectories: ['/srv'] });
    expect(planned.containers[2]).toMatchObject({ protected: true, unsharedMounts: ['/etc'] });
    // Without ECI, and without a gateway, nothing is refused.
    const off = await scan({ eci: false, eciSince: null, sharedDirectories: [] });
    expect(off.containers[0]).not.toHaveProperty('unsharedMounts');
    expect((await scan()).containers[0]).not.toHaveProperty('unsharedMounts');
  });
  test('a client of dockerode has the same result', async () => {
    for (const n of [1, 2, 3]) engine.add({ id: id(n), runtime: 'bulkhead' });
    engine.vanished.add(id(1));
    engine.broken.add(id(2));
    const { containers } = await scan();
    expect(containers.map(({ whyUnknown }) => whyUnknown)).toEqual(['broken state', undefined]);
    expect((await scan({}, dockerClient(engine.socket))).containers).toEqual(containers);
  });
  test.each([
    ['reader', containerReader],
    ['client of dockerode', dockerClient],
  ])('without an engine there is an error with what to do, by a %s', async (_, connect) => {
    const result = await scanContainers(connect(path.join(dir, 'none.sock')), eciOn);
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'engine.unreachable', hint: 'Start the engine.' },
    });
  });
  test('a response that is no JSON, or a refusal of the list, is an error', async () => {
    const socket = path.join(dir, 'other.sock');
    const responses = [
      { status: 200, body: 'no JSON', code: 'engine.unreachable' },
      { status: 500, body: '{"message": "no list"}', code: 'engine.request-failed' },
      { status: 503, body: 'busy', code: 'engine.unreachable' },
    ];
    let status = 0;
    let body = '';
    const server = createServer((_, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    for (const { code, ...response } of responses) {
      ({ status, body } = response);
      expect(await scanContainers(containerReader(socket), eciOn)).toMatchObject({ error: { code } });
    }
    server.close();
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
