import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InstallPlan } from '../../../shared/install/plan.ts';
import { rootPaths, type RootPaths } from '../../base/root-paths.ts';
import { giveBackFiles, recordInstalled, removeInstalled } from './install-files.ts';
import { readInstallRecord, writeInstallRecord, type InstallJournal } from './install-record.ts';
import { appliesLater, checkServed, describeRollBack, rollBackServices, withoutRestart } from './upgrade.ts';

const plan: InstallPlan = {
  action: 'install',
  installed: true,
  prepared: false,
  files: [],
  restartsEngine: true,
  stops: ['a'],
  restarts: ['b'],
  stopsUnknown: true,
  keepRunning: [],
  unstartable: [],
  blockers: [],
};

describe('an upgrade that keeps the engine', () => {
  it('stops no container and does not restart the engine, which applies changes later', () => {
    const kept = withoutRestart({ changesEngine: true, plan });
    expect(kept).toEqual({
      changesEngine: false,
      plan: { ...plan, restartsEngine: false, stops: [], restarts: [], stopsUnknown: false },
    });
    expect(appliesLater(plan, kept.plan)).toBe(true);
    expect(appliesLater(plan, plan)).toBe(false);
  });

  it('puts the gateway in front of an engine that it was not in front of, by its restart', () => {
    const first = { changesEngine: true, plan: { ...plan, installed: false } };
    expect(withoutRestart(first)).toBe(first);
    expect(appliesLater(first.plan, first.plan)).toBe(false);
  });

  it('applies keys of daemon.json later too, and says nothing where nothing changes', () => {
    const unchanged = { ...plan, restartsEngine: false };
    const file = { path: '/etc/docker/daemon.json', change: 'merge', text: '{}' } as const;
    expect(appliesLater(unchanged, unchanged)).toBe(false);
    expect(appliesLater(unchanged, { ...unchanged, files: [file] })).toBe(true);
    expect(appliesLater(unchanged, { ...unchanged, files: [{ ...file, change: 'replace' }] })).toBe(false);
  });
});

describe('a failed installation', () => {
  it.each([
    ['a first one', true, false, 'roll-back', 'system.install-rolled-back', 'system.plain-engine-runs'],
    [
      'an upgrade',
      true,
      true,
      'roll-back-upgrade',
      'system.install-rolled-back',
      'system.previous-version-runs',
    ],
    [
      'an upgrade that keeps the engine',
      false,
      true,
      'roll-back-upgrade',
      'system.upgrade-rolled-back',
      'system.engine-was-not-touched',
    ],
  ] as const)('%s names what runs afterwards', (_, changesEngine, wasInstalled, step, what, hint) => {
    expect(describeRollBack({ changesEngine, wasInstalled })).toEqual({ step, what, hint });
  });
});

