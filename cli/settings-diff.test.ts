import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rootPaths, type RootPaths } from '../engine/base/root-paths.ts';
import { addVersion } from '../engine/store/store-fixture.ts';
import { createSettingsStore } from '../engine/store/settings-store.ts';
import { plainText } from '../shared/messages/message.ts';
import type { Translate } from '../shared/messages/translator.ts';
import { setLocale } from './language.ts';
import { compareTexts } from './settings-diff.ts';
import { translateSentence } from './text.ts';

let paths: RootPaths;
beforeEach(async () => {
  paths = rootPaths(await mkdtemp(path.join(tmpdir(), 'bulkhead-settings-diff-')));
});
afterEach(async () => {
  await setLocale('en');
  await rm(paths.root, { recursive: true, force: true });
});

const one = '{\n  "configurationFileVersion": 2\n}\n';
const two = '{\n  "configurationFileVersion": 2,\n  "zebra": 1\n}\n';

test('any two versions are compared, and one with what is applied or drafted', async () => {
  await addVersion(paths.history, 1, one);
  await addVersion(paths.history, 2, two);
  await writeFile(paths.settings, two);
  const store = createSettingsStore(paths);
  await store.setDraft(two.replace('1', '3'));
  const diff = async (from: string, to: string, translate: Translate = plainText) => {
    const compared = await compareTexts(store, [from, to], translate);
    return compared.ok ? compared.value : compared.error;
  };
  expect(await diff('2', '1')).toMatchObject({
    from: '2',
    to: '1',
    changes: [{ pointer: '/zebra', kind: 'removed' }],
    diff: expect.stringMatching(/^--- version 2\s+\+\+\+ version 1\s[^]*\n- {2}"zebra": 1\n/),
  });
  expect(await diff('1', 'applied')).toMatchObject({
    diff: expect.stringMatching(/\+\+\+ applied\s[^]*\n\+ {2}"zebra": 1\n/),
  });
  expect(await diff('2', 'applied')).toMatchObject({ changes: [], diff: '' });
  // Version 0 is no file.
  expect(await diff('0', 'draft')).toMatchObject({ diff: expect.stringContaining('+  "zebra": 3') });
  await setLocale('zh-CN');
  expect(await diff('1', 'draft', translateSentence)).toMatchObject({
    from: '1',
    diff: expect.stringMatching(/^--- 版本 1\s+\+\+\+ 草稿\s/),
  });
  expect(await diff('1', 'draft')).toMatchObject({ diff: expect.stringMatching(/^--- version 1\s/) });
  expect(await diff('last', '1')).toMatchObject({
    code: 'input.unusable',
    hint: 'Give "applied", "draft", or a number from: bulkhead settings history',
  });
  expect(await diff('1', '7')).toMatchObject({ code: 'settings.version-unknown' });
});
