import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InstallPlan } from '../../../shared/install/plan.ts';
import { message, type Message } from '../../../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import { rootPaths, type RootPaths } from '../../base/root-paths.ts';
import { recordFile } from '../../daemon-json/daemon-json-file.ts';
import { giveBackFiles, recoverFiles, saveBefore } from './install-files.ts';
import {
  installJournalFile,
  preparedInstall,
  readInstallJournal,
  readInstallRecord,
  writeInstallJournal,
  type InstallJournal,
} from './install-record.ts';
import type { Outcome } from './install-steps.ts';
import { finishPrepared } from './prepared.ts';

const usualPath = process.env['PATH'];
let directory: string;
let paths: RootPaths;
const at = (name: string) => path.join(directory, name);
const edited = '{ "debug": true }\n';

/** As `bulkhead install` and `bulkhead install --prepare` write it. */
async function begin(phase: 'prepared' | 'installing'): Promise<InstallJournal> {
  const files = [at('a.service')];
  const journal: InstallJournal = {
    ...{ version: 1, phase, files, units: ['bulkhead-gateway.socket'], dataRoot: paths.data },
    ...{ group: 'docker', bulkheadCommand: '/usr/bin/bulkhead', wasInstalled: false },
    saved: await saveBefore(paths, { phase, files }, await readInstallJournal(paths)),
  };
  await writeInstallJournal(paths, journal);
  await writeFile(at('a.service'), 'ours');
  return journal;
}
async function journalOnDisk(): Promise<InstallJournal> {
  const journal = await readInstallJournal(paths);
  if (journal === null) throw new Error('there is no journal');
  return journal;
}
interface Planned {
  readonly plan: InstallPlan;
}
const planOf = (...blockers: Message[]): Planned => ({
  plan: {
    ...{ action: 'install', installed: false, prepared: true, files: [], restartsEngine: false },
    ...{ stops: [], restarts: [], stopsUnknown: false, keepRunning: [], unstartable: [], blockers },
  },
});
/** As at the machine's start. */
const finish = async (
  write: () => Promise<Outcome>,
  plan: () => Promise<Result<Planned, AppError>> = () => Promise.resolve(ok(planOf())),
): Promise<Outcome> => finishPrepared(paths, await journalOnDisk(), { plan, write });
async function writeConfig(): Promise<void> {
  await writeFile(paths.daemonJson, 'with our keys');
  await writeFile(recordFile(paths), 'a record');
}
const expectPlain = async (text: string | null) => {
  expect(await readFile(paths.daemonJson, 'utf8').catch(() => null)).toBe(text);
  expect([recordFile(paths), at('a.service')].map((file) => existsSync(file))).toEqual([false, false]);
  expect(await readInstallJournal(paths)).toBeNull();
};

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-prepared-'));
  paths = rootPaths(directory);
  // A fake systemctl.
  await writeFile(at('systemctl'), `#!/bin/sh\necho "$*" >>'${at('calls')}'\n`);
  await chmod(at('systemctl'), 0o755);
  process.env['PATH'] = `${directory}:${usualPath ?? ''}`;
});
afterEach(async () => {
  process.env['PATH'] = usualPath;
  await rm(directory, { recursive: true });
});

describe.each([
  ['an edited', '{}'],
  ['a new', null],
])('%s daemon.json after `--prepare`', (_, before) => {
  beforeEach(async () => {
    if (before !== null) await writeFile(paths.daemonJson, before);
    await begin('prepared');
    await writeFile(paths.daemonJson, edited);
  });

  it('stays at `uninstall`', async () => {
    await giveBackFiles(paths, await journalOnDisk());
    await expectPlain(edited);
  });

  it('is restored by an installation that is rolled back', async () => {
    await begin('installing');
    await writeConfig();
    await giveBackFiles(paths, await journalOnDisk());
    await expectPlain(edited);
  });

  it("is restored where the machine's start cannot bring it into force", async () => {
    const refused = await finish(async () => {
      await writeConfig();
      return fail('internal', message('system.cannot-install'));
    });
    expect(refused).toMatchObject({ ok: false });
    await expectPlain(edited);
  });

  it("is restored at the second start where the machine's first crashes", async () => {
    const crash = finish(async () => {
      await writeConfig();
      throw new Error('crash');
    });
    await expect(crash).rejects.toThrow('crash');
    await recoverFiles(paths);
    await expectPlain(edited);
  });

  it('is named for every user; what saves the configuration is only for root', async () => {
    const mode = async () => ((await stat(installJournalFile(paths))).mode & 0o777).toString(8);
    const journal = await begin('prepared');
    expect([await preparedInstall(paths), await mode()]).toEqual(['install', '644']);
    await writeInstallJournal(paths, { ...journal, wasInstalled: true });
    expect(await preparedInstall(paths)).toBe('upgrade');
    await begin('installing');
    expect([await preparedInstall(paths), await mode()]).toEqual([null, '600']);
    await writeFile(installJournalFile(paths), '{');
    expect(await preparedInstall(paths)).toBeNull();
  });

  it('stays where an earlier version prepared, which saved the former text', async () => {
    const content = before === null ? null : Buffer.from(before).toString('base64');
    const { saved, ...journal } = await journalOnDisk();
    const config = [paths.daemonJson, recordFile(paths)];
    await writeInstallJournal(paths, {
      ...journal,
      saved: [...saved, ...config.map((file) => ({ path: file, content, mode: 0o644 }))],
    });
    await giveBackFiles(paths, await journalOnDisk());
    await expectPlain(edited);
  });
});

describe('a prepared installation', () => {
  it("is recorded as installed at the machine's start", async () => {
    await begin('prepared');
    const written = finish(() => Promise.resolve(ok(undefined)));
    expect(await written).toMatchObject({ ok: true });
    expect(await readInstallRecord(paths)).toMatchObject({ files: [at('a.service')] });
    expect(await readInstallJournal(paths)).toBeNull();
  });

  it('prepared again, keeps what was there before the first preparation', async () => {
    await writeFile(at('a.service'), 'of before');
    await begin('prepared');
    await begin('prepared');
    await giveBackFiles(paths, await journalOnDisk());
    expect(await readFile(at('a.service'), 'utf8')).toBe('of before');
  });
});

describe("a prepared installation that the machine's start refuses", () => {
  const refusal = message('system.not-socket-activated');
  it.each([
    ['has a blocker', () => Promise.resolve(ok(planOf(refusal)))],
    ['cannot be planned', () => Promise.resolve(fail('engine.not-installed', refusal))],
    ['cannot be inspected', () => Promise.reject(new Error('no answer'))],
  ])('since it %s, is undone: the plain engine starts', async (_, plan) => {
    await writeFile(paths.daemonJson, edited);
    await begin('prepared');
    const refused = await finish(() => Promise.reject(new Error('written')), plan);
    expect(refused).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('could not come into force') },
    });
    await expectPlain(edited);
    expect(await readFile(at('calls'), 'utf8')).toBe(
      'disable --quiet bulkhead-gateway.socket\ndaemon-reload\n',
    );
  });
});
