import { readdir } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RecreateOutcome, RecreateRequest } from '../../shared/containers/recreate.ts';
import { startGuardedEngine, type GuardedEngine } from '../../testing/guarded-engine.ts';
import { recreatePorts, recreateRoot, type RecreateSetup } from '../../testing/recreate-setup.ts';
import { makeRecreatePlan, startRecreate } from './recreate.ts';

let guarded: GuardedEngine;
let setup: RecreateSetup;
/** Past the gateway: as containers were made before ECI. */
let docker: (...args: string[]) => Promise<string>;
beforeAll(async () => {
  guarded = await startGuardedEngine();
  docker = guarded.engine.docker;
  setup = { root: await recreateRoot(guarded.scratch), clients: guarded.gateway.socket, engine: guarded.engine.socket, graceMs: 500 };
});
afterAll(async () => { await guarded.stop(); });
afterEach(async () => {
  const left = (await docker('ps', '-aq')).split('\n').filter((id) => id !== '');
  if (left.length > 0) await docker('rm', '-f', '-v', ...left);
  await docker('network', 'prune', '-f');
  await docker('volume', 'prune', '-af');
  expect(await readdir(setup.root)).toEqual([]);
});

const old = (...args: string[]) => docker('run', '-d', '--runtime', 'runc', '--name', ...args);
interface Inspect { Id: string; Name: string; Image: string; Path: string; Args: string[]; State: Record<string, unknown>; Config: Record<string, unknown>; HostConfig: Record<string, unknown>; Mounts: { Destination: string }[]; NetworkSettings: { Networks: Record<string, Record<string, unknown>> } }
const look = async (name: string) => (JSON.parse(await docker('inspect', name)) as [Inspect])[0]; // what docker inspect prints
const request = (ids: string[], more: Partial<RecreateRequest> = {}): RecreateRequest => ({ ids, commit: [], old: 'remove-when-healthy', withoutWayBack: false, ...more });

async function recreate(ids: string[], more: Partial<RecreateRequest> = {}): Promise<(RecreateOutcome | null)[]> {
  const started = await startRecreate(recreatePorts(setup), request(ids, more), () => undefined);
  if (!started.ok) throw new Error(`${started.error.message}: ${started.error.reason ?? ''}`);
  return (await started.value.done).members.map(({ outcome }) => outcome);
}
const names = async () => (await docker('ps', '-a', '--format', '{{.Names}}')).split('\n').filter((name) => name !== '').sort();
const firstId = async (name: string) => Number((await docker('exec', name, 'cat', '/proc/self/uid_map')).trim().split(/\s+/)[1]);

/** What must be the same afterwards, of everything inspect says. */
function kept(inspect: Inspect): unknown {
  const { Runtime, Binds, Mounts, VolumesFrom, ...host } = inspect.HostConfig;
  const { Hostname, Image, ...config } = inspect.Config;
  return {
    name: inspect.Name, image: inspect.Image, path: inspect.Path, args: inspect.Args, config, host,
    hostname: Hostname === inspect.Id.slice(0, 12) ? 'its own id' : Hostname, imageText: Image,
    mounts: inspect.Mounts.map((mount) => ({ ...mount, Mode: '' })).sort((a, b) => (a.Destination < b.Destination ? -1 : 1)),
    networks: Object.fromEntries(Object.entries(inspect.NetworkSettings.Networks).map(([network, { EndpointID, DNSNames, DriverOpts, ...endpoint }]) => [network, endpoint])),
  };
}

