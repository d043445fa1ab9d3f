import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf } from '../../engine/base/process-identity.ts';
import { sha256 } from '../../engine/base/files.ts';
import { recordedPolicyName } from '../../shared/enforcement/recorded-policy-name.ts';
import { recordedPolicySchema } from '../../shared/enforcement/recorded-policy.ts';
import { createPolicyRecorder } from './record-policy.ts';
import { watchSettings } from './settings-watch.ts';

const on = '{"configurationFileVersion": 2, "enhancedContainerIsolation": {"value": true, "locked": true}}';
let dir: string;
let settings: string;
const open: { close(): void }[] = [];
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-record-'));
  settings = path.join(dir, 'admin-settings.json');
});
afterEach(async () => {
  for (const one of open.splice(0)) one.close();
  await rm(dir, { recursive: true, force: true });
});
const record = async () =>
  recordedPolicySchema.parse(JSON.parse(await readFile(path.join(dir, recordedPolicyName), 'utf8')));
function start() {
  const recorder = createPolicyRecorder(dir, () => undefined);
  const watch = watchSettings(settings, (state) => {
    recorder.record(state);
  });
  open.push(watch);
  return { recorder, watch };
}

describe('the recorded policy', () => {
  it('names the text in force and this process, for everybody to read', async () => {
    await writeFile(settings, on);
    start();
    expect(await record()).toMatchObject({
      gateway: await identityOf(process.pid),
      hash: sha256(on),
      eci: true,
      locked: true,
      preferredOff: false,
      mode: 'enforce',
      socketMounts: false,
      problem: null,
    });
    expect((await stat(path.join(dir, recordedPolicyName))).mode & 0o777).toBe(0o644);
  });

  it('stays that of the last good text when the file is deleted or unusable, with the reason', async () => {
    await writeFile(settings, on);
    const { watch } = start();
    await rm(settings);
    watch.current(true);
    expect(await record()).toMatchObject({ hash: sha256(on), eci: true, problem: { kind: 'deleted' } });
    await writeFile(settings, '{');
    watch.current(true);
    expect(await record()).toMatchObject({ hash: sha256(on), eci: true, problem: { kind: 'unusable' } });
    await writeFile(settings, `${on}\n`);
    watch.current(true);
    expect(await record()).toMatchObject({ hash: sha256(`${on}\n`), problem: null });
  });

  it('has no hash while locked down, and an empty one without a file', async () => {
    start();
    expect(await record()).toMatchObject({ hash: '', eci: false, problem: null });
    await writeFile(settings, '{');
    start();
    expect(await record()).toMatchObject({ hash: null, eci: true, problem: { kind: 'unusable' } });
  });

  it('is left to the successor once recording has stopped', async () => {
    await writeFile(settings, on);
    const { recorder, watch } = start();
    recorder.stop();
    await writeFile(settings, `${on}\n`);
    watch.current(true);
    expect((await record()).hash).toBe(sha256(on));
  });
});
