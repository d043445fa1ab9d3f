import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

// The maintainer scripts of the package for servers, with their paths below a directory. systemctl and the
// command line record how they are called.
const scripts = path.join(import.meta.dirname, '../packaging/debian');
let root = '';
const at = (file: string) => path.join(root, file);
const put = async (file: string, content = '') => {
  await mkdir(path.dirname(at(file)), { recursive: true });
  await writeFile(at(file), content);
};

/** A program that records its arguments, and fails if they match the regular expression `fails`. */
async function putProgram(file: string, fails = '^$'): Promise<void> {
  const lines = [
    '#!/bin/sh',
    `echo "${path.basename(file)} $*" >>${at('calls')}`,
    `if echo "$*" | grep -Eq '${fails}'; then exit 3; fi`,
  ];
  await put(file, lines.map((line) => `${line}\n`).join(''));
  await chmod(at(file), 0o755);
}

/** Runs a script with dpkg's arguments. */
async function runScript(
  name: string,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly output: string; readonly calls: readonly string[] }> {
  const text = await readFile(path.join(scripts, name), 'utf8');
  await put(name, text.replaceAll(/(?<![\w.])\/(?=(?:var|etc|usr|run|proc)\/)/g, `${root}/`));
  await rm(at('calls'), { force: true });
  const env = { ...process.env, PATH: `${at('programs')}:${process.env['PATH'] ?? ''}` };
  return new Promise((resolve) => {
    execFile('sh', [at(name), ...args], { env, encoding: 'utf8' }, (error, stdout, stderr) => {
      void readFile(at('calls'), 'utf8')
        .catch(() => '')
        .then((calls) => {
          resolve({
            code: typeof error?.code === 'number' ? error.code : 0,
            output: stdout + stderr,
            calls: calls.split('\n').filter((line) => line !== ''),
          });
        });
    });
  });
}

const record = 'var/lib/bulkhead/system/install.json';
const launcher = 'usr/lib/bulkhead/bin/bulkhead';
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-scripts-'));
  await putProgram('programs/systemctl');
  await putProgram(launcher);
  await mkdir(at('run/systemd/system'), { recursive: true });
  await put('proc/self/mountinfo', '22 1 8:1 / / rw - ext4 /dev/sda1 rw\n');
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

describe('postinst', () => {
  it('names the command to run after a first installation, and does not change the engine', async () => {
    const { code, output, calls } = await runScript('postinst', 'configure', '');
    expect([code, output.trim().split('\n')]).toEqual([
      0,
      [expect.stringContaining('sudo bulkhead install'), expect.stringContaining('--dry-run')],
    ]);
    expect(calls).toEqual([
      'systemctl enable --quiet bulkhead-verify.path',
      'systemctl enable --quiet bulkhead-verify.timer',
      'systemctl daemon-reload',
      'systemctl is-enabled --quiet bulkhead-verify.path',
      'systemctl restart bulkhead-verify.path',
      'systemctl is-enabled --quiet bulkhead-verify.timer',
      'systemctl restart bulkhead-verify.timer',
    ]);
  });

  const enables = (calls: readonly string[]) => calls.filter((call) => call.startsWith('systemctl enable'));

  it('enables each unit once: a new one at an upgrade, and none again', async () => {
    await put('var/lib/bulkhead/enabled-units/bulkhead-verify.path');
    expect(enables((await runScript('postinst', 'configure', '0.1.0')).calls)).toEqual([
      'systemctl enable --quiet bulkhead-verify.timer',
    ]);
    expect(enables((await runScript('postinst', 'configure', '0.1.0')).calls)).toEqual([]);
  });

  it('enables them again after a removal, which dpkg takes for an upgrade', async () => {
    await runScript('postinst', 'configure', '');
    await runScript('prerm', 'remove');
    expect(existsSync(at('var/lib/bulkhead'))).toBe(false);
    expect(enables((await runScript('postinst', 'configure', '0.1.0')).calls)).toHaveLength(2);
  });

  it('updates the files of an installed gateway, and enables no unit again', async () => {
    await put(record);
    await runScript('postinst', 'configure', '');
    const { code, calls } = await runScript('postinst', 'configure', '0.1.0');
    expect([code, calls.at(-1)]).toEqual([0, 'bulkhead install --yes --keep-engine']);
    expect(calls.filter((call) => /^systemctl (?:enable|.*docker)/.test(call))).toEqual([
      'systemctl cat docker.service',
    ]);
  });

  it('leaves a timer alone that the administrator has disabled', async () => {
    await runScript('postinst', 'configure', '');
    await putProgram('programs/systemctl', 'is-enabled --quiet bulkhead-verify.timer');
    const { code, calls } = await runScript('postinst', 'configure', '0.1.0');
    expect(code).toBe(0);
    expect(calls).toContain('systemctl restart bulkhead-verify.path');
    expect(calls).not.toContain('systemctl enable --quiet bulkhead-verify.timer');
    expect(calls).not.toContain('systemctl restart bulkhead-verify.timer');
  });

  it('fails if that fails', async () => {
    await put(record);
    await putProgram(launcher, 'install');
    expect((await runScript('postinst', 'configure', '0.1.0')).code).toBe(3);
  });

  it('names what to run if systemd or docker.service is missing', async () => {
    await put(record);
    await putProgram('programs/systemctl', 'cat docker.service');
    const withoutDocker = await runScript('postinst', 'configure', '0.1.0');
    expect(withoutDocker).toMatchObject({ code: 0, output: expect.stringContaining('no docker.service') });
    await rm(at('run/systemd'), { recursive: true });
    const withoutSystemd = await runScript('postinst', 'configure', '0.1.0');
    expect(withoutSystemd).toMatchObject({ code: 0, output: expect.stringContaining('does not run here') });
    expect([...withoutDocker.calls, ...withoutSystemd.calls]).not.toContain(
      'bulkhead install --yes --keep-engine',
    );
  });

  it('has the isolation verified when files of the engine were replaced', async () => {
    const triggered = ['postinst', 'triggered', '/usr/sbin/dockerd'] as const;
    const begins = [
      'systemctl cat bulkhead-verify.service',
      'systemctl reset-failed bulkhead-verify.service bulkhead-verify.path',
      'systemctl is-enabled --quiet bulkhead-verify.path',
    ];
    const verifies = 'systemctl start --no-block bulkhead-verify.service';
    expect((await runScript(...triggered)).calls).toEqual([
      ...begins,
      'systemctl start bulkhead-verify.path',
      verifies,
    ]);
    // The path unit stays disabled if an administrator did that; nothing to reset is no failure.
    await putProgram('programs/systemctl', 'reset-failed|is-enabled');
    expect(await runScript(...triggered)).toMatchObject({ code: 0, calls: [...begins, verifies] });
  });
});

