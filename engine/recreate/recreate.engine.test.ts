import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { RecreateOutcome, RecreateRequest } from '../../shared/containers/recreate.ts';
import { refusedRecreations } from '../../gateway/explain/recreations.ts';
import { effectiveSettings } from '../../shared/settings/index.ts';
import { eciOn, startGuardedEngine, type GuardedEngine } from '../../tests/support/guarded-engine.ts';
import { recreatePorts, recreateRoot, type RecreateSetup } from '../../tests/support/recreate-setup.ts';
import type { RecreatePorts } from './recreate-ports.ts';
import { makeRecreatePlan, startRecreate } from './recreate.ts';
import { settleInterruptedRecreate } from './recreate-interrupted.ts';

let guarded: GuardedEngine;
let setup: RecreateSetup;
/** Not through the gateway: as containers were created before ECI. */
let docker: (...args: string[]) => Promise<string>;
beforeAll(async () => {
  guarded = await startGuardedEngine();
  docker = guarded.engine.docker;
  setup = {
    root: await recreateRoot(guarded.scratch),
    clients: guarded.gateway.socket,
    engine: guarded.engine.socket,
    graceMs: 500,
  };
});
afterAll(async () => {
  await guarded.stop();
});
afterEach(async () => {
  const left = (await docker('ps', '-aq')).split('\n').filter((id) => id !== '');
  if (left.length > 0) await docker('rm', '-f', '-v', ...left);
  await docker('network', 'prune', '-f');
  await docker('volume', 'prune', '-af');
  expect(await readdir(setup.root)).toEqual([]);
});

/** Exits at once when stopped. */
const sleeper = ['--stop-signal', 'SIGKILL'];
const old = (...args: string[]) => docker('run', '-d', '--runtime', 'runc', '--name', ...args);
interface Inspect {
  Id: string;
  Name: string;
  Image: string;
  Path: string;
  Args: string[];
  State: Record<string, unknown>;
  Config: Record<string, unknown>;
  HostConfig: Record<string, unknown>;
  Mounts: { Destination: string }[];
  NetworkSettings: { Networks: Record<string, Record<string, unknown>> };
}
// the output of docker inspect
const inspected = async (name: string) => (JSON.parse(await docker('inspect', name)) as [Inspect])[0];
const request = (ids: string[], more: Partial<RecreateRequest> = {}): RecreateRequest => ({
  ids,
  commit: [],
  old: 'remove-when-healthy',
  withoutRollback: false,
  ...more,
});

async function recreate(
  ids: string[],
  more: Partial<RecreateRequest> = {},
): Promise<(RecreateOutcome | null)[]> {
  const started = await startRecreate(recreatePorts(setup), request(ids, more), () => undefined);
  if (!started.ok) throw new Error(`${started.error.message}: ${started.error.reason ?? ''}`);
  return (await started.value.done).members.map(({ outcome }) => outcome);
}
const names = async () =>
  (await docker('ps', '-a', '--format', '{{.Names}}'))
    .split('\n')
    .filter((name) => name !== '')
    .sort();
const firstId = async (name: string) =>
  Number((await docker('exec', name, 'cat', '/proc/self/uid_map')).trim().split(/\s+/)[1]);

const without = (object: Record<string, unknown>, ...keys: string[]) =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));

/** What must be equal afterwards, of the whole output of inspect. */
function retainedProperties(inspect: Inspect): unknown {
  const { Hostname, Image, ...config } = inspect.Config;
  return {
    name: inspect.Name,
    image: inspect.Image,
    path: inspect.Path,
    args: inspect.Args,
    config,
    host: without(inspect.HostConfig, 'Runtime', 'Binds', 'Mounts', 'VolumesFrom'),
    hostname: Hostname === inspect.Id.slice(0, 12) ? 'its own id' : Hostname,
    imageText: Image,
    mounts: inspect.Mounts.map((mount) => ({ ...mount, Mode: '' })).sort((a, b) =>
      a.Destination < b.Destination ? -1 : 1,
    ),
    networks: Object.fromEntries(
      Object.entries(inspect.NetworkSettings.Networks).map(([network, endpoint]) => [
        network,
        without(endpoint, 'EndpointID', 'DNSNames', 'DriverOpts'),
      ]),
    ),
  };
}

