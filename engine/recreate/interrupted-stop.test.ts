import { expect, test } from 'vitest';
import { useRecreationEngine, type RecreationEngine } from './recreate-engine-fixture.ts';
import { settleUnderLock } from './recreate-interrupted.ts';
import { recreateJournalPaths } from './recreate-journal-paths.ts';
import { writeRecreateJournal, type JournalMember } from './recreate-journal.ts';

let engine: RecreationEngine;
useRecreationEngine((started) => {
  engine = started;
});

const addMember = (name: string, autoRemove = false): JournalMember =>
  engine.addInterrupted(name, { autoRemove, removeOld: true }, { host: { AutoRemove: autoRemove } });

/**
 * Settles the recreation, while the engine still stops `stopping` for the process that was killed: it ends
 * with the next request to stop it, or after everything else.
 */
async function settleDuringStop(stopping: string, members: JournalMember[]) {
  const [file = ''] = recreateJournalPaths(engine.ports().paths);
  const journal = {
    format: 1,
    startedAt: '2026-12-01T00:00:00Z',
    phase: 'replacing',
    step: 'stop',
    members,
  } as const;
  expect(await writeRecreateJournal(file, journal)).toEqual({ ok: true, value: undefined });
  const { id } = engine.find(stopping) ?? { id: '' };
  const settled = await settleUnderLock(engine.ports());
  if (!engine.calls.includes(`POST stop ${stopping}`)) engine.end(id, 'stopped');
  return settled;
}

const names = (...of: string[]) => of.map((name) => `${name}+`);

test('an old container that the engine still stops runs after the roll back', async () => {
  const web = addMember('web');
  expect(await settleDuringStop('web', [web])).toMatchObject({ ok: true, value: [{ how: 'rolled-back' }] });
  expect(engine.names()).toEqual(names('web'));
  expect(engine.find('web')?.id).toBe(web.oldId);
});

test('an old container run with --rm that the engine still stops is replaced by the new one', async () => {
  const web = addMember('web', true);
  expect(await settleDuringStop('web', [web])).toMatchObject({
    ok: true,
    value: [{ how: 'rolled-forward' }],
  });
  expect(engine.names()).toEqual(names('web'));
  expect(engine.find('web')?.id).toBe(web.newId);
});

test('members whose stop was not requested yet are not stopped', async () => {
  const [first, second, third] = ['first', 'second', 'third'].map((name) => addMember(name));
  if (first === undefined || second === undefined || third === undefined) throw new Error('three members');
  Object.assign(engine.find('third') ?? {}, { running: false });
  expect(await settleDuringStop('second', [first, second, third])).toMatchObject({ ok: true });
  expect(engine.names()).toEqual(names('first', 'second', 'third'));
  expect(engine.calls.filter((call) => call.startsWith('POST stop'))).toEqual(['POST stop second']);
});

test('a container that cannot be stopped keeps running after the roll back', async () => {
  const web = addMember('web');
  engine.failing.set('POST stop', 500);
  expect(await settleDuringStop('web', [web])).toMatchObject({ ok: true, value: [{ how: 'rolled-back' }] });
  expect(engine.names()).toEqual(names('web'));
});
