import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceGateway } from './install-steps.ts';

// A stand-in for systemctl that records its arguments: systemd itself runs in tests/machine. A file has the
// gateway's main process.
const usualPath = process.env['PATH'];
let directory = '';
const at = (name: string) => path.join(directory, name);
const calls = async () => (await readFile(at('calls'), 'utf8')).split('\n').filter((line) => line !== '');

/** `onReload`: shell commands that run at `systemctl reload`. */
async function putSystemctl(onReload: string): Promise<void> {
  await writeFile(
    at('systemctl'),
    `#!/bin/sh
case $1 in
  show)
    printf 'Id=bulkhead-gateway.service\\nActiveState=active\\nMainPID=%s\\n' "$(cat '${at('main')}')"
    exit ;;
  reload) cd '${directory}'; ${onReload} ;;
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
});