describe('a container made before ECI is recreated under it (D)', () => {
  test('inspect says the same afterwards, data is there, and it runs in a range of its own', async () => {
    await docker('network', 'create', '--subnet', '10.77.1.0/24', 'front');
    await docker('network', 'create', '--subnet', '10.77.2.0/24', 'back');
    await old('full', '--network', 'front', '--ip', '10.77.1.9', '--network-alias', 'web', '--mac-address', '02:11:22:33:44:55', '-p', '127.0.0.1::80',
      '-v', 'data:/data', '-v', '/anonymous', '--mount', 'type=volume,dst=/anonymous2', '-v', `${guarded.work}:/shared:ro`, '--tmpfs', '/t:size=1m', '--mount', 'type=tmpfs,dst=/tm,tmpfs-size=1000000',
      '-e', 'A=1', '-e', 'UMLAUT=ä', '-l', 'x=y', '-u', '0:0', '-w', '/root', '--stop-signal', 'SIGKILL', '--stop-timeout', '3', '--restart', 'on-failure:3', '-m', '64m', '--cpus', '0.5', '--pids-limit', '100',
      '--ulimit', 'nofile=100:200', '--sysctl', 'net.ipv4.ip_forward=0', '--cap-add', 'NET_ADMIN', '--cap-drop', 'MKNOD', '--security-opt', 'no-new-privileges', '--device', '/dev/fuse', '--add-host', 'h:1.2.3.4',
      '--dns', '9.9.9.9', '--dns-search', 'example.org', '--init', '--shm-size', '32m', '--read-only', '--hostname', 'hh', '--domainname', 'dd', '-t', '-i', '--group-add', '5', '--oom-score-adj', '5',
      '--log-opt', 'max-size=1m', '--annotation', 'foo=bar', '--health-cmd', 'true', '--health-interval', '1s', '--expose', '99', '--cgroup-parent', 'limits', '--blkio-weight', '0',
      'busybox', 'sh', '-c', 'echo $RANDOM >> /anonymous/started; exec sleep 100000');
    await docker('network', 'connect', '--alias', 'b1', '--ip', '10.77.2.7', 'back', 'full');
    await docker('exec', 'full', 'sh', '-c', 'echo precious > /anonymous2/file');
    const before = await look('full');

    const plan = await makeRecreatePlan(recreatePorts(setup), request(['full']));
    expect(plan.ok && plan.value.groups.flat().map(({ changes, lost, blockers }) => ({ changes: changes.map(({ code }) => code), lost: lost.map(({ code }) => code), blockers }))).toEqual([
      { changes: ['runtime', 'anonymous-volume', 'anonymous-volume', 'chosen-ports'], lost: ['memory'], blockers: [] },
    ]);
    const [outcome] = await recreate(['full']);
    const after = await look('full');
    expect(outcome).toEqual({ kind: 'recreated', id: after.Id, kept: null, image: null, started: true });
    expect(kept(after)).toEqual(kept(before));
    expect(after.HostConfig['Runtime']).toBe('bulkhead');
    expect(await names()).toEqual(['full']);
    expect(await firstId('full')).toBeGreaterThan(65535);
    expect(await docker('exec', 'full', 'sh', '-c', 'cat /anonymous2/file; wc -l < /anonymous/started')).toBe('precious\n2\n');
    // A second time there is nothing to do.
    expect(await recreate(['full'])).toEqual([{ kind: 'unchanged' }]);
    expect((await look('full')).Id).toBe(after.Id);
  });

  test('what the policy refuses is refused with its setting before anything stops', async () => {
    await old('mounts-etc', '-v', '/etc:/x', 'busybox', 'sleep', '100000');
    const before = await look('mounts-etc');
    const [outcome] = await recreate(['mounts-etc']);
    expect(outcome).toMatchObject({ kind: 'refused', error: { code: 'containers.recreate-blocked', reason: expect.stringContaining('filesharingAllowedDirectories') } });
    expect(await look('mounts-etc')).toEqual(before);
    expect(await names()).toEqual(['mounts-etc']);
  });

  test('a new one that gets unhealthy goes, and the old one comes back as it was', async () => {
    // Well only as the engine's root: never under ECI.
    await old('picky', '--restart', 'always', '--health-cmd', 'read a b c < /proc/self/uid_map; echo first id $b; [ $b = 0 ]', '--health-interval', '300ms', '--health-retries', '1', 'busybox', 'sh', '-c', 'trap exit TERM; sleep 100000 & wait');
    const before = await look('picky');
    const [outcome] = await recreate(['picky']);
    expect(outcome).toMatchObject({ kind: 'rolled-back', step: 'wait', error: { code: 'containers.not-healthy', message: 'picky: the new container is unhealthy' } });
    const after = await look('picky');
    expect({ ...kept(after) as object, id: after.Id, runtime: after.HostConfig['Runtime'] }).toEqual({ ...kept(before) as object, id: before.Id, runtime: 'runc' });
    expect(after.State['Running']).toBe(true);
    expect(await names()).toEqual(['picky']);
  });
});
