import { expect, test } from 'vitest';
import { useRecreationEngine, type FakeMember, type RecreationEngine } from './recreate-engine-fixture.ts';
import type { JournalMember, RecreateJournal } from './recreate-journal.ts';
import { recreateJournalPaths } from './recreate-journal-paths.ts';
import { rollForwardRecreate } from './recreate-settle.ts';

let engine: RecreationEngine;
useRecreationEngine((started) => {
  engine = started;
});

const addMember = (...member: Parameters<RecreationEngine['addInterrupted']>) =>
  engine.addInterrupted(...member);

/** A member of which there is only a trial container yet. */
function addTrial(...member: Parameters<typeof addMember>): JournalMember {
  const added = addMember(...member);
  Object.assign(engine.find(added.temporaryName) ?? {}, { name: `${added.temporaryName}-trial` });
  return { ...added, newId: null };
}

/** One run with --rm that is to be committed. */
const addUncommitted = (name: string): JournalMember =>
  addTrial(
    name,
    { autoRemove: true, commitTo: `bulkhead-recreated/${name}:1` },
    { host: { AutoRemove: true }, written: ['/kept'] },
  );

/** Rolls forward after `gone` has been removed. */
function rollForward(step: RecreateJournal['step'], members: JournalMember[], gone: JournalMember) {
  engine.containers.delete(gone.oldId);
  const journal: RecreateJournal = {
    format: 1,
    startedAt: '2026-12-01T00:00:00Z',
    phase: 'replacing',
    step,
    members,
  };
  const [file = ''] = recreateJournalPaths(engine.ports().paths);
  return rollForwardRecreate(engine.ports(), journal, file, false);
}

test('an old container run with --rm that still runs is gone before its new one starts', async () => {
  const [first, second] = [
    addMember('first', { autoRemove: true }),
    addMember('second', { autoRemove: true }, { host: { AutoRemove: true } }),
  ];
  expect(await rollForward('stop', [first, second], first)).toMatchObject({ ok: true });
  expect(engine.names()).toEqual(['first+', 'second+']);
  expect(engine.find('second')?.id).toBe(second.newId);
});

test('an old container is stopped with its own timeout', async () => {
  const [first, second] = [
    addMember('first', { autoRemove: true }),
    addMember('second', {}, { config: { StopTimeout: 600 } }),
  ];
  expect(await rollForward('stop', [first, second], first)).toMatchObject({ ok: true });
  expect(engine.names()).toEqual(['first+', 'second+', 'second-before-eci']);
  expect(engine.stopTimeouts).toEqual(['600']);
});

test('an old container that has its new name already and was started again is stopped', async () => {
  const [first, second] = [
    addMember('first', { autoRemove: true }),
    addMember('second', { restartPolicy: { Name: 'always', MaximumRetryCount: 0 } }),
  ];
  Object.assign(engine.find('second') ?? {}, { name: 'second-before-eci' });
  expect(await rollForward('swap', [first, second], first)).toMatchObject({ ok: true });
  expect(engine.names()).toEqual(['first+', 'second+', 'second-before-eci']);
  expect(engine.find('second-before-eci')?.host['RestartPolicy']).toMatchObject({ Name: 'no' });
});

test('an old container run with --rm is committed before it is stopped for a trial container', async () => {
  const [first, second] = [addMember('first', { autoRemove: true }), addUncommitted('second')];
  let committed: FakeMember | undefined;
  engine.onRequest = (call) => {
    if (call.startsWith('POST commit')) committed = engine.find(second.oldId);
  };
  const outcome = await rollForward('commit', [first, second], first);
  expect(committed).toMatchObject({ written: ['/kept'] });
  expect(outcome).toMatchObject({
    ok: false,
    error: { reason: expect.stringContaining('that is in image bulkhead-recreated/second:1') },
  });
  expect(engine.names()).toEqual(['first+', 'second+']);
});

test('an old container run with --rm that cannot be committed runs on', async () => {
  const [first, second] = [addMember('first', { autoRemove: true }), addUncommitted('second')];
  engine.failing.set('POST commit', 500);
  expect(await rollForward('commit', [first, second], first)).toMatchObject({
    ok: false,
    error: { reason: expect.stringContaining('the old second runs on: its commit failed: refused') },
  });
  expect(engine.names()).toEqual(['first+', 'second+']);
  expect(engine.find('second')?.id).toBe(second.oldId);
});

test('the trial container of one that is not to be committed takes its place without a problem', async () => {
  const [first, second] = [addMember('first', { autoRemove: true }), addTrial('second')];
  expect(await rollForward('commit', [first, second], first)).toMatchObject({ ok: true });
  expect(engine.names()).toEqual(['first+', 'second+', 'second-before-eci']);
});