describe('a container created before ECI is recreated under it (D)', () => {
  test('inspect is the same afterwards, data is kept, and it runs in a range of its own', async () => {
    await docker('network', 'create', '--subnet', '10.77.1.0/24', 'front');
    await docker('network', 'create', '--subnet', '10.77.2.0/24', 'back');
    await old(
      'full',
      '--network',
      'name=front,ip=10.77.1.9,alias=web,mac-address=02:11:22:33:44:55',
      '--network',
      'name=back,ip=10.77.2.7,alias=b1,mac-address=02:11:22:33:44:66',
      '-p',
      '127.0.0.1::80',
      '-v',
      'data:/data',
      '-v',
      '/anonymous',
      '--mount',
      'type=volume,dst=/anonymous2',
      '-v',
      `${guarded.work}:/shared:ro`,
      '--tmpfs',
      '/t:size=1m',
      '--mount',
      'type=tmpfs,dst=/tm,tmpfs-size=1000000',
      '-e',
      'A=1',
      '-e',
      'UMLAUT=ä',
      '-l',
      'x=y',
      '-u',
      '0:0',
      '-w',
      '/root',
      '--stop-signal',
      'SIGKILL',
      '--stop-timeout',
      '3',
      '--restart',
      'on-failure:3',
      '-m',
      '64m',
      '--cpus',
      '0.5',
      '--pids-limit',
      '100',
      '--ulimit',
      'nofile=100:200',
      '--sysctl',
      'net.ipv4.ip_forward=0',
      '--cap-add',
      'NET_ADMIN',
      '--cap-drop',
      'MKNOD',
      '--security-opt',
      'no-new-privileges',
      '--device',
      '/dev/fuse',
      '--add-host',
      'h:1.2.3.4',
      '--dns',
      '9.9.9.9',
      '--dns-search',
      'example.org',
      '--init',
      '--shm-size',
      '32m',
      '--read-only',
      '--hostname',
      'hh',
      '--domainname',
      'dd',
      '-t',
      '-i',
      '--group-add',
      '5',
      '--oom-score-adj',
      '5',
      '--log-opt',
      'max-size=1m',
      '--annotation',
      'foo=bar',
      '--health-cmd',
      'true',
      '--health-interval',
      '1s',
      '--expose',
      '99',
      '--cgroup-parent',
      '/limits',
      '--blkio-weight',
      '0',
      'busybox',
      'sh',
      '-c',
      'echo $RANDOM >> /anonymous/started; exec sleep 100000',
    );
    await docker('exec', 'full', 'sh', '-c', 'echo precious > /anonymous2/file');
    // Its health check, which is an exec too, may run at the same time.
    await docker('exec', '-d', 'full', 'sleep', '100000');
    const before = await inspected('full');

    const plan = await makeRecreatePlan(recreatePorts(setup), request(['full']));
    expect(
      plan.ok &&
        plan.value.groups.flat().map(({ changes, lost, blockers }) => ({
          changes: changes.map(({ code }) => code),
          lost: lost.map(({ code }) => code),
          blockers,
        })),
    ).toEqual([
      {
        changes: ['runtime', 'anonymous-volume', 'anonymous-volume', 'chosen-ports', 'shares'],
        lost: ['memory', 'logs', 'execs'],
        blockers: [],
      },
    ]);
    const [outcome] = await recreate(['full']);
    const after = await inspected('full');
    expect(outcome).toEqual({ kind: 'recreated', id: after.Id, kept: null, image: null, started: true });
    expect(retainedProperties(after)).toEqual(retainedProperties(before));
    expect(after.HostConfig['Runtime']).toBe('bulkhead');
    expect(await names()).toEqual(['full']);
    expect(await firstId('full')).toBeGreaterThan(65535);
    expect(await docker('exec', 'full', 'sh', '-c', 'cat /anonymous2/file; wc -l < /anonymous/started')).toBe(
      'precious\n2\n',
    );
    // The second time there is nothing to do.
    expect(await recreate(['full'])).toEqual([{ kind: 'unchanged' }]);
    expect((await inspected('full')).Id).toBe(after.Id);
  });

  test('one that mounts a directory shares it as the user who recreates it (A8)', async () => {
    const directory = path.join(guarded.work, 'of-nobody');
    await mkdir(directory);
    await chown(directory, 65534, 65534);
    for (const above of [guarded.scratch, guarded.work]) await chmod(above, 0o711);
    await old(
      'sharer',
      ...sleeper,
      '-v',
      `${directory}:/shared`,
      'busybox',
      'sh',
      '-c',
      'echo > /shared/$HOSTNAME; exec sleep 100000',
    );
    const nobody = { name: 'nobody', uid: 65534, gid: 65534 };
    const started = await startRecreate(
      recreatePorts(setup, { userFor: () => Promise.resolve(nobody) }),
      request(['sharer']),
      () => undefined,
    );
    if (!started.ok) throw new Error(started.error.message);
    expect(await started.value.done).toMatchObject({ members: [{ outcome: { kind: 'recreated' } }] });
    expect([process.geteuid?.(), process.getegid?.()]).toEqual([0, 0]);
    const owner = async () =>
      (await stat(path.join(directory, (await inspected('sharer')).Id.slice(0, 12)))).uid;
    expect(await owner()).toBe(65534);
  });

  test('what the policy refuses is refused with its setting before anything stops', async () => {
    await old('mounts-etc', '-v', '/etc:/x', 'busybox', 'sleep', '100000');
    const before = await inspected('mounts-etc');
    const [outcome] = await recreate(['mounts-etc']);
    expect(outcome).toMatchObject({
      kind: 'refused',
      error: {
        code: 'containers.recreate-blocked',
        reason: expect.stringContaining('filesharingAllowedDirectories'),
      },
    });
    expect(await inspected('mounts-etc')).toEqual(before);
    expect(await names()).toEqual(['mounts-etc']);
  });

  test('a new container that becomes unhealthy is removed, and the old one is restored', async () => {
    // Healthy only as the engine's root: never under ECI.
    await old(
      'picky',
      '--restart',
      'always',
      '--health-cmd',
      'read a b c < /proc/self/uid_map; echo first id $b; [ $b = 0 ]',
      '--health-interval',
      '300ms',
      '--health-retries',
      '1',
      'busybox',
      'sh',
      '-c',
      'trap exit TERM; sleep 100000 & wait',
    );
    const before = await inspected('picky');
    const [outcome] = await recreate(['picky']);
    expect(outcome).toMatchObject({
      kind: 'rolled-back',
      step: 'wait',
      error: { code: 'containers.not-healthy', message: 'the new container is unhealthy' },
    });
    const after = await inspected('picky');
    expect({
      ...(retainedProperties(after) as object),
      id: after.Id,
      runtime: after.HostConfig['Runtime'],
    }).toEqual({
      ...(retainedProperties(before) as object),
      id: before.Id,
      runtime: 'runc',
    });
    expect(after.State['Running']).toBe(true);
    expect(await names()).toEqual(['picky']);
  });
});

