import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepAllContainers, type ContainerChoices } from '../../shared/apply/plan.ts';
import type { ApplyStep } from '../../shared/apply/steps.ts';
import { applyEventSchema, type ApplyEvent, type ApplyRun } from '../../shared/apply/run.ts';
import { editSettings } from '../../shared/settings/index.ts';
import { claimIds } from '../../shared/verify/claims.ts';
import { startEngine } from '../../tests/support/embedded-engine.ts';
import { idMapOfRun } from '../../tests/support/id-map-exit-code.ts';
import { docker as dockerOn, importBusybox, removeEngineRoot } from '../../tests/support/real-engine.ts';
import { refusedRecreations } from '../../gateway/explain/recreations.ts';
import { openTarget } from '../targets/embedded/target.ts';
import type { Target } from '../target.ts';

const project = path.resolve(import.meta.dirname, '../..');
const bulkheadCommand = path.join(project, 'bin/bulkhead');
const daemonJson = '{\n\t"debug":   false,\n\t"labels": [ "a=b" ]\n}\n';

let root: string;
let target: Target;
const docker = (...args: string[]) => dockerOn(target.paths.clientSocket, ...args);
const refusal = (...args: string[]) =>
  docker(...args).then(
    () => 'allowed',
    (error: unknown) => String(error),
  );
/** Exits at once on SIGTERM, so that restarts don't wait for it. */
const patient = ['sh', '-c', 'trap exit TERM; sleep 1000 & wait'];

beforeAll(async () => {
  root = await mkdtemp('/tmp/bh-');
  target = openTarget(root, { bulkheadCommand, projectRoot: project });
  await writeFile(target.paths.daemonJson, daemonJson);
  await startEngine(target.driver);
  await importBusybox(target.paths.engineSocket);
});
afterAll(async () => {
  target.dispose();
  await target.driver.stop();
  await removeEngineRoot(root);
});

async function eciText(on: boolean): Promise<string> {
  const { applied } = await target.settings.read();
  const edited = editSettings(applied, ['enhancedContainerIsolation'], { locked: true, value: on });
  if (!edited.ok) throw new Error(edited.error.message);
  return edited.value;
}

async function apply(
  text: string,
  choices: ContainerChoices = keepAllContainers,
  by: Target = target,
): Promise<ApplyRun> {
  const { appliedHash } = await target.settings.read();
  const started = await by.startApply({ text, choices, baseHash: appliedHash });
  if (!started.ok) throw new Error(`${started.error.code}: ${started.error.reason ?? started.error.message}`);
  return started.value.done;
}

/** Starts the command line in a process of its own; resolves as soon as it reports that it is at a step. */
async function applyingTo(step: ApplyStep, eci: boolean) {
  await writeFile(path.join(root, 'wanted.json'), await eciText(eci));
  const child = spawn(
    bulkheadCommand,
    ['apply', path.join(root, 'wanted.json'), '--yes', '--json', '--events', '--root', root],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const event = applyEventSchema.safeParse(JSON.parse(line));
    if (
      event.success &&
      event.data.type === 'run' &&
      event.data.run.steps.some((s) => s.step === step && s.state === 'running')
    )
      break;
  }
  return { child, exited };
}

/** Settings, daemon.json and running engine agree about ECI. */
async function consistent(eci: boolean): Promise<void> {
  const { applied } = await target.settings.read();
  expect(/"value": true/.test(applied)).toBe(eci);
  const onDisk = await readFile(target.paths.daemonJson, 'utf8');
  if (eci) expect(onDisk).toContain('"default-runtime": "bulkhead"');
  else expect(onDisk).toBe(daemonJson);
  expect(await target.driver.status()).toMatchObject({
    phase: 'ready',
    defaultRuntime: eci ? 'bulkhead' : 'runc',
  });
  const names = await readdir(root);
  expect(names.filter((name) => /journal|^apply\.lock|\.tmp$/.test(name))).toEqual([]);
  expect(names.includes('daemon-json.before.json')).toBe(eci);
  expect(await docker('ps', '--all', '--quiet', '--filter', 'label=bulkhead.probe')).toBe('');
  expect(await docker('images', '--quiet', 'bulkhead/probe')).toBe('');
}

