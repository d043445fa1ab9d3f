import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDecisionLog, type AuditEntry } from './decision-log.ts';

let dir: string;
beforeEach(async () => { dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-audit-')); });
afterEach(() => rm(dir, { recursive: true, force: true }));
const entry: AuditEntry = { outcome: 'deny', rule: 'host-namespace', setting: null, message: 'a\nb', client: { uid: 0, pid: 1 }, method: 'POST', target: '/x' };

describe('decision log', () => {
  it('is one JSON document a line, in order', async () => {
    const file = path.join(dir, 'audit.jsonl');
    const log = openDecisionLog(file, (message) => { throw new Error(message); });
    for (let i = 0; i < 50; i++) log.write({ ...entry, target: `/${i}` });
    await log.flush();
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as AuditEntry);
    expect(lines.map((line) => line.target)).toEqual(Array.from({ length: 50 }, (_, i) => `/${i}`));
    expect((await stat(file)).mode & 0o777).toBe(0o640 & ~process.umask());
  });

  it('starts a new file at 10 MB and keeps the one before', async () => {
    const file = path.join(dir, 'audit.jsonl');
    await writeFile(file, 'x'.repeat(10 * 1024 * 1024 + 1));
    const log = openDecisionLog(file, (message) => { throw new Error(message); });
    log.write(entry);
    await log.flush();
    expect((await stat(file)).size).toBeLessThan(1000);
    expect((await stat(`${file}.1`)).size).toBeGreaterThan(10 * 1024 * 1024);
  });

  it('says once when it cannot write, and goes on', async () => {
    const said: string[] = [];
    const log = openDecisionLog(path.join(dir, 'no', 'such', 'dir'), (message) => { said.push(message); });
    log.write(entry);
    await log.flush();
    log.write(entry);
    await log.flush();
    expect(said).toHaveLength(1);
  });
});