describe('the plan lists what is not carried over', () => {
  test('changes written inside are lost, or carried over by a commit', async () => {
    await old(
      'writer',
      ...sleeper,
      '-l',
      'a=b',
      'busybox',
      'sh',
      '-c',
      '[ -e /written ] || { echo mine > /written; chown 3:4 /written; }; exec sleep 100000',
    );
    await docker('exec', 'writer', 'sh', '-c', 'until [ -e /written ]; do :; done');
    const before = await inspected('writer');
    const plan = await makeRecreatePlan(recreatePorts(setup), request(['writer']));
    expect(plan.ok && plan.value.groups[0]?.[0]?.lost).toEqual([
      { code: 'memory', params: {} },
      {
        code: 'writable-layer',
        params: { bytes: expect.any(Number) as number, paths: 1, names: ['/written'] },
      },
    ]);
    expect(plan.ok && plan.value.groups[0]?.[0]?.changes.map(({ code }) => code)).toEqual([
      'runtime',
      'kept-written',
    ]);
    const [outcome] = await recreate(['writer'], { commit: ['writer'], old: 'keep' });
    expect(outcome).toMatchObject({
      kind: 'recreated',
      kept: 'writer-before-eci',
      image: expect.stringMatching(/^bulkhead\/recreated:writer-\d{8}T\d{6}$/),
    });
    expect(await docker('exec', 'writer', 'stat', '-c', '%u:%g %s', '/written')).toBe('3:4 5\n');
    const after = await inspected('writer');
    expect({ ...after.Config, Hostname: '', Image: '' }).toEqual({
      ...before.Config,
      Hostname: '',
      Image: '',
    });
    expect((await inspected('writer-before-eci')).State['Running']).toBe(false);
    expect(await names()).toEqual(['writer', 'writer-before-eci']);
    await docker('rm', '-f', 'writer');
    await docker('rmi', outcome?.kind === 'recreated' ? (outcome.image ?? '') : '');
  });

  test('changed files are removed on request only: the old container stays', async () => {
    const write = [
      '--health-cmd',
      'true',
      '--health-interval',
      '300ms',
      'busybox',
      'sh',
      '-c',
      'echo mine > /written; exec sleep 100000',
    ];
    await old('one', ...sleeper, ...write);
    await old('two', ...sleeper, ...write);
    for (const name of ['one', 'two'])
      await docker('exec', name, 'sh', '-c', 'until [ -e /written ]; do :; done');
    expect(await recreate(['one'])).toMatchObject([
      { kind: 'recreated', kept: 'one-before-eci', started: true },
    ]);
    expect(await docker('diff', 'one-before-eci')).toContain('A /written');
    expect(await recreate(['two'], { old: 'remove' })).toMatchObject([{ kind: 'recreated', kept: null }]);
    expect(await names()).toEqual(['one', 'one-before-eci', 'two']);
  });

  test('host namespaces block it in the plan, as does sharing namespaces with such a container', async () => {
    await old('host', ...sleeper, '--pid', 'host', 'busybox', 'sleep', '100000');
    await old('main', ...sleeper, 'busybox', 'sleep', '100000');
    await old(
      'side',
      ...sleeper,
      '--network',
      'container:main',
      '--pid',
      'container:main',
      'busybox',
      'sleep',
      '100000',
    );
    const blockers = async (...ids: string[]) => {
      const plan = await makeRecreatePlan(recreatePorts(setup), request(ids));
      return plan.ok ? plan.value.groups.flat().flatMap((item) => item.blockers) : plan;
    };
    expect(await blockers('host')).toEqual([{ code: 'host-namespace', params: { option: '--pid=host' } }]);
    expect(await blockers('main')).toEqual([{ code: 'shared-by', params: { names: ['side'] } }]);
    expect(await blockers('side')).toEqual([{ code: 'joined-unprotected', params: { name: 'main' } }]);
    expect(await recreate(['side'])).toMatchObject([
      { kind: 'refused', error: { code: 'containers.recreate-blocked' } },
    ]);
    expect(await makeRecreatePlan(recreatePorts(setup), request(['nobody']))).toMatchObject({
      ok: false,
      error: { code: 'containers.not-found' },
    });
    // They are recreated together, the joined one first, whatever the order of the request.
    expect(await recreate(['side', 'main'])).toMatchObject([{ kind: 'recreated' }, { kind: 'recreated' }]);
    expect((await inspected('side')).HostConfig).toMatchObject({
      NetworkMode: `container:${(await inspected('main')).Id}`,
      PidMode: `container:${(await inspected('main')).Id}`,
    });
    expect(await firstId('side')).toBe(await firstId('main'));
    expect(await names()).toEqual(['host', 'main', 'side']);
  });

  test('a refusal of the gateway blocks the plan with its text; joined ones are not refused', async () => {
    await docker('network', 'create', 'front');
    await old(
      'mounts',
      ...sleeper,
      '-v',
      '/etc:/e',
      '-v',
      `${guarded.work}:/shared`,
      'busybox',
      'sleep',
      '100000',
    );
    await docker(
      'create',
      '--runtime',
      'runc',
      '--name',
      'propagates',
      '--cap-add',
      'SYS_ADMIN',
      '--mount',
      `type=bind,src=${guarded.work},dst=/w,bind-propagation=rshared`,
      'busybox',
      'sleep',
      '100000',
    );
    await old(
      'devices',
      ...sleeper,
      '--device',
      '/dev/kmsg',
      '--device-cgroup-rule',
      'c 1:11 rwm',
      'busybox',
      'sleep',
      '100000',
    );
    await old(
      'commands',
      ...sleeper,
      '-v',
      `${guarded.engine.socket}:/var/run/docker.sock`,
      'busybox',
      'sleep',
      '100000',
    );
    await old(
      'fine',
      ...sleeper,
      '-v',
      `${guarded.work}:/shared`,
      '-v',
      'data:/data',
      '-v',
      '/anonymous',
      '--network',
      'front',
      '--network-alias',
      'web',
      '--cap-add',
      'NET_ADMIN',
      '--restart',
      'on-failure:3',
      'busybox',
      'sleep',
      '100000',
    );
    await old('main', ...sleeper, 'busybox', 'sleep', '100000');
    await old(
      'side',
      ...sleeper,
      '--network',
      'container:main',
      '--pid',
      'container:main',
      '--volumes-from',
      'fine',
      'busybox',
      'sleep',
      '100000',
    );
    await old('linked', ...sleeper, '--link', 'main:m', 'busybox', 'sleep', '100000');
    await docker('network', 'connect', '--alias', 'b', 'front', 'linked');
    const settings = effectiveSettings(JSON.stringify(eciOn(guarded.scratch)), { exists: true });
    if (!settings.ok) throw new Error(settings.error.reason);
    const { root: engineRoot } = guarded.engine;
    const ports = recreatePorts(setup, {
      refused: (requested) =>
        refusedRecreations({
          settings: settings.value,
          requested,
          paths: {
            root: engineRoot,
            directories: [engineRoot],
            engineSocket: guarded.engine.socket,
            clientSocket: guarded.gateway.socket,
          },
        }),
    });
    const ids = ['mounts', 'propagates', 'devices', 'commands', 'fine', 'main', 'side', 'linked'];
    const before = await docker('ps', '-a', '--no-trunc', '--format', '{{.ID}} {{.Names}} {{.State}}');
    const plan = await makeRecreatePlan(ports, request(ids));
    if (!plan.ok) throw new Error(plan.error.reason ?? plan.error.message);
    // The preview created nothing, and stopped nothing.
    expect(await docker('ps', '-a', '--no-trunc', '--format', '{{.ID}} {{.Names}} {{.State}}')).toBe(before);
    const found = new Map(plan.value.groups.flat().map(({ name, blockers }) => [name, blockers]));
    const rules = (name: string) =>
      found.get(name)?.map(({ code, params }) => (code === 'refused' ? params['rule'] : code));
    expect(Object.fromEntries(ids.map((name) => [name, rules(name)]))).toEqual({
      mounts: ['bind-not-shared'],
      propagates: ['bind-propagation'],
      devices: ['host-device', 'host-device'],
      commands: ['socket-mount'],
      fine: [],
      main: [],
      side: [],
      linked: [],
    });
    expect(found.get('mounts')?.[0]?.params['message']).toMatch(
      /^enhanced container isolation: bind mount of \/etc is blocked: .*filesharingAllowedDirectories/,
    );
    expect(plan.value.blocked).toBe(true);
    // The real recreation has the same result.
    const started = await startRecreate(recreatePorts(setup), request(ids), () => undefined);
    if (!started.ok) throw new Error(started.error.message);
    for (const { name, outcome } of (await started.value.done).members) {
      const messages = found.get(name)?.map(({ params }) => params['message']) ?? [];
      if (messages.length === 0)
        expect([name, outcome]).toEqual([name, expect.objectContaining({ kind: 'recreated' })]);
      else
        expect([
          name,
          outcome?.kind === 'refused' ? messages.includes(outcome.error.reason) : outcome,
        ]).toEqual([name, true]);
    }
  });

  test('one that joins a container which is not recreated with it is reported once', async () => {
    await old('main', ...sleeper, 'busybox', 'sleep', '100000');
    await old('side', ...sleeper, '--network', 'container:main', 'busybox', 'sleep', '100000');
    const settings = effectiveSettings(JSON.stringify(eciOn(guarded.scratch)), { exists: true });
    if (!settings.ok) throw new Error(settings.error.reason);
    const refused: RecreatePorts['refused'] = (requested) =>
      refusedRecreations({
        settings: settings.value,
        requested,
        paths: {
          ...guarded.engine.paths,
          engineSocket: guarded.engine.socket,
          clientSocket: guarded.gateway.socket,
        },
      });
    const plan = await makeRecreatePlan(recreatePorts(setup, { refused }), request(['side']));
    expect(plan.ok && plan.value.groups.flat().map(({ blockers }) => blockers)).toEqual([
      [{ code: 'joined-unprotected', params: { name: 'main' } }],
    ]);
  });

  test('one that shares namespaces and fails restores both', async () => {
    await old('main', ...sleeper, 'busybox', 'sleep', '100000');
    await old(
      'side',
      ...sleeper,
      '--network',
      'container:main',
      'busybox',
      'sh',
      '-c',
      'read a b c < /proc/self/uid_map; echo first id $b; [ $b = 0 ] && exec sleep 100000',
    );
    const before = [await inspected('main'), await inspected('side')];
    expect(await recreate(['main', 'side'])).toMatchObject(
      [0, 1].map(() => ({
        kind: 'rolled-back',
        error: {
          code: 'containers.not-healthy',
          message: 'side: the new container ended with exit code 1',
          reason: expect.stringMatching(/^first id \d{6,}$/),
        },
      })),
    );
    const after = [await inspected('main'), await inspected('side')];
    expect(after.map(({ Id, State }) => [Id, State['Running']])).toEqual(before.map(({ Id }) => [Id, true]));
    expect(await names()).toEqual(['main', 'side']);
  });

  test('one run with --rm needs another option; its volumes stay', async () => {
    await old(
      'gone',
      ...sleeper,
      '--rm',
      '-v',
      '/kept',
      'busybox',
      'sh',
      '-c',
      'echo once >> /kept/file; exec sleep 100000',
    );
    expect(await recreate(['gone'])).toMatchObject([
      {
        kind: 'refused',
        error: { message: 'it cannot be recreated as it is', params: { code: 'no-rollback' } },
      },
    ]);
    expect(await recreate(['gone'], { withoutRollback: true })).toMatchObject([
      { kind: 'recreated', kept: null },
    ]);
    expect(await docker('exec', 'gone', 'cat', '/kept/file')).toBe('once\nonce\n');
    expect((await inspected('gone')).HostConfig['AutoRemove']).toBe(true);
  });

  test('one run with --rm whose new one does not run well exists afterwards, not started', async () => {
    await old(
      'gone',
      ...sleeper,
      '--rm',
      '-e',
      'A=1',
      'busybox',
      'sh',
      '-c',
      'read a b c < /proc/self/uid_map; [ $b = 0 ] && exec sleep 100000',
    );
    const [outcome] = await recreate(['gone'], { withoutRollback: true });
    expect(outcome).toMatchObject({
      kind: 'rollback-failed',
      step: 'wait',
      rollbackError: { reason: 'the new gone was created again and not started' },
    });
    const { Config, HostConfig, State } = await inspected('gone');
    expect([Config['Env'], HostConfig['AutoRemove'], HostConfig['Runtime'], State['Status']]).toEqual([
      ['A=1', 'PATH=/bin'],
      true,
      'bulkhead',
      'created',
    ]);
    expect(await names()).toEqual(['gone']);
  });

  test('one run with --rm is committed before it stops, and removed by the stop', async () => {
    await old('gone', ...sleeper, '--rm', 'busybox', 'sh', '-c', 'echo mine >> /written; exec sleep 100000');
    await docker('exec', 'gone', 'sh', '-c', 'until [ -e /written ]; do :; done');
    const more = { commit: ['gone'], withoutRollback: true };
    const plan = await makeRecreatePlan(recreatePorts(setup), request(['gone'], more));
    expect(plan.ok && plan.value.groups[0]?.[0]?.lost.map(({ code }) => code)).toEqual([
      'memory',
      'logs',
      'auto-remove',
      'after-commit',
    ]);
    const [outcome] = await recreate(['gone'], more);
    expect(outcome).toMatchObject({
      kind: 'recreated',
      kept: null,
      image: expect.stringMatching(/^bulkhead\/recreated:gone-/),
    });
    expect(await docker('exec', 'gone', 'cat', '/written')).toBe('mine\nmine\n');
    expect(await names()).toEqual(['gone']);
    await docker('rm', '-f', 'gone');
    await docker('rmi', outcome?.kind === 'recreated' ? (outcome.image ?? '') : '');
  });

  test('independent ones are recreated concurrently', async () => {
    for (const name of ['one', 'two', 'three']) await old(name, ...sleeper, 'busybox', 'sleep', '100000');
    let [most, arrived] = [0, 0];
    // Each waits for the others there, however much later they come.
    const onCheckpoint = async (point: string) => {
      if (!point.startsWith('wait ')) return;
      arrived++;
      await expect.poll(() => arrived).toBe(3);
    };
    const started = await startRecreate(
      recreatePorts(setup, { onCheckpoint }),
      request(['one', 'two', 'three']),
      ({ members }) => {
        const waiting = members.filter(({ step, outcome }) => step === 'wait' && outcome === null);
        most = Math.max(most, waiting.length);
      },
    );
    if (!started.ok) throw new Error(started.error.message);
    const { members } = await started.value.done;
    expect(members.map(({ outcome }) => outcome?.kind)).toEqual(['recreated', 'recreated', 'recreated']);
    expect(most).toBe(3);
    for (const name of ['one', 'two', 'three']) expect(await firstId(name), name).toBeGreaterThan(65535);
  });

  test('links refer to the recreated one, also links of later recreated and of protected ones', async () => {
    await old('linked', ...sleeper, 'busybox', 'sleep', '100000');
    await old('later', ...sleeper, '--link', 'linked:it', 'busybox', 'sleep', '100000');
    await guarded.sh('docker run -d --stop-signal SIGKILL --name new --link linked:it busybox sleep 100000');
    const links = async (name: string) => [
      (await inspected(name)).HostConfig['Links'],
      (await docker('exec', name, 'grep', '-cw', 'it', '/etc/hosts')).trim(),
    ];
    expect(await recreate(['linked'])).toMatchObject([{ kind: 'recreated' }]);
    // The engine's own behaviour, as after docker rm: such a link refers to a container, not to a name.
    await expect(docker('exec', 'new', 'true')).rejects.toThrow(/Cannot link to a non running container/);
    expect(await recreate(['later', 'new'], { old: 'remove' })).toMatchObject([
      { kind: 'recreated' },
      { kind: 'recreated' },
    ]);
    for (const name of ['later', 'new']) expect(await links(name)).toEqual([[`/linked:/${name}/it`], '1']);
    expect(await recreate(['later', 'new'])).toEqual([{ kind: 'unchanged' }, { kind: 'unchanged' }]);
    expect(await names()).toEqual(['later', 'linked', 'new']);
  });

  test('one that fails while it waits for another runs again, one that is stopped does not', async () => {
    await old('first', ...sleeper, 'busybox', 'sleep', '100000');
    const untilEnd = ['sh', '-c', 'until [ -e /end ]; do sleep 0.1; done; exit 1'];
    for (const name of ['ending', 'stopped'])
      await old(name, ...sleeper, '--link', 'first:it', 'busybox', ...untilEnd);
    let isOver = false;
    const onCheckpoint = async (point: string) => {
      if (point !== 'stop +' || isOver) return;
      isOver = true;
      await docker('exec', 'ending', 'touch', '/end');
      await docker('wait', 'ending');
      await docker('stop', 'stopped');
    };
    const started = await startRecreate(
      recreatePorts(setup, { onCheckpoint }),
      request(['first', 'ending', 'stopped'], { old: 'remove' }),
      () => undefined,
    );
    if (!started.ok) throw new Error(started.error.message);
    const { members } = await started.value.done;
    expect(members.map(({ name, outcome }) => [name, outcome?.kind])).toEqual(
      expect.arrayContaining([
        ['first', 'recreated'],
        ['ending', 'recreated'],
        ['stopped', 'refused'],
      ]),
    );
    expect((await inspected('ending')).State['Running']).toBe(true);
    expect((await inspected('stopped')).State['Running']).toBe(false);
  });

  test('a stopped one is not started; the old one is kept; a used name is no obstacle', async () => {
    await docker(
      'create',
      '--runtime',
      'runc',
      '--name',
      'idle',
      '--entrypoint',
      '',
      '-e',
      'X=1',
      'busybox',
      'true',
    );
    await docker('create', '--runtime', 'runc', '--name', 'idle-before-eci', 'busybox', 'true');
    const before = await inspected('idle');
    expect(await recreate(['idle'])).toMatchObject([
      { kind: 'recreated', kept: 'idle-before-eci-2', started: false },
    ]);
    expect(await names()).toEqual(['idle', 'idle-before-eci', 'idle-before-eci-2']);
    expect((await inspected('idle')).State['Status']).toBe('created');
    expect(retainedProperties(await inspected('idle'))).toEqual(retainedProperties(before));
    expect((await inspected('idle-before-eci-2')).Id).toBe(before.Id);
  });

  test('a cancel while the new one starts restores the old one', async () => {
    await old(
      'slow',
      ...sleeper,
      '--health-cmd',
      'false',
      '--health-interval',
      '300ms',
      '--health-start-period',
      '1h',
      'busybox',
      'sleep',
      '100000',
    );
    const before = await inspected('slow');
    const started = await startRecreate(recreatePorts(setup), request(['slow']), ({ members }) => {
      // Not before it waits: what is cancelled has stopped the old one.
      if (members[0]?.step === 'wait' && members[0].outcome === null)
        setImmediate(() => {
          if (started.ok) started.value.cancel();
        });
    });
    if (!started.ok) throw new Error(started.error.message);
    expect(await started.value.done).toMatchObject({
      activity: 'ended',
      members: [{ outcome: { kind: 'rolled-back', step: 'wait', error: { code: 'apply.cancelled' } } }],
    });
    expect((await inspected('slow')).Id).toBe(before.Id);
    expect((await inspected('slow')).State['Running']).toBe(true);
    expect(await names()).toEqual(['slow']);
  });
});