describe('the main scenario on a real engine', () => {
  test(
    'before: a container is reported as not isolated, and verify reports who root in it is',
    { tags: ['small'] },
    async () => {
      await docker('run', '--detach', '--name', 'old', '--volume', 'olddata:/data', 'busybox', ...patient);
      await docker('create', '--name', 'gone', '--volume', 'gonedata:/data', 'busybox', 'true');
      await docker('run', '--detach', '--name', 'busy', 'busybox', ...patient);
      const scan = await target.scan();
      expect(scan.ok && scan.value.containers.map((c) => [c.name, c.protected, c.reason]).sort()).toEqual([
        ['busy', false, 'eci-off'],
        ['gone', false, 'eci-off'],
        ['old', false, 'eci-off'],
      ]);
      const verified = await target.verify();
      expect(verified.ok && verified.value.claims[0]).toMatchObject({
        id: 'A2-user-namespace',
        verdict: 'fail',
        evidence: 'ECI is off: uid_map "0 0 4294967295"; root in the container is root on the host',
      });
      await consistent(false);
    },
  );

  test(
    'A2, A6, D: on: verified; old containers are shown unprotected, the chosen one is removed',
    { tags: ['small'] },
    async () => {
      const images = await docker('images', '--all', '--quiet', '--no-trunc');
      const scan = await target.scan();
      const ids = scan.ok
        ? scan.value.containers.filter((c) => c.name === 'gone' || c.name === 'busy').map((c) => c.id)
        : [];
      expect(ids).toHaveLength(2);
      const run = await apply(await eciText(true), {
        remove: ids,
        includeRunning: false,
        removeVolumes: false,
      });
      expect(run.outcome).toMatchObject({
        kind: 'applied',
        version: 1,
        removed: [{ name: 'gone', removed: true }],
      });
      expect(
        run.outcome?.kind === 'applied' && run.outcome.verification?.claims.map((c) => c.verdict),
      ).toEqual(
        claimIds.map((id) =>
          id === 'A10-proc-emulated' ? expect.stringMatching(/^(pass|limited)$/) : 'pass',
        ),
      );
      await consistent(true);
      expect(await idMapOfRun(target.paths.clientSocket, '--runtime=runc', '--userns=host')).toBe('isolated');
      expect(await docker('images', '--all', '--quiet', '--no-trunc')).toBe(images);
      expect((await docker('volume', 'ls', '--quiet')).trim().split('\n').sort()).toEqual([
        'gonedata',
        'olddata',
      ]);
      const after = await target.scan();
      expect(after.ok && after.value.containers.map((c) => [c.name, c.protected, c.reason]).sort()).toEqual([
        ['busy', false, 'before-eci'],
        ['old', false, 'before-eci'],
      ]);
      expect(await refusal('start', 'old')).toContain('enhanced container isolation:');
      expect(await target.lastVerification()).toMatchObject({ eci: true });
    },
  );

  test("scan: a running one's range, dozens of others, and one created without the gateway", async () => {
    await docker('run', '--detach', '--name', 'new', 'busybox', ...patient);
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => docker('create', '--name', `many-${n}`, 'busybox', 'true')),
    );
    await dockerOn(
      target.paths.engineSocket,
      'create',
      '--name',
      'past',
      '--runtime',
      'runc',
      'busybox',
      'true',
    );
    const scan = await target.scan();
    if (!scan.ok) throw new Error(scan.error.message);
    const by = new Map(scan.value.containers.map((c) => [c.name, c]));
    expect(by.get('new')).toMatchObject({ protected: true, reason: 'own-range', runtime: 'bulkhead' });
    const [, first = ''] = /0 +(\d+)/.exec(await docker('exec', 'new', 'cat', '/proc/self/uid_map')) ?? [];
    expect(by.get('new')?.range).toEqual({ first: Number(first), last: Number(first) + 65_535 });
    expect(by.get('many-29')).toMatchObject({ protected: true, reason: 'own-range-stopped' });
    expect(by.get('past')).toMatchObject({ protected: false, reason: 'past-gateway' });
  });

  test('remove: running ones and volumes only when requested', async () => {
    const removed = await target.remove({
      ids: ['new', 'past', 'many-0'],
      includeRunning: false,
      removeVolumes: false,
    });
    expect(removed.ok && removed.value.map((o) => [o.name, o.removed])).toEqual([
      ['new', false],
      ['past', true],
      ['many-0', true],
    ]);
    expect(await target.remove({ ids: ['new'], includeRunning: true, removeVolumes: false })).toMatchObject({
      ok: true,
      value: [{ removed: true }],
    });
    expect(await target.remove({ ids: ['busy'], includeRunning: true, removeVolumes: true })).toMatchObject({
      ok: true,
      value: [{ removed: true }],
    });
    const scan = await target.scan();
    await target.remove({
      ids: scan.ok ? scan.value.containers.filter((c) => c.name.startsWith('many')).map((c) => c.id) : [],
      includeRunning: false,
      removeVolumes: false,
    });
    expect((await docker('ps', '--all', '--format', '{{.Names}}')).trim()).toBe('old');
  });

  test('a setting that the gateway reloads is applied without a restart', async () => {
    const { generation, dockerdPid } = await target.driver.status();
    const { applied } = await target.settings.read();
    const edited = editSettings(applied, ['filesharingAllowedDirectories'], []);
    const run = await apply(edited.ok ? edited.value : '');
    expect(run.outcome).toMatchObject({ kind: 'applied', version: 2 });
    expect(await target.driver.status()).toMatchObject({ generation, dockerdPid });
  });

  test('turning ECI off restores daemon.json byte for byte', async () => {
    expect((await apply(await eciText(false))).outcome).toMatchObject({ kind: 'applied', version: 3 });
    await consistent(false);
    expect(await idMapOfRun(target.paths.clientSocket)).toBe('plain');
    await docker('start', 'old');
  });
});

