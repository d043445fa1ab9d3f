import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fail, ok, type AppError } from '../../../shared/result.ts';
import { message } from '../../../shared/messages/message.ts';
import { rootPaths, systemRoot } from '../../base/root-paths.ts';
import { planUninstall } from './install-plan.ts';
import { install, recover, type InstallChoices } from './install.ts';
import { readInstallJournal, readInstallRecord } from './install-record.ts';
import type { InstallStep, Outcome } from './install-steps.ts';
import { uninstall } from './uninstall.ts';
import { unitFile } from '../guarded/unit-text.ts';
import { dropInFile } from './units.ts';

// The whole of it in a directory, with a fake systemd, which runs in tests/machine itself.
const machine = await vi.hoisted(async () => {
  const { mkdtempSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-install-'));
  return {
    ...{
      directory,
      root: join(directory, 'system'),
      units: join(directory, 'units'),
      lxcfs: false,
      liveRestore: false,
    },
    ...{ calls: [] as string[], failing: '', failAgain: '', gatewayPid: 100, show: '' },
  };
});

/** Runs a call of systemctl; one with these arguments fails once. */
const systemctl = (args: readonly string[]): Promise<Outcome> => {
  const call = args.join(' ');
  machine.calls.push(call);
  if (call === machine.failing) {
    machine.failing = machine.failAgain;
    return Promise.resolve(
      fail('engine.start-failed', message('system.systemctl-failed', { command: call }), {
        reason: 'refused',
      }),
    );
  }
  if (call.startsWith('reload ')) machine.gatewayPid += 100;
  return Promise.resolve(ok(undefined));
};
vi.mock('../guarded/systemd.ts', async (original) => {
  const real = await original<typeof import('../guarded/systemd.ts')>();
  const unitStates = () => {
    const pid = String(machine.gatewayPid);
    const shown = `Id=bulkhead-gateway.service\nActiveState=active\nMainPID=${pid}\n\n${machine.show}`;
    return Promise.resolve(real.parseUnits(shown));
  };
  return { ...real, unitStates, systemctl: (args: readonly string[]) => systemctl(args) };
});
vi.mock('./service-jobs.ts', () => ({
  runServiceJob: (args: readonly string[]) => systemctl(args),
  runEngineJob: (
    args: readonly string[],
    _: string,
    { onWait }: { readonly onWait?: () => void } = {},
  ): Promise<Outcome> => {
    onWait?.();
    return systemctl(args);
  },
}));

vi.mock('../../base/root-paths.ts', async (original) => {
  const real = await original<typeof import('../../base/root-paths.ts')>();
  const at = (name: string) => path.join(machine.root, name);
  return {
    ...real,
    systemRoot: machine.root,
    rootPaths: (root: string) => ({ ...real.rootPaths(root), run: at('run') }),
  };
});
vi.mock('../guarded/unit-text.ts', async (original) => ({
  ...(await original<typeof import('../guarded/unit-text.ts')>()),
  unitDirectory: machine.units,
  unitFile: (name: string) => path.join(machine.units, name),
}));
// Those of an ordinary user, who runs this test too, would not do.
vi.mock('../../base/root-owner.ts', () => ({ checkRootOwner: () => Promise.resolve(ok(undefined)) }));
vi.mock('../guarded/engine-home.ts', async (original) => ({
  ...(await original<typeof import('../guarded/engine-home.ts')>()),
  prepareEngineHome: () => Promise.resolve(ok(undefined)),
}));
vi.mock('../../backends/create-backends.ts', async (original) => ({
  ...(await original<typeof import('../../backends/create-backends.ts')>()),
  createBackends: () => ({
    exclusive: {
      install: () => Promise.resolve(ok(undefined)),
      report: () => Promise.resolve({ id: 'exclusive', available: true, requirements: [] }),
    },
  }),
}));
vi.mock('./inspect-engine.ts', () => ({
  inspectSystemEngine: () =>
    Promise.resolve(
      ok({
        ...{ paths: rootPaths(systemRoot), group: 'docker', running: true, liveRestore: machine.liveRestore },
        ...{ containers: [], lxcfs: machine.lxcfs, conflicts: [] },
      }),
    ),
}));

const paths = rootPaths(systemRoot);
const at = (name: string) => path.join(machine.directory, name);
const edited = '{ "debug": true }\n';
const steps: InstallStep[] = [];
const options = {
  bulkheadCommand: '/usr/bin/bulkhead',
  projectRoot: '/usr/lib/bulkhead',
  onStep: (step: InstallStep) => {
    steps.push(step);
  },
};
const run = (choices: InstallChoices = {}) => install({ ...options, ...choices });
const textOf = (file: string) => readFile(file, 'utf8').catch(() => null);
const stopCall = 'stop docker.service docker.socket';
const startCall = 'start docker.socket docker.service';

let gateway: Server;
/** What the gateway responds; null: nothing. */
let status: number | null;

beforeEach(async () => {
  await mkdir(machine.root, { recursive: true });
  await mkdir(machine.units);
  vi.spyOn(process, 'getuid').mockReturnValue(0);
  Object.assign(machine, {
    lxcfs: false,
    liveRestore: false,
    calls: [],
    failing: '',
    failAgain: '',
    gatewayPid: 100,
    show: '',
  });
  steps.length = 0;
  status = 200;
  gateway = createServer((request, response) => {
    if (status === null) response.destroy();
    else response.writeHead(status).end(request.url?.endsWith('/_ping') === true ? 'OK' : '[]');
  }).listen(paths.clientSocket);
  await once(gateway, 'listening');
  await writeFile(paths.daemonJson, edited);
});
afterEach(async () => {
  vi.restoreAllMocks();
  gateway.close();
  for (const name of await readdir(machine.directory)) await rm(at(name), { recursive: true });
});
afterAll(() => rm(machine.directory, { recursive: true, force: true }));

const ownUnitFiles = [
  ...['bulkhead-recover.service', 'bulkhead-planner.service', 'bulkhead-gateway.socket'].map(unitFile),
  unitFile('bulkhead-gateway.service'),
  ...['docker.socket', 'docker.service'].map(dropInFile),
];

/** What is on the machine: files of units and drop-ins, daemon.json, and what is recorded. */
async function stateOf() {
  const files = await readdir(machine.units, { recursive: true, withFileTypes: true });
  const named = files.filter((file) => file.isFile()).map((file) => path.join(file.parentPath, file.name));
  const texts = await Promise.all(named.sort().map(async (file) => [file, await textOf(file)] as const));
  return {
    units: Object.fromEntries(texts),
    daemonJson: await textOf(paths.daemonJson),
    record: await readInstallRecord(paths),
    journal: await readInstallJournal(paths),
  };
}

const stepsWithRestart: readonly InstallStep[] = [
  'check',
  'write',
  'stop-engine',
  'wait-for-containers',
  'start-services',
  'start-engine',
  'health',
];

describe('an installation', () => {
  it('puts the gateway in front of the engine, which restarts once', async () => {
    expect(await run()).toEqual({ ok: true, value: undefined });
    expect(steps).toEqual(stepsWithRestart);
    expect(machine.calls).toEqual([
      'daemon-reload',
      `enable --quiet ${['gateway.socket', 'gateway.service', 'planner.service', 'recover.service']
        .map((unit) => `bulkhead-${unit}`)
        .join(' ')}`,
      'daemon-reload',
      stopCall,
      'restart bulkhead-gateway.socket bulkhead-gateway.service bulkhead-planner.service',
      'reset-failed docker.service docker.socket',
      startCall,
    ]);
    const { units, daemonJson, record, journal } = await stateOf();
    expect(Object.keys(units).sort()).toEqual([...ownUnitFiles].sort());
    expect(JSON.parse(daemonJson ?? '')).toMatchObject({ debug: true, runtimes: { bulkhead: {} } });
    expect(record).toMatchObject({ files: ownUnitFiles, group: 'docker' });
    expect(journal).toBeNull();
  });
});

/** The state after it, and what of it is reported. */
async function expectRefused(outcome: Outcome, reason: string, before: Awaited<ReturnType<typeof stateOf>>) {
  const error: Partial<AppError> = outcome.ok ? {} : outcome.error;
  expect(`${error.message ?? ''} ${error.reason ?? ''}`).toContain(reason);
  expect(await stateOf()).toEqual(before);
  return error;
}
/** Another drop-in of docker.socket, which is read after ours. */
const openSocket = `Id=docker.socket\nListen=${paths.engineSocket} (Stream)\nSocketMode=0666\n`;
const services = 'bulkhead-gateway.socket bulkhead-gateway.service bulkhead-planner.service';

describe('an installation that stops the engine', () => {
  it.each([
    ['says so if it waits for containers', false, 1],
    ['waits for none with live-restore, by which they run on', true, 0],
  ])('%s', async (_, liveRestore, count) => {
    machine.liveRestore = liveRestore;
    expect(await run()).toMatchObject({ ok: true });
    expect(steps.filter((step) => step === 'wait-for-containers')).toHaveLength(count);
  });
});

describe('a first installation that fails', () => {
  it.each([
    ['before its units are loaded', 'daemon-reload'],
    ['before its units are enabled', `enable --quiet ${services} bulkhead-recover.service`],
  ])('%s, restores everything without a stop of the engine', async (_, call) => {
    const before = await stateOf();
    machine.failing = call;
    await expectRefused(await run(), 'refused', before);
    expect(steps).toEqual(['check', 'write']);
    expect(machine.calls).toContain(`disable --quiet ${services} bulkhead-recover.service`);
    expect(machine.calls).not.toContain(stopCall);
  });

  interface Fault {
    readonly failing?: string;
    readonly show?: string;
    readonly status?: number;
  }
  it.each<[string, Fault, string, InstallStep]>([
    ['as the engine does not stop', { failing: stopCall }, 'refused', 'wait-for-containers'],
    ['as its services do not start', { failing: `restart ${services}` }, 'refused', 'start-services'],
    ['as the engine does not start', { failing: startCall }, 'refused', 'start-engine'],
    ['as the engine does not respond', { status: 500 }, 'rolled back', 'health'],
  ])('%s, is rolled back: the plain engine runs', async (_, { status: response, ...fault }, reason, last) => {
    const before = await stateOf();
    Object.assign(machine, fault);
    status = response ?? 200;
    const error = await expectRefused(await run(), reason, before);
    expect(error.sentences).toMatchObject({
      message: { id: 'system.install-rolled-back' },
      hint: { id: 'system.plain-engine-runs' },
    });
    expect(steps.slice(-2)).toEqual([last, 'roll-back']);
    expect(machine.calls).toContain(`disable --quiet ${services} bulkhead-recover.service`);
    expect(machine.calls.slice(-3)).toEqual([
      'daemon-reload',
      'reset-failed docker.service docker.socket',
      startCall,
    ]);
  });

  it("as others can open the engine's socket, is undone without a stop of the engine", async () => {
    const before = await stateOf();
    machine.show = openSocket;
    const error = await expectRefused(await run(), '0666', before);
    expect(error.sentences).toMatchObject({ hint: { id: 'system.engine-was-not-touched' } });
    expect(steps.at(-1)).toBe('roll-back');
    expect(machine.calls.filter((call) => /^(?:stop|start|restart) /.test(call))).toEqual([]);
  });

  it('whose roll back fails too, says so', async () => {
    status = 500;
    // Its first start is that of the installation.
    machine.failing = 'reset-failed docker.service docker.socket';
    machine.failAgain = startCall;
    const outcome = await run();
    expect(outcome).toMatchObject({ ok: false, error: { hint: expect.stringContaining('refused') } });
  });
});

/** As an earlier version, which had other units, left it. */
async function installEarlier(changed: readonly string[]): Promise<void> {
  expect(await run()).toMatchObject({ ok: true });
  for (const file of changed) await writeFile(file, 'of the earlier version');
  Object.assign(machine, { calls: [] });
  steps.length = 0;
}
const dropIn = dropInFile('docker.service');
const gatewayUnit = unitFile('bulkhead-gateway.service');

describe('an upgrade', () => {
  it('that changes how the engine is started, restarts it', async () => {
    await installEarlier([dropIn, gatewayUnit]);
    expect(await run()).toMatchObject({ ok: true });
    expect(steps).toEqual(stepsWithRestart);
    expect(await textOf(dropIn)).toContain('DevicePolicy=closed');
  });

  it.each([
    ['does not change that', [gatewayUnit], {}],
    ['is to keep the engine', [gatewayUnit, dropIn], { keepEngine: true }],
  ])('that %s, replaces the services alone', async (_, changed, choices) => {
    await installEarlier(changed);
    expect(await run(choices)).toMatchObject({ ok: true });
    expect(steps).toEqual(['check', 'write', 'start-services', 'health']);
    expect(machine.calls).toContain('reload bulkhead-gateway.service');
    expect(machine.calls.filter((call) => /^(?:stop|start) docker/.test(call))).toEqual([]);
    expect(await textOf(gatewayUnit)).toContain('Type=notify');
  });

  it.each([
    ['an engine that does not start', [dropIn], { failing: startCall }, 'system.previous-version-runs'],
    [
      'a gateway that is not replaced',
      [gatewayUnit],
      { failing: 'reload bulkhead-gateway.service' },
      'system.engine-was-not-touched',
    ],
    [
      'a planner that does not start',
      [gatewayUnit],
      { failing: 'restart bulkhead-planner.service' },
      'system.engine-was-not-touched',
    ],
  ])('with %s, is rolled back to the earlier version', async (_, changed, fault, hint) => {
    await installEarlier(changed);
    const before = await stateOf();
    Object.assign(machine, fault);
    const error = await expectRefused(await run(), 'refused', before);
    expect(error.sentences).toMatchObject({ hint: { id: hint } });
    expect(steps.at(-1)).toBe('roll-back-upgrade');
    expect(machine.calls.filter((call) => call.startsWith('disable'))).toEqual([]);
  });

  it('that is rolled back, leaves a daemon.json alone that is a symbolic link', async () => {
    await installEarlier([gatewayUnit]);
    await rename(paths.daemonJson, at('managed.json'));
    await symlink(at('managed.json'), paths.daemonJson);
    const before = await stateOf();
    machine.failing = 'reload bulkhead-gateway.service';
    await expectRefused(await run(), 'refused', before);
    expect(await readlink(paths.daemonJson)).toBe(at('managed.json'));
  });

  it('that is rolled back, leaves no units enabled that only the new version has', async () => {
    await installEarlier([dropIn]);
    const before = await stateOf();
    Object.assign(machine, { lxcfs: true, failing: startCall });
    await expectRefused(await run(), 'refused', before);
    expect(machine.calls.filter((call) => call.startsWith('disable'))).toEqual([
      'disable --quiet bulkhead-lxcfs.service',
    ]);
  });
});

describe('a preparation', () => {
  it("comes into force at the machine's start", async () => {
    expect(await run({ prepare: true })).toMatchObject({ ok: true });
    expect(await textOf(paths.daemonJson)).toBe(edited);
    expect(existsSync(dropIn)).toBe(false);
    expect(await recover(options)).toMatchObject({ ok: true });
    expect(existsSync(dropIn)).toBe(true);
    expect(await readInstallRecord(paths)).toMatchObject({ files: ownUnitFiles });
    expect(machine.calls.filter((call) => /^(?:stop|start|restart)/.test(call))).toEqual([]);
  });

  it("is undone where the machine's start finds a socket of the engine that others can open", async () => {
    const before = await stateOf();
    expect(await run({ prepare: true })).toMatchObject({ ok: true });
    machine.show = openSocket;
    await expectRefused(await recover(options), '0666', before);
  });
});

describe('a removal', () => {
  const plain = { units: {}, daemonJson: edited, record: null, journal: null };

  it('gives the plain engine back', async () => {
    await installEarlier([]);
    status = 200;
    expect(await uninstall(options)).toMatchObject({ ok: true });
    expect(await stateOf()).toEqual(plain);
    expect(steps).toEqual([
      'check',
      'stop-engine',
      'wait-for-containers',
      'remove',
      'start-engine',
      'health',
    ]);
  });

  it('of a version for which a newer one is prepared, also removes what only that one has', async () => {
    await installEarlier([]);
    machine.lxcfs = true;
    expect(await run({ prepare: true })).toMatchObject({ ok: true });
    const lxcfs = unitFile('bulkhead-lxcfs.service');
    expect(existsSync(lxcfs)).toBe(true);
    const planned = await planUninstall();
    expect(planned.ok && planned.value.plan.files).toContainEqual({
      path: lxcfs,
      change: 'remove',
      text: '',
    });
    machine.calls = [];
    expect(await uninstall(options)).toMatchObject({ ok: true });
    expect(await stateOf()).toEqual(plain);
    expect(machine.calls.find((call) => call.startsWith('disable'))).toContain('bulkhead-lxcfs.service');
    expect(existsSync(path.join(paths.programs, 'serve-lxcfs'))).toBe(false);
  });

  it('with a daemon.json that it may not change, changes nothing', async () => {
    await installEarlier([]);
    await rename(paths.daemonJson, at('managed.json'));
    await symlink(at('managed.json'), paths.daemonJson);
    const before = await stateOf();
    await expectRefused(await uninstall(options), 'is a symbolic link', before);
    expect(machine.calls).toEqual([]);
  });
});