describe('compose projects', () => {
  test('compose recognizes what was recreated as its own and has nothing to do', async () => {
    await writeFile(
      path.join(guarded.work, 'compose.yaml'),
      `x-common: &common
  { image: busybox, runtime: runc, command: sleep 100000, stop_signal: SIGKILL, pull_policy: never }
services:
  db: { <<: *common, volumes: ["data:/data"] }
  web: { <<: *common, depends_on: [db] }
  side: { <<: *common, network_mode: "service:web" }
volumes: { data: {} }
`,
    );
    const compose = async (socket: string, args: string) => {
      const { code, stdout, stderr } = await guarded.sh(`docker compose -p shop ${args}`, {
        DOCKER_HOST: `unix://${socket}`,
      });
      if (code !== 0) throw new Error(stderr);
      return stdout;
    };
    await compose(guarded.engine.socket, 'up -d');
    const all = ['shop-db-1', 'shop-side-1', 'shop-web-1'];
    const started: string[] = [];
    const run = await startRecreate(recreatePorts(setup), request(all.toReversed()), ({ members }) => {
      for (const { name, step } of members)
        if (step === 'start' && !started.includes(name)) started.push(name);
    });
    if (!run.ok) throw new Error(run.error.message);
    expect((await run.value.done).members.map(({ outcome }) => outcome?.kind)).toEqual([
      'recreated',
      'recreated',
      'recreated',
    ]);
    expect(started).toEqual(['shop-db-1', 'shop-web-1', 'shop-side-1']);
    const ids = await Promise.all(all.map(async (name) => (await inspected(name)).Id));
    await compose(guarded.socket, 'up -d');
    const [db, side, web] = await Promise.all(all.map(async (name) => (await inspected(name)).Id));
    expect([db, web]).toEqual([ids[0], ids[2]]);
    // A service's hash contains the id of the container whose network it shares; the plan mentions that.
    expect(side).not.toBe(ids[1]);
    expect((await compose(guarded.socket, 'ps --services')).trim().split('\n').sort()).toEqual([
      'db',
      'side',
      'web',
    ]);
    expect(await docker('exec', 'shop-web-1', 'nslookup', 'db')).toMatch(/Address:? .*10\.|172\.|192\./);
    await compose(guarded.socket, 'down -v');
    expect(await names()).toEqual([]);
  });
});