describe('failures', () => {
  test('an engine that refuses its new configuration: rolled back, with the reason', async () => {
    const breaking = openTarget(root, {
      bulkheadCommand,
      projectRoot: project,
      // Another program damages daemon.json just before the reload.
      onApplyPoint: async (point) => {
        if (point === 'reconfigure done')
          await writeFile(target.paths.daemonJson, '{"no-such-directive": true}');
      },
    });
    const run = await apply(await eciText(true), keepAllContainers, breaking);
    expect(run.outcome).toMatchObject({
      kind: 'rolled-back',
      failedStep: 'reload-engine',
      restoredVersion: 3,
    });
    expect(JSON.stringify(run.outcome)).toContain('no-such-directive');
    await consistent(false);
    expect((await docker('ps', '--all', '--format', '{{.Names}}')).trim()).toBe('old');
  });

  test('a cancel during the reload rolls back', async () => {
    const { appliedHash } = await target.settings.read();
    let cancel: () => boolean = () => false;
    const started = await target.startApply(
      { text: await eciText(true), choices: keepAllContainers, baseHash: appliedHash },
      (event) => {
        if (
          event.type === 'run' &&
          event.run.steps.some((s) => s.step === 'reload-engine' && s.state === 'running')
        )
          cancel();
      },
    );
    if (!started.ok) throw new Error(started.error.message);
    cancel = started.value.cancel;
    expect((await started.value.done).outcome).toMatchObject({
      kind: 'rolled-back',
      error: { code: 'apply.cancelled' },
    });
    await consistent(false);
  });

  test.each<ApplyStep>(['write-settings', 'reload-engine', 'verify'])(
    'SIGKILL during %s: the next start finishes or rolls back, nothing half',
    async (step) => {
      const { child, exited } = await applyingTo(step, true);
      child.kill('SIGKILL');
      await exited;
      const resumed = await target.resume();
      if (!resumed.ok) throw new Error(`${resumed.error.message}: ${resumed.error.reason ?? ''}`);
      const kind = resumed.value?.outcome?.kind;
      // It may have finished before the kill, but only in the last steps.
      if (kind !== 'rolled-back') expect(step).toBe('verify');
      await consistent(kind !== 'rolled-back');
      if (kind !== 'rolled-back') await apply(await eciText(false));
      // Leftovers of a killed verification are removed by the next one.
      expect((await target.verify()).ok).toBe(true);
      await consistent(false);
    },
  );

  test('SIGHUP, as from a closed terminal, does not end it: it runs to completion', async () => {
    const { child, exited } = await applyingTo('reload-engine', true);
    child.stdout.destroy();
    child.kill('SIGHUP');
    expect(await exited).toEqual([0, null]);
    await consistent(true);
    await apply(await eciText(false));
  });

  test('after SIGKILL the running supervisor rolls it back within a minute, without a request', async () => {
    const { child, exited } = await applyingTo('reload-engine', true);
    const ended = new Promise<void>((resolve) => {
      const watching = watch(root, () => {
        if (!existsSync(target.paths.journal) && !existsSync(path.join(root, 'apply.lock'))) {
          watching.close();
          resolve();
        }
      });
    });
    child.kill('SIGKILL');
    await exited;
    await ended;
    await consistent(false);
    expect(await readFile(path.join(root, 'logs/supervisor.log'), 'utf8')).toContain(
      'an interrupted apply was settled: rolled-back',
    );
  });

  test('D: the plan has the consequences of recreating each container, also after a restart', async () => {
    await docker('start', 'old');
    await docker('exec', 'old', 'sh', '-c', 'echo mine > /written');
    await docker('run', '--detach', '--rm', '--name', 'passing', 'busybox', ...patient);
    const scan = await target.scan();
    const recreate = scan.ok
      ? scan.value.containers.filter(({ name }) => name === 'old' || name === 'passing').map(({ id }) => id)
      : [];
    const planned = async (commit: boolean) => {
      const plan = await target.plan(await eciText(true), { ...keepAllContainers, recreate, commit });
      return plan.ok ? plan.value.recreation?.groups.flat().sort((a, b) => (a.name < b.name ? -1 : 1)) : plan;
    };
    expect(await planned(false)).toMatchObject([
      {
        name: 'old',
        running: true,
        commit: false,
        blockers: [],
        written: { paths: 1 },
        changes: expect.arrayContaining([{ code: 'kept-written', params: {} }]),
        lost: expect.arrayContaining([expect.objectContaining({ code: 'writable-layer' })]),
      },
      { name: 'passing', blockers: [{ code: 'no-rollback' }] },
    ]);
    expect(await planned(true)).toMatchObject([
      { name: 'old', commit: true, lost: [{ code: 'memory' }, { code: 'logs' }] },
      { name: 'passing' },
    ]);
    await docker('rm', '-f', 'passing');
  });

  test('D: a chosen recreation that the draft refuses is in the plan and blocks the apply', async () => {
    const requestedApply = openTarget(root, {
      bulkheadCommand,
      projectRoot: project,
      recreatePolicy: refusedRecreations,
    });
    await docker('run', '--detach', '--name', 'mounts', '--volume', '/etc:/e', 'busybox', ...patient);
    const [id = ''] = (await docker('ps', '--no-trunc', '--quiet', '--filter', 'name=mounts')).split('\n');
    const choices = { ...keepAllContainers, recreate: [id] };
    const on = await eciText(true);
    const shared = editSettings(
      on,
      ['filesharingAllowedDirectories'],
      [{ path: '/etc', sharedByDefault: true }],
    );
    if (!shared.ok) throw new Error(shared.error.message);
    expect(await requestedApply.plan(on, choices)).toMatchObject({
      ok: true,
      value: {
        blocked: true,
        blockers: [{ code: 'recreation', message: expect.stringContaining('mounts') }],
        recreation: {
          blocked: true,
          groups: [
            [
              {
                name: 'mounts',
                blockers: [
                  {
                    code: 'refused',
                    params: {
                      rule: 'bind-not-shared',
                      message: expect.stringContaining('filesharingAllowedDirectories'),
                    },
                  },
                ],
              },
            ],
          ],
        },
      },
    });
    expect(await requestedApply.plan(shared.value, choices)).toMatchObject({
      ok: true,
      value: { blocked: false, blockers: [], recreation: { blocked: false } },
    });
    const { appliedHash } = await target.settings.read();
    expect(await requestedApply.startApply({ text: on, choices, baseHash: appliedHash })).toMatchObject({
      ok: false,
      error: { code: 'containers.recreate-blocked' },
    });
    expect(await docker('ps', '--no-trunc', '--quiet', '--filter', 'name=mounts')).toBe(`${id}\n`);
    await consistent(false);
    const bulkhead = async (...args: string[]) => {
      await writeFile(path.join(root, 'wanted.json'), on);
      const child = spawn(bulkheadCommand, [...args, '--root', root], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
      return { output, code: Number(code) };
    };
    const plan = await bulkhead('plan', path.join(root, 'wanted.json'), '--recreate=mounts');
    expect(plan).toEqual({
      code: 1,
      output: expect.stringMatching(
        new RegExp(
          'in the way\n +- enhanced container isolation: bind mount of /etc is blocked' +
            '.*filesharingAllowedDirectories',
        ),
      ),
    });
    // Without names, all eligible containers: those that are refused are not changed.
    const all = await bulkhead('plan', path.join(root, 'wanted.json'), '--recreate', '--json');
    expect([all.code, JSON.parse(all.output)]).toEqual([
      0,
      expect.objectContaining({ blocked: false, recreate: expect.not.arrayContaining([id]) }),
    ]);
    requestedApply.dispose();
    await docker('rm', '-f', 'mounts');
  });

  test('D: after SIGKILL during a recreation, the next start recreates the rest once', async () => {
    await docker('run', '--detach', '--name', 'web', 'busybox', ...patient);
    await docker('create', '--name', 'idle', 'busybox', 'true');
    await docker('create', '--name', 'unwanted', 'busybox', 'true');
    await writeFile(path.join(root, 'wanted.json'), await eciText(true));
    const child = spawn(
      bulkheadCommand,
      [
        'apply',
        path.join(root, 'wanted.json'),
        '--yes',
        '--json',
        '--events',
        '--root',
        root,
        '--remove',
        'unwanted',
        '--recreate=old,web,idle',
        '--commit',
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const exited = once(child, 'exit');
    let isHalfDone = false;
    let lastLine = '';
    for await (const line of createInterface({ input: child.stdout })) {
      lastLine = line;
      const event = applyEventSchema.safeParse(JSON.parse(line));
      isHalfDone =
        event.success &&
        event.data.type === 'recreation' &&
        event.data.recreation.members.some((m) => m.outcome !== null) &&
        event.data.recreation.members.some((m) => m.step === 'wait' && m.outcome === null);
      if (isHalfDone) break;
    }
    if (!isHalfDone) throw new Error(`the apply ended before it was to be killed: ${lastLine}`);
    child.kill('SIGKILL');
    await exited;
    const events: ApplyEvent[] = [];
    const resumed = await target.resume((event) => {
      events.push(event);
    });
    if (!resumed.ok) throw new Error(`${resumed.error.message}: ${resumed.error.reason ?? ''}`);
    const outcome = resumed.value?.outcome;
    if (outcome?.kind !== 'applied') throw new Error(JSON.stringify(outcome));
    expect(outcome.removed).toMatchObject([{ name: 'unwanted', removed: true }]);
    expect(
      outcome.recreated
        .map((m) => [m.name, m.outcome?.kind, m.outcome?.kind === 'recreated' && m.outcome.started])
        .sort(),
    ).toEqual([
      ['idle', 'recreated', false],
      ['old', 'recreated', true],
      ['web', 'recreated', true],
    ]);
    expect(events.some((event) => event.type === 'recreation')).toBe(true);
    await consistent(true);
    const scan = await target.scan();
    // One that did not run stays beside the new one, and is not listed as one to be recreated.
    expect(scan.ok && scan.value.containers.map((c) => [c.name, c.protected, c.state]).sort()).toEqual([
      ['idle', true, 'created'],
      ['idle-before-eci', false, 'created'],
      ['old', true, 'running'],
      ['web', true, 'running'],
    ]);
    expect(await docker('exec', 'old', 'cat', '/written')).toBe('mine\n');
    await target.remove({
      ids: ['web', 'idle', 'idle-before-eci'],
      includeRunning: true,
      removeVolumes: false,
    });
    await apply(await eciText(false));
    // Each of them must also run for a while.
  });

  test('an engine that is down: scan, remove, verify and images report it', async () => {
    await target.driver.stop();
    for (const result of [
      await target.scan(),
      await target.remove({ ids: ['x'], includeRunning: false, removeVolumes: false }),
      await target.verify(),
      await target.images(),
    ]) {
      expect(!result.ok && result.error.code).toBe('engine.unreachable');
    }
    expect(await target.plan(await eciText(true), keepAllContainers)).toMatchObject({
      ok: true,
      value: { blocked: false, restartNeeded: true, unprotected: [] },
    });
  });
});
