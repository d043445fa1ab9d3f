import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeJournalFile } from '../base/files.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-journal-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('the removal of a journal also removes temporary files of a killed writer, and nothing else', async () => {
  const names = [
    'apply-journal.json',
    '.apply-journal.json.20229.edce6f91ff3e.tmp',
    '.admin-settings.json.20229.edce6f91ff3e.tmp',
  ];
  for (const name of names) await writeFile(path.join(directory, name), '{}');
  expect(await removeJournalFile(path.join(directory, 'apply-journal.json'))).toEqual({
    ok: true,
    value: undefined,
  });
  expect(await readdir(directory)).toEqual(['.admin-settings.json.20229.edce6f91ff3e.tmp']);
});
