import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceGateway } from './install-steps.ts';

// A fake systemctl that records its arguments: systemd itself runs in tests/machine. A file has the
// gateway's main process.
const usualPath = process.env['PATH'];
let directory = '';
const at = (name: string) => path.join(directory, name);
const calls = async () => (await readFile(at('calls'), 'utf8')).split('\n').filter((line) => line !== '');

/** Shell commands that run at `systemctl reload`, and before `systemctl show`. */
async function putSystemctl(onReload: string, onShow = ':'): Promise<void> {
  await writeFile(
    at('systemctl'),
    `#!/bin/sh
case $1 in
  show)
    cd '${directory}'; ${onShow}
    printf 'Id=bulkhead-gateway.service\\nActiveState=active\\nMainPID=%s\\n' "$(cat main)"
    printf 'StatusText=%s\\n' "$(cat status)"
    exit ;;
  reload) echo "$*" >>'${at('calls')}'; cd '${directory}'; ${onReload}; exit ;;
esac
echo "$*" >>'${at('calls')}'
`,
  );
  await chmod(at('systemctl'), 0o755);
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-systemctl-'));
  process.env['PATH'] = `${directory}:${usualPath ?? ''}`;
  await writeFile(at('main'), '100');
  await writeFile(at('status'), 'Not replaced earlier: it ended with 1');
});
afterEach(async () => {
  process.env['PATH'] = usualPath;
  await rm(directory, { recursive: true });
});

describe('the gateway of an upgrade', () => {
  it('replaces the running one, which is reloaded for it', async () => {
    await putSystemctl('echo 200 >main');
    expect(await replaceGateway(20_000)).toEqual({ ok: true, value: undefined });
    expect(await calls()).toEqual(['reload bulkhead-gateway.service']);
  });

  it.each([
    ['the same command line', '--listen b', []],
    ['another command line', '--listen c', ['restart bulkhead-gateway.service']],
  ])('is restarted then only if its unit has another command line: %s', async (_, options, restarts) => {
    // A replaced gateway starts its successor with its own.
    const script = 'setInterval(() => undefined, 1e6)';
    const successor = spawn(process.execPath, ['-e', script, '--', 'gateway', '--listen', 'b']);
    await once(successor, 'spawn');
    const command = `path=/usr/bin/bulkhead ; argv[]=/usr/bin/bulkhead gateway ${options}`;
    await putSystemctl(
      `echo ${String(successor.pid)} >main`,
      `echo 'ExecStart={ ${command} ; ignore_errors=no ; pid=0 }'`,
    );
    try {
      expect(await replaceGateway(20_000)).toMatchObject({ ok: true });
      expect(await calls()).toEqual(['reload bulkhead-gateway.service', ...restarts]);
    } finally {
      successor.kill('SIGKILL');
    }
  });

  it('that does not start leaves the running one in place, and that is an error', async () => {
    await putSystemctl(':');
    expect(await replaceGateway(300)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('the previous one keeps serving') },
    });
    expect(await calls()).toEqual(['reload bulkhead-gateway.service']);
  });

  it('is started where none runs, or where the running one did not survive', async () => {
    await putSystemctl(':');
    await writeFile(at('main'), '0');
    expect(await replaceGateway(300)).toMatchObject({ ok: true });
    await writeFile(at('main'), '100');
    await putSystemctl('echo 0 >main');
    expect(await replaceGateway(300)).toMatchObject({ ok: true });
    expect(await calls()).toEqual([
      'restart bulkhead-gateway.service',
      'reload bulkhead-gateway.service',
      'restart bulkhead-gateway.service',
    ]);
  });

  it('that does not start is an error as soon as the running one reports it', async () => {
    await putSystemctl("echo 'Not replaced now: it ended with 3' >status");
    // The status that systemctl shows is in English, as the journal is: in the error it is a quotation.
    const params = { status: 'Not replaced now: it ended with 3' };
    expect(await replaceGateway()).toMatchObject({
      ok: false,
      error: { sentences: { reason: { id: 'system.gateway-status', params } } },
    });
    expect(await calls()).toEqual(['reload bulkhead-gateway.service']);
  });

  it.each([
    ['the reload fails', 'echo refused >&2; exit 1', ':', ['reload bulkhead-gateway.service']],
    ['systemd cannot be asked', ':', 'exit 1', []],
    [
      'it cannot be asked after a failed reload',
      'touch down; exit 1',
      '[ ! -e down ] || exit 1',
      ['reload bulkhead-gateway.service'],
    ],
  ])('does not end the running one where %s', async (_, onReload, onShow, expected) => {
    await putSystemctl(onReload, onShow);
    await writeFile(at('calls'), '');
    expect(await replaceGateway(300)).toMatchObject({ ok: false });
    expect(await calls()).toEqual(expected);
  });

  it('is started where the running one ended at the reload, which failed', async () => {
    await putSystemctl('echo 0 >main; exit 1');
    expect(await replaceGateway(300)).toMatchObject({ ok: true });
    expect(await calls()).toEqual(['reload bulkhead-gateway.service', 'restart bulkhead-gateway.service']);
  });

  it('is waited for while systemd cannot be asked', async () => {
    await putSystemctl('touch down', 'if [ -e down ]; then rm down; echo 200 >main; exit 1; fi');
    expect(await replaceGateway(20_000)).toMatchObject({ ok: true });
    expect(await calls()).toEqual(['reload bulkhead-gateway.service']);
  });
});
