import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rootPaths } from '../base/root-paths.ts';
import { collectBundle } from './collect.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bh-bundle-'));
});
afterEach(() => rm(directory, { recursive: true }));

const contentOf = async (name: string): Promise<string | undefined> =>
  (await collectBundle(rootPaths(directory), {})).find((entry) => entry.name === name)?.content;

it('contains the journal of a recreation without the create requests of its containers', async () => {
  const making = { body: { Env: ['DATABASE=hunter2'], Cmd: ['serve', '--pin', '1234'] }, user: 'sam' };
  await writeFile(
    path.join(directory, 'recreate-journal-2.json'),
    JSON.stringify({ step: 'swap', members: [{ name: 'web', making }, { name: 'db' }] }),
  );
  expect(JSON.parse((await contentOf('records/recreate-journal-2.json')) ?? '')).toEqual({
    step: 'swap',
    members: [{ name: 'web', making: '[left out]' }, { name: 'db' }],
  });
});

it('contains nothing of a journal that is not valid JSON', async () => {
  await writeFile(path.join(directory, 'recreate-journal.json'), '{"members":[{"making":{"Env":["A=hunter2"');
  expect(await contentOf('records/recreate-journal.json')).toBe('"[left out: not valid JSON]"\n');
});
