import { chmod, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepAllContainers } from '../../../shared/apply/plan.ts';
import { fakeDockerDesktop, type FakeDesktop } from '../../../tests/support/fake-docker-desktop.ts';
import { textOnlyEngine } from '../../../tests/support/desktop-engines.ts';
import { ownDirectories, readSecurity } from './own-directories.ts';
import { openDesktopTarget } from './target.ts';

// Windows' programs are fakes: their arguments are checked here. Not run on a real Windows.
const userDirectory =
  'O:S-1-5-21-1-2-3-1001D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;ID;FA;;;S-1-5-21-1-2-3-1001)(A;' +
  'OICIID;0x1200a9;;;BU)';
const closed = 'O:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)';

describe('the access list of a directory on Windows', () => {
  it.each([
    ['as we make it', closed, { owned: true, closed: true }],
    ["the system's", 'O:SYG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)', { owned: true, closed: true }],
    [
      'with the rights of the directory above',
      'O:BAD:AI(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)',
      { owned: true, closed: false },
    ],
    ['others may add to it', 'O:BAD:PAI(A;OICI;FA;;;BA)(A;CI;0x100006;;;BU)', { owned: true, closed: false }],
    [
      'whoever makes a file in it owns it',
      'O:BAD:PAI(A;OICI;FA;;;BA)(A;OICIIO;GA;;;CO)',
      { owned: true, closed: false },
    ],
    ['rights by a condition', 'O:BAD:PAI(A;OICI;FA;;;BA)(XA;;FA;;;WD;x)', { owned: true, closed: false }],
    [
      "a user's who closed it",
      closed.replace('O:BA', 'O:S-1-5-21-1-2-3-1001'),
      { owned: false, closed: true },
    ],
    ['an empty list', 'O:BAD:P', { owned: true, closed: false }],
    ['no SDDL', 'Access denied', null],
    ['no list: everybody may do everything', 'O:BAD:NO_ACCESS_CONTROL', null],
  ])('%s', (_what, sddl, expected) => {
    expect(readSecurity(sddl)).toEqual(expected);
  });
});

