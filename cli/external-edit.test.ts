import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine } from '../tests/support/command-line.ts';
import { identityOf } from '../engine/base/process-identity.ts';
import { rootPaths } from '../engine/base/root-paths.ts';
import { recordedPolicy } from '../shared/enforcement/recorded-policy-fixture.ts';
import { formatStoredSettings } from '../shared/enforcement/start-without-file.ts';
import { addVersion } from '../engine/store/store-fixture.ts';

const settings = (more = '') => `{ "configurationFileVersion": 2${more} }\n`;
const begun = settings();
const foreign = settings(', "bulkhead": { "language": "zh-CN" }');

let root: string;
beforeEach(async () => {
  root = await mkdtemp('/tmp/bh-cli-');
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const bulkhead = (...args: string[]) => runCommandLine(args, { env: { BULKHEAD_ROOT: root } });
const paths = () => rootPaths(root);
const settingsFile = () => path.join(root, 'admin-settings.json');
/** As an edit stores it. */
const beginDraft = async () => {
  await writeFile(path.join(root, 'admin-settings.draft.base.json'), begun);
  await writeFile(
    path.join(root, 'admin-settings.draft.json'),
    settings(', "bulkhead": { "existingContainers": "warn" }'),
  );
};
const errorCode = ({ err }: { readonly err: string }): unknown =>
  (JSON.parse(err) as { readonly error: { readonly code: unknown } }).error.code; // as printed with --json

describe('a settings file that another program changed since the draft was begun', () => {
  beforeEach(async () => {
    await writeFile(settingsFile(), begun);
    await addVersion(path.join(root, 'history'), 1, begun);
    await beginDraft();
    await writeFile(settingsFile(), foreign);
  });

  test('blocks the plan of the draft, which shows what would be undone', async () => {
    const plan = await bulkhead('plan');
    expect(plan).toMatchObject({ code: 1, err: '' });
    expect(plan.out).toContain('the settings file was changed by another program since the draft was begun');
    expect(plan.out).toContain(`-${foreign.trimEnd()}`);
    const json = await bulkhead('plan', '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({ blocked: true, blockers: [{ code: 'conflict' }] });
  });

  test('is not overwritten by an apply of the draft', async () => {
    const refused = await bulkhead('apply', '--yes');
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('--overwrite');
    expect(refused.err).toContain('bulkhead settings discard');
    const json = await bulkhead('apply', '--yes', '--json');
    expect(json).toMatchObject({ code: 1, out: '' });
    expect(errorCode(json)).toBe('settings.conflict');
    expect(await readFile(settingsFile(), 'utf8')).toBe(foreign);
  });

  test('is replaced on request, or by a given file, and the plan says whose version that is', async () => {
    const plan = await bulkhead('plan', '--overwrite');
    expect(plan).toMatchObject({ code: 0, err: '' });
    expect(plan.out).toMatch(
      /^Version 2 becomes 3\. Version 2, which another program wrote, is replaced\. If any step fails/,
    );
    const given = path.join(root, 'given.json');
    await writeFile(given, settings(', "bulkhead": { "mode": "audit" }'));
    const ofFile = await bulkhead('plan', given, '--json');
    expect(ofFile.code).toBe(0);
    expect(JSON.parse(ofFile.out)).toMatchObject({ blocked: false, replacesForeign: true });
  });

  test('is kept by discarding the draft', async () => {
    expect(await bulkhead('settings', 'discard')).toMatchObject({ code: 0, err: '' });
    expect((await bulkhead('plan')).out).toBe(
      'There is nothing to apply.\n  The draft is what is applied already.\n',
    );
  });

  test('does not keep a roll back, made in view of it, from being applied', async () => {
    await bulkhead('settings', 'rollback', '1');
    const plan = await bulkhead('plan', '--json');
    expect(plan.code).toBe(0);
    expect(JSON.parse(plan.out)).toMatchObject({ earlierVersion: 1, replacesForeign: true });
  });
});

test('an unusable settings file does not keep a draft from being applied', async () => {
  await writeFile(settingsFile(), begun);
  await addVersion(path.join(root, 'history'), 1, begun);
  await beginDraft();
  await writeFile(settingsFile(), 'garbage {{{');
  const { out } = await bulkhead('plan', '--json');
  expect(JSON.parse(out)).toMatchObject({ blocked: false });
});

describe('what is in force, while the settings file is not', () => {
  const on = settings(', "enhancedContainerIsolation": { "locked": true, "value": true }');
  beforeEach(async () => {
    await addVersion(path.join(root, 'history'), 1, on, true);
    const hash = createHash('sha256').update(on).digest('hex');
    const gateway = await identityOf(process.pid);
    if (gateway === null) throw new Error('this process has no identity');
    await mkdir(path.dirname(paths().enforcedPolicy), { recursive: true });
    await writeFile(paths().enforcedPolicy, JSON.stringify(recordedPolicy({ gateway, hash, stored: true })));
    await writeFile(paths().storedSettings, formatStoredSettings({ hash, text: on }));
  });

  test.each([
    ['was deleted', null],
    ['cannot be used', 'garbage {{{'],
  ])('is printed as the applied settings: the file %s', async (what, text) => {
    if (text !== null) await writeFile(settingsFile(), text);
    const shown = await bulkhead('settings', 'show', '--applied');
    expect(shown).toMatchObject({ code: 0, out: on });
    expect(shown.err).toMatch(
      new RegExp(`^The settings file ${what}\\. The gateway keeps enforcing version 1`),
    );
    const json = await bulkhead('settings', 'show', '--applied', '--json');
    expect(JSON.parse(json.out)).toMatchObject({ applied: text ?? '', inForce: on });
  });

  test('is named by a plan and an apply without a draft, which fail', async () => {
    const plan = await bulkhead('plan');
    expect(plan).toMatchObject({ code: 1, out: '' });
    expect(plan.err).toMatch(/The settings file was deleted: The gateway keeps enforcing version 1/);
    expect(plan.err).toContain(
      `Restore version 1: bulkhead settings rollback 1 --root ${root} && bulkhead apply --root ${root}`,
    );
    const applied = await bulkhead('apply', '--yes', '--json');
    expect(applied).toMatchObject({ code: 1, out: '' });
    expect(errorCode(applied)).toBe('settings.missing');
  });
});
