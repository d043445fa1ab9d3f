import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readJournal, writeJournal, type Journal } from './journal.ts';

let file: string;
beforeEach(async () => {
  file = path.join(await mkdtemp(path.join(os.tmpdir(), 'bulkhead-journal-')), 'apply-journal.json');
});
afterEach(() => rm(path.dirname(file), { recursive: true }));

const containers = [{ id: 'a'.repeat(64), name: 'web', ran: true }];
const journal: Journal = {
  format: 1,
  id: 'x',
  startedAt: '2026-01-01T00:00:00.000Z',
  uid: 0,
  user: 'root',
  fromVersion: 1,
  toVersion: 2,
  baseHash: '',
  targetHash: '',
  eciBefore: false,
  eciAfter: true,
  restartNeeded: true,
  engineRan: true,
  estimatedSeconds: 1,
  remove: { ids: [], includeRunning: false, removeVolumes: false },
  recreate: { containers, effectiveCaller: '1000' },
  phase: 'applying',
  restored: false,
  step: 'back-up',
  stepState: 'begun',
  error: null,
  durationsMs: {},
};

it('is read as it was written', async () => {
  expect((await writeJournal(file, journal)).ok).toBe(true);
  expect(await readJournal(file)).toEqual(journal);
});

it('of an earlier version has the user who recreates under another name', async () => {
  await writeFile(file, JSON.stringify(journal).replace('"effectiveCaller"', '"asks"'));
  expect(await readJournal(file)).toEqual(journal);
  await writeFile(file, JSON.stringify({ ...journal, recreate: { containers } }));
  expect(await readJournal(file)).toBe('damaged');
});