describe('killed at every point: undone or finished at the next check', () => {
  const here = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
  async function killAt(point: string, requested: RecreateRequest): Promise<void> {
    const script = `
      import { startRecreate } from ${here('./recreate.ts')};
      import { recreatePorts } from ${here('../../tests/support/recreate-setup.ts')};
      const onCheckpoint = (point) => {
        if (point !== ${JSON.stringify(point)}) return Promise.resolve();
        process.stdout.write('reached');
        return new Promise(() => setInterval(() => {}, 1000));
      };
      const ports = recreatePorts(${JSON.stringify(setup)}, { onCheckpoint });
      const started = await startRecreate(ports, ${JSON.stringify(requested)}, () => {});
      if (!started.ok) throw new Error(started.error.message);
      process.stdout.write(JSON.stringify(await started.value.done));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const [output] = (await once(child.stdout, 'data')) as [Buffer]; // a data event carries one chunk
    child.kill('SIGKILL');
    await exited;
    // All that are recreated concurrently may exist before the first is read.
    expect(output.toString()).toMatch(/^(?:reached)+$/);
  }

  test('a running container with a port, an anonymous volume and restart: always', async () => {
    await old(
      'victim',
      ...sleeper,
      '--restart',
      'always',
      '-p',
      '127.0.0.1:18080:80',
      '-v',
      '/data',
      '-h',
      'host',
      'busybox',
      'sh',
      '-c',
      'echo start >> /data/starts; exec sleep 100000',
    );
    const before = await inspected('victim');
    for (const point of ['made', 'stop +', 'between names', 'wait +']) {
      await killAt(point, request(['victim']));
      expect(await settleInterruptedRecreate(recreatePorts(setup)), point).toEqual({
        ok: true,
        value: [{ names: ['victim'], how: 'rolled-back', problems: [] }],
      });
      const after = await inspected('victim');
      expect(
        { ...(retainedProperties(after) as object), id: after.Id, running: after.State['Running'] },
        point,
      ).toEqual({
        ...(retainedProperties(before) as object),
        id: before.Id,
        running: true,
      });
      expect(await names(), point).toEqual(['victim']);
      expect(await settleInterruptedRecreate(recreatePorts(setup))).toEqual({ ok: true, value: [] });
    }
    await killAt('clean-up +', request(['victim']));
    // Settled by the next recreation.
    expect(await recreate(['victim'])).toEqual([{ kind: 'unchanged' }]);
    expect(await firstId('victim')).toBeGreaterThan(65535);
    expect(await names()).toEqual(['victim']);
    expect(Number(await docker('exec', 'victim', 'sh', '-c', 'wc -l < /data/starts'))).toBeGreaterThan(2);
  });

  test('several that were recreated concurrently, each by a journal of its own', async () => {
    for (const name of ['one', 'two', 'three']) await old(name, ...sleeper, 'busybox', 'sleep', '100000');
    const before = await Promise.all(['one', 'two', 'three'].map(inspected));
    await killAt('stop +', request(['one', 'two', 'three']));
    const settled = await settleInterruptedRecreate(recreatePorts(setup));
    if (!settled.ok) throw new Error(settled.error.reason ?? settled.error.message);
    expect(settled.value.length).toBeGreaterThan(0);
    for (const { how, problems } of settled.value)
      expect({ how, problems }).toEqual({ how: 'rolled-back', problems: [] });
    expect(await names()).toEqual(['one', 'three', 'two']);
    for (const { Id, Name } of before) {
      const after = await inspected(Name.slice(1));
      expect([after.Id, after.State['Running']], Name).toEqual([Id, true]);
    }
  });

  test('one run with --rm that was stopped is gone: the new container replaces it', async () => {
    await old('gone', ...sleeper, '--rm', 'busybox', 'sleep', '100000');
    await killAt('swap +', request(['gone'], { withoutRollback: true }));
    expect(await settleInterruptedRecreate(recreatePorts(setup))).toEqual({
      ok: true,
      value: [{ names: ['gone'], how: 'rolled-forward', problems: [] }],
    });
    expect(await firstId('gone')).toBeGreaterThan(65535);
    expect(await names()).toEqual(['gone']);
  });

  test('--rm: one whose new one was removed when its client disconnected is created again', async () => {
    await old('gone', ...sleeper, '--rm', '-e', 'A=1', 'busybox', 'sleep', '100000');
    await killAt('start +', request(['gone'], { withoutRollback: true }));
    await docker('rm', '-f', 'gone');
    expect(await settleInterruptedRecreate(recreatePorts(setup))).toEqual({
      ok: true,
      value: [{ names: ['gone'], how: 'rolled-forward', problems: [] }],
    });
    expect(await docker('exec', 'gone', 'sh', '-c', 'echo $A')).toBe('1\n');
    expect(await firstId('gone')).toBeGreaterThan(65535);
    expect(await names()).toEqual(['gone']);
  });

  test('--rm: the test copy of one that ended before its commit replaces it, reported', async () => {
    await old('gone', ...sleeper, '--rm', 'busybox', 'sleep', '100000');
    await killAt('made', request(['gone'], { commit: ['gone'], withoutRollback: true }));
    await docker('kill', 'gone');
    // Not by \`docker wait\`, which may wait forever for a container that is being removed.
    await vi.waitFor(
      async () => {
        expect(await names()).not.toContain('gone');
      },
      { timeout: 60_000, interval: 100 },
    );
    expect(await settleInterruptedRecreate(recreatePorts(setup))).toMatchObject({
      ok: false,
      error: { reason: 'the new gone is without what was written inside the old one' },
    });
    expect(await firstId('gone')).toBeGreaterThan(65535);
    expect(await names()).toEqual(['gone']);
  });

  test('an old one is kept if the new one is gone by the time it should be removed', async () => {
    await old('victim', ...sleeper, 'busybox', 'sleep', '100000');
    const before = await inspected('victim');
    await killAt('clean-up +', request(['victim']));
    await docker('rm', '-f', 'victim');
    expect(await settleInterruptedRecreate(recreatePorts(setup))).toMatchObject({
      ok: true,
      value: [
        {
          names: ['victim'],
          how: 'finished',
          problems: [{ text: 'the new victim is gone, so the old one stays, as victim-before-eci' }],
        },
      ],
    });
    expect((await inspected('victim-before-eci')).Id).toBe(before.Id);
  });
});
