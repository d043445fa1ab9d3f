import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditEntrySchema, type AuditEntry, type StoredAuditEntry } from '../../shared/audit/entry.ts';
import { decisionLogFiles, maxLineBytes, openDecisionLog, type DecisionLogOptions } from './decision-log.ts';

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-audit-'));
  file = path.join(dir, 'audit.jsonl');
});
afterEach(() => rm(dir, { recursive: true, force: true }));
const entry: AuditEntry = {
  outcome: 'deny',
  rule: 'host-namespace',
  spec: 'A7',
  setting: null,
  what: '--pid=host',
  message: 'a\nb',
  client: { uid: 0, pid: 1 },
  origin: { kind: 'clients' },
  method: 'POST',
  target: '/x',
  decisionUs: 12,
  generation: 1,
};
const begin = (options: DecisionLogOptions = {}) =>
  openDecisionLog(
    file,
    (message) => {
      throw new Error(message);
    },
    options,
  );
const linesOf = async (one: string) => (await readFile(one, 'utf8')).trimEnd().split('\n');
const entriesOf = async (one: string): Promise<StoredAuditEntry[]> =>
  (await linesOf(one)).map((line) => auditEntrySchema.parse(JSON.parse(line)));

describe('decision log', () => {
  it('is one JSON document a line, in order, each with an id of its own', async () => {
    const log = begin();
    for (let i = 0; i < 50; i++) log.write({ ...entry, target: `/${i}` });
    await log.flush();
    const entries = await entriesOf(file);
    expect(entries.map((one) => one.target)).toEqual(Array.from({ length: 50 }, (_, i) => `/${i}`));
    expect(new Set(entries.map((one) => one.id)).size).toBe(50);
    expect((await stat(file)).mode & 0o777).toBe(0o640 & ~process.umask());
  });

  it("writes no line that its reader skips, however long the client's values are", async () => {
    const log = begin();
    const long = '\u0001'.repeat(100_000);
    log.write({
      ...entry,
      message: long,
      target: long,
      changes: [{ rule: 'runtime-forced', field: 'HostConfig.Runtime', before: long, after: 'bulkhead' }],
    });
    log.write({ ...entry, changes: [{ rule: 'runtime-forced', field: 'f', before: long, after: '' }] });
    await log.flush();
    expect((await linesOf(file)).map((line) => Buffer.byteLength(line) < maxLineBytes)).toEqual([true, true]);
    const [first, second] = await entriesOf(file);
    expect(first?.message).toBe(`${long.slice(0, 1000)}…`);
    expect(second?.message).toBe(entry.message);
  });

  it('keeps five files, the oldest is removed; also over restarts', async () => {
    for (let i = 0; i < 8; i++) {
      const log = begin({ maxBytes: 10 });
      log.write({ ...entry, target: `/${i}` });
      await log.flush();
    }
    const files = await decisionLogFiles(file);
    expect(files).toEqual([4, 3, 2, 1].map((n) => `${file}.${n}`).concat(file));
    expect(
      (
        await Promise.all(files.map(async (one) => (await entriesOf(one)).map(({ target }) => target)))
      ).flat(),
    ).toEqual(['/3', '/4', '/5', '/6', '/7']);
  });

  it('survives a file that was renamed underneath', async () => {
    const log = begin();
    log.write({ ...entry, target: '/before' });
    await log.flush();
    await rename(file, path.join(dir, 'taken-away'));
    log.write({ ...entry, target: '/after' });
    await log.flush();
    expect((await entriesOf(file)).map((one) => one.target)).toEqual(['/after']);
  });

  it('begins on a line of its own after a line that was cut short', async () => {
    await writeFile(file, '{"time": "20');
    const log = begin();
    log.write(entry);
    await log.flush();
    const lines = await linesOf(file);
    expect(lines[0]).toBe('{"time": "20');
    expect(auditEntrySchema.safeParse(JSON.parse(lines[1] ?? '')).success).toBe(true);
  });

  it('reports a failed write once, continues, and counts what was lost', async () => {
    const logged: string[] = [];
    const log = openDecisionLog('/dev/full', (message) => {
      logged.push(message);
    });
    log.write(entry);
    await log.flush();
    log.write(entry);
    await log.flush();
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatch(/ENOSPC.*decisions go on/);
    expect(log.dropped).toBe(2);
  });

  it('reports the number of dropped entries in the first one that could be written again', async () => {
    const below = path.join(dir, 'not-there', 'audit.jsonl');
    const log = openDecisionLog(below, () => undefined);
    for (let i = 0; i < 2; i++) {
      log.write(entry);
      await log.flush();
    }
    await mkdir(path.dirname(below));
    log.write(entry);
    await log.flush();
    expect((await entriesOf(below))[0]?.droppedBefore).toBe(2);
  });

  it('has a bounded queue: a flood is dropped and counted', async () => {
    const log = begin();
    for (let i = 0; i < 10_050; i++) log.write(entry);
    expect(log.dropped).toBe(50);
    await log.flush();
    expect(await linesOf(file)).toHaveLength(10_000);
  });
});