describe('directories of ours on Windows (fake)', () => {
  let desktop: FakeDesktop;
  beforeEach(async () => {
    desktop = await fakeDockerDesktop({ platform: 'win32', engine: textOnlyEngine() });
  });
  afterEach(() => desktop.end());
  const directory = () => path.dirname(desktop.host.locations.state);

  it("are created as the administrators', readable by others", async () => {
    const commands: string[] = [];
    const own = ownDirectories({
      ...desktop.host,
      run: (program, args, options) => {
        commands.push([program, ...args].join(' '));
        return desktop.host.run(program, args, options);
      },
    });
    expect(await own.prepare(directory())).toMatchObject({ ok: true });
    const look = (place: string) =>
      'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe -NoProfile -NonInteractive ' +
      `-Command [IO.Directory]::GetAccessControl('${place}').GetSecurityDescriptorSddlForm('Owner, ` +
      "Access')";
    const fresh = /icacls\.exe (.*\.[0-9a-f]{12}) /.exec(commands[0] ?? '')?.[1] ?? '';
    const icacls = `C:\\Windows\\System32\\icacls.exe ${fresh}`;
    expect(fresh).toContain(directory());
    expect(commands).toEqual([
      `${icacls} /setowner *S-1-5-32-544`,
      `${icacls} /inheritance:r /grant:r *S-1-5-32-544:(OI)(CI)F *S-1-5-18:(OI)(CI)F ` +
        '*S-1-5-32-545:(OI)(CI)RX',
      look(fresh),
    ]);
    expect(await readdir(path.dirname(directory()))).toEqual(
      expect.not.arrayContaining([path.basename(fresh)]),
    );
    commands.length = 0;
    await writeFile(path.join(directory(), 'kept'), '');
    expect(await own.prepare(directory())).toMatchObject({ ok: true });
    expect(commands).toEqual([look(directory())]);
  });

  it('are refused if a user created them, or if a writable one is not empty', async () => {
    const own = ownDirectories(desktop.host);
    await mkdir(directory());
    await desktop.setRights(directory(), closed.replace('O:BA', 'O:S-1-5-21-1-2-3-1001'));
    for (const refused of [
      await own.prepare(directory()),
      await own.check(directory()),
      await own.prepareShared(directory()),
    ])
      expect(refused).toMatchObject({
        ok: false,
        error: {
          code: 'settings.unwritable',
          reason: 'users other than administrators can write to it',
        },
      });
    await desktop.setRights(directory(), 'O:BAD:AI(A;OICIID;FA;;;BA)(A;CIID;DCLCRPCR;;;BU)');
    await writeFile(path.join(directory(), 'apply-journal.json'), '{}');
    for (const refused of [
      await own.prepare(directory()),
      await own.check(directory()),
      await own.prepare(directory()),
    ])
      expect(refused).toMatchObject({ ok: false });
    await rm(path.join(directory(), 'apply-journal.json'));
    expect(await own.prepare(directory())).toMatchObject({ ok: true });
    expect(await own.check(directory())).toMatchObject({ ok: true });
    await desktop.setRights(directory(), 'O:BAD:AI(A;OICIID;FA;;;BA)(A;CIID;DCLCRPCR;;;BU)');
    // Docker's own: its owner is checked.
    expect(await own.prepareShared(directory())).toMatchObject({ ok: true });
  });

  it('are refused if somebody adds to one before it is closed', async () => {
    const own = ownDirectories({
      ...desktop.host,
      run: async (program, args) => {
        if (args[1] === '/inheritance:r') await writeFile(path.join(args[0] ?? '', 'planted'), '');
        return desktop.host.run(program, args);
      },
    });
    expect(await own.prepare(directory())).toMatchObject({
      ok: false,
      error: { code: 'settings.unwritable' },
    });
    await expect(readdir(directory())).rejects.toThrow('ENOENT');
  });

  it('are refused if they are links, and if their rights cannot be read or set', async () => {
    const elsewhere = path.join(desktop.directory, 'elsewhere');
    await mkdir(elsewhere);
    await symlink(elsewhere, directory());
    const own = ownDirectories(desktop.host);
    expect([(await own.prepare(directory())).ok, (await own.check(directory())).ok]).toEqual([false, false]);
    await rm(directory());
    expect(await own.check(directory())).toMatchObject({ ok: true });
    const without = (name: string) =>
      ownDirectories({
        ...desktop.host,
        run: (program, args) =>
          program.endsWith(name)
            ? Promise.resolve({ code: 5, stdout: '', stderr: 'Access is denied.' })
            : desktop.host.run(program, args),
      });
    expect(await without('icacls.exe').prepare(directory())).toMatchObject({
      ok: false,
      error: { reason: 'Access is denied.' },
    });
    expect(await without('powershell.exe').prepare(directory())).toMatchObject({ ok: false });
  });

  it("are not trusted for a journal that a user created, and store no user's draft", async () => {
    const { state, settings } = desktop.host.locations;
    const planted = async () => {
      await mkdir(path.join(state, 'history', 'apply-backup'), { recursive: true });
      await writeFile(path.join(state, 'apply-journal.json'), 'not a journal');
    };
    await planted();
    await desktop.setRights(path.dirname(state), userDirectory);
    const target = openDesktopTarget(desktop.host, { bulkheadCommand: '/none', projectRoot: '/none' });
    expect(await target.resume()).toMatchObject({ ok: false, error: { code: 'settings.unwritable' } });
    expect(await target.startApply({ text: '{}', choices: keepAllContainers, baseHash: '' })).toMatchObject({
      ok: false,
      error: { code: 'settings.unwritable' },
    });
    expect(await target.settings.setDraft('{}')).toMatchObject({ ok: false });
    expect(await readFile(path.join(state, 'apply-journal.json'), 'utf8')).toBe('not a journal');
    await expect(readFile(settings)).rejects.toThrow('ENOENT');
    await rm(path.dirname(state), { recursive: true });
    const user = openDesktopTarget(
      { ...desktop.host, elevated: () => Promise.resolve(false) },
      { bulkheadCommand: '/none', projectRoot: '/none' },
    );
    expect(await user.settings.setDraft('{}')).toMatchObject({
      ok: false,
      error: { code: 'settings.unwritable' },
    });
    await expect(readFile(path.dirname(state))).rejects.toThrow('ENOENT');
  });
});

describe('directories of ours elsewhere', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'bh-own-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('are refused if others may write to them', async () => {
    const desktop = await fakeDockerDesktop({ platform: 'linux', engine: textOnlyEngine() });
    const own = ownDirectories(desktop.host);
    expect([
      (await own.prepare(path.join(directory, 'a', 'b'))).ok,
      (await own.check(path.join(directory, 'none'))).ok,
    ]).toEqual([true, true]);
    await chmod(path.join(directory, 'a', 'b'), 0o777);
    expect([
      (await own.prepare(path.join(directory, 'a', 'b'))).ok,
      (await own.check(path.join(directory, 'a', 'b'))).ok,
    ]).toEqual([false, false]);
    await desktop.end();
  });
});