describe('prerm', () => {
  it('restores the plain engine before a removal, which fails if that fails', async () => {
    await put(record);
    expect((await runScript('prerm', 'remove')).calls[0]).toBe('bulkhead uninstall --yes');
    await putProgram(launcher, 'uninstall');
    expect((await runScript('prerm', 'remove')).code).toBe(3);
  });

  it('stops and disables what verifies later', async () => {
    expect((await runScript('prerm', 'remove')).calls).toEqual([
      'systemctl disable --quiet bulkhead-verify.path bulkhead-verify.timer',
      'systemctl stop bulkhead-verify.path bulkhead-verify.timer',
      'systemctl stop bulkhead-verify.service bulkhead-verify-due.service',
    ]);
  });

  const unit = (id: string) => `etc/systemd/system/bulkhead-engine-${id}.service`;
  const serviceOf = (program: string) =>
    `[Service]\nExecStart="${program}" "engine" "start" "--root" "/srv/my engine" "--foreground"\n`;

  it('stops and removes services of embedded engines that run the package, and no others', async () => {
    await put(unit('1'), serviceOf(at(launcher)));
    await put(unit('2'), serviceOf('/opt/clone/bin/bulkhead'));
    await put('var/lib/bulkhead/data/x');
    const { code, output, calls } = await runScript('prerm', 'remove');
    expect([code, output]).toEqual([0, expect.stringContaining('of /srv/my engine; its data stays')]);
    expect(calls).toContain('bulkhead engine stop --root /srv/my engine --timeout 600');
    expect(calls).toContain('systemctl disable --now --quiet bulkhead-engine-1.service');
    expect(calls.join()).not.toContain('bulkhead-engine-2');
    expect([existsSync(at(unit('1'))), existsSync(at(unit('2')))]).toEqual([false, true]);
    expect(existsSync(at('var/lib/bulkhead/data/x'))).toBe(true);
  });

  it('changes nothing at an upgrade', async () => {
    await put(record);
    await put(unit('1'), serviceOf(at(launcher)));
    expect(await runScript('prerm', 'upgrade', '0.2.0')).toEqual({ code: 0, output: '', calls: [] });
  });
});

describe('postrm', () => {
  const settings = 'etc/bulkhead/admin-settings.json';
  beforeEach(async () => {
    for (const file of [record, settings, 'var/lib/bulkhead/range-owners/1', 'var/lib/bulkhead/data/x'])
      await put(file);
  });

  it('keeps everything on removal', async () => {
    expect((await runScript('postrm', 'remove')).code).toBe(0);
    expect([record, settings].map((file) => existsSync(at(file)))).toEqual([true, true]);
  });

  it('removes settings and state on purge; owners of ranges and embedded engines stay', async () => {
    expect((await runScript('postrm', 'purge')).code).toBe(0);
    expect(
      [
        'var/lib/bulkhead/system',
        'etc/bulkhead',
        'var/lib/bulkhead/range-owners/1',
        'var/lib/bulkhead/data/x',
      ].map((file) => existsSync(at(file))),
    ).toEqual([false, false, true, true]);
  });

  it('removes no directory in which something is mounted', async () => {
    await put(
      'proc/self/mountinfo',
      `40 22 8:1 /srv ${at('var/lib/bulkhead/system/isolation/x')} rw - ext4 /dev/sda1 rw\n`,
    );
    const { code, output } = await runScript('postrm', 'purge');
    expect([code, existsSync(at(record))]).toEqual([0, true]);
    expect(output).toContain('something is mounted in it');
  });
});