describe('the services of an upgrade', () => {
  const usualPath = process.env['PATH'];
  let directory: string;
  let paths: RootPaths;
  let gateway: Server;
  /** What the gateway responds: 503 while the engine does not run; null: nothing. */
  let status: number | null;
  let requests: number;
  const at = (name: string) => path.join(directory, name);
  const calls = async () => (await readFile(at('calls'), 'utf8')).trim().split('\n');

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-upgrade-'));
    paths = { ...rootPaths(directory), clientSocket: at('docker.sock') };
    status = 200;
    requests = 0;
    gateway = createServer((request, response) => {
      requests++;
      if (status === null) response.destroy();
      else response.writeHead(status).end(request.url?.endsWith('/_ping') === true ? 'OK' : '[]');
    }).listen(paths.clientSocket);
    await once(gateway, 'listening');
    // A fake systemctl: a reload replaces the gateway.
    await writeFile(at('main'), '100');
    await writeFile(
      at('systemctl'),
      `#!/bin/sh
cd '${directory}'
[ "$1" = show ] || echo "$*" >>calls
case $1 in
  show) printf 'Id=bulkhead-gateway.service\\nActiveState=active\\nMainPID=%s\\n' "$(cat main)" ;;
  reload) echo 200 >main ;;
esac
`,
    );
    await chmod(at('systemctl'), 0o755);
    process.env['PATH'] = `${directory}:${usualPath ?? ''}`;
  });
  afterEach(async () => {
    process.env['PATH'] = usualPath;
    gateway.close();
    await rm(directory, { recursive: true });
  });

  it('serve as soon as the engine responds', async () => {
    expect(await checkServed(paths, true)).toMatchObject({ ok: true });
    status = 503;
    expect(await checkServed(paths, true)).toMatchObject({ ok: false });
  });

  it('serve, with an engine that was stopped before, as soon as the gateway runs', async () => {
    expect(await checkServed(paths, false)).toMatchObject({ ok: true });
    // Its socket would start the engine.
    expect(requests).toBe(0);
    await writeFile(at('main'), '0');
    expect(await checkServed(paths, false)).toMatchObject({ ok: false });
    await writeFile(at('main'), '100');
    gateway.close();
    expect(await checkServed(paths, false)).toMatchObject({ ok: false });
  });

  const records = () => [paths.enforcedPolicy, paths.storedSettings];
  const journal = (): InstallJournal => ({
    version: 1,
    phase: 'installing',
    files: [at('a.service')],
    units: ['bulkhead-gateway.service'],
    dataRoot: paths.data,
    group: 'docker',
    bulkheadCommand: '/usr/bin/bulkhead',
    wasInstalled: true,
    saved: [{ path: at('a.service'), content: Buffer.from('before').toString('base64'), mode: 0o644 }],
  });

  it.each([
    ['', 200, true],
    [' with an engine that was stopped before', 503, false],
  ])('get their units back%s, and what runs goes on', async (_, response, isEngineRunning) => {
    status = response;
    await writeFile(at('a.service'), 'after');
    expect(await rollBackServices(paths, journal(), isEngineRunning)).toMatchObject({ ok: true });
    expect(await readFile(at('a.service'), 'utf8')).toBe('before');
    expect(await calls()).toEqual(['daemon-reload', 'start bulkhead-planner.service']);
  });

  it.each([
    ['an upgrade keeps', true, true],
    ['an installation does not keep', false, false],
  ])('rolled back, %s what the gateway has recorded as in force', async (_, wasInstalled, isKept) => {
    for (const file of records()) await writeFile(file, '');
    expect(await giveBackFiles(paths, { ...journal(), wasInstalled })).toMatchObject({ ok: true });
    expect(records().map((file) => existsSync(file))).toEqual([isKept, isKept]);
  });

  it('removed, leave nothing that a later installation would enforce without the settings file', async () => {
    for (const file of records()) await writeFile(file, '');
    expect(await removeInstalled(paths, [], [])).toMatchObject({ ok: true });
    expect(records().map((file) => existsSync(file))).toEqual([false, false]);
  });

  it('removed, leave no files that a killed process was writing', async () => {
    const heldRoots = path.join(paths.isolation, 'held-roots');
    await mkdir(heldRoots, { recursive: true });
    for (const file of records()) await writeFile(`${file}.4711.tmp`, '');
    for (const name of ['a.json', 'b.json.new']) await writeFile(path.join(heldRoots, name), '{}');
    expect(await removeInstalled(paths, [], [])).toMatchObject({ ok: true });
    expect((await readdir(directory)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    // A directory that is still locked is restored by a later installation.
    expect(await readdir(heldRoots)).toEqual(['a.json']);
  });

  it('lose the files and units that only the earlier version had', async () => {
    const [kept, obsolete, unit] = [at('a.service'), at('link-runc'), at('bulkhead-lxcfs.service')];
    for (const file of [kept, obsolete, unit]) await writeFile(file, '');
    const { phase: _, wasInstalled: __, saved: ___, ...installed } = journal();
    await writeInstallRecord(paths, {
      ...installed,
      files: [kept, obsolete, unit],
      units: [...installed.units, 'bulkhead-lxcfs.service'],
      installedAt: '',
    });
    expect(await recordInstalled(paths, journal())).toMatchObject({ ok: true });
    expect([kept, obsolete, unit].map((file) => existsSync(file))).toEqual([true, false, false]);
    expect(await readInstallRecord(paths)).toMatchObject({ files: [kept], units: installed.units });
    expect(await calls()).toEqual(['disable --quiet bulkhead-lxcfs.service', 'daemon-reload']);
  });

  it('are replaced again where the gateway does not serve', async () => {
    status = null;
    expect(await rollBackServices(paths, journal(), true)).toMatchObject({ ok: false });
    expect((await calls()).at(-1)).toBe('reload bulkhead-gateway.service');
  });
});
