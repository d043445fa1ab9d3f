import { chmodSync, lutimesSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ResponseHead } from '../http/message/response-head.ts';
import { filterChanges } from './changes.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'bulkhead-changes-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function file(name: string, content: string, mode = 0o644): void {
  const whole = path.join(root, name);
  mkdirSync(path.dirname(whole), { recursive: true });
  writeFileSync(whole, content);
  chmodSync(whole, mode);
  lutimesSync(whole, 1000, 1000);
}
/** The paths that are listed as changed, of those that the engine lists. */
async function listed(...files: readonly string[]): Promise<string[]> {
  const layers = { upper: path.join(root, 'upper'), lowers: [path.join(root, 'l1'), path.join(root, 'l2')] };
  const body = Buffer.from(JSON.stringify(files.map((Path) => ({ Path, Kind: 0 }))));
  const head = { status: 200 } as ResponseHead; // the members that are read
  const filtered = (await filterChanges(layers).transformResponse(head, body)) ?? body;
  const found = JSON.parse(filtered.toString()) as { Path: string }[] | null;
  return (found ?? []).map(({ Path }) => Path);
}

describe('the changes of a running container', () => {
  it("are the files that differ from the topmost layer's, and their directories", async () => {
    file('upper/d/same', 'x');
    file('l1/d/same', 'x');
    file('l2/d/same', 'other', 0o600);
    file('upper/d/longer', 'xy');
    file('l2/d/longer', 'x');
    file('upper/e/mode', 'x', 0o600);
    file('l1/e/mode', 'x');
    file('upper/f/same', 'x');
    file('l2/f/same', 'x');
    file('upper/top', 'new');
    expect(
      await listed('/d', '/d/longer', '/d/same', '/e', '/e/mode', '/f', '/f/same', '/gone', '/top'),
    ).toEqual(['/d', '/d/longer', '/e', '/e/mode', '/top']);
  });

  it.each([
    ['Path first', (Path: string, Kind: number) => ({ Path, Kind })],
    ['Kind first', (Path: string, Kind: number) => ({ Kind, Path })],
  ])('do not keep others waiting, however many there are: %s', async (_, change) => {
    const added = Array.from({ length: 200_000 }, (_one, at) =>
      change(`/d${at >> 10}/},{"Path":"${at}},{`, 1),
    );
    const whole = [change('/gone', 0), ...added];
    let turns = 0;
    let next = setImmediate(function turn() {
      turns++;
      next = setImmediate(turn);
    });
    const body = Buffer.from(`${JSON.stringify(whole)}\n`);
    const filtered = await filterChanges({ upper: path.join(root, 'none'), lowers: [] }).transformResponse(
      { status: 200 } as ResponseHead, // the members that are read
      body,
    );
    clearImmediate(next);
    expect(filtered?.equals(Buffer.from(`${JSON.stringify(added)}\n`))).toBe(true);
    expect(turns).toBeGreaterThan(500);
  });

  it('that are none at all stay as they are', async () => {
    const head = { status: 200 } as ResponseHead; // the members that are read
    const body = Buffer.from('null\n');
    expect(await filterChanges({ upper: root, lowers: [] }).transformResponse(head, body)).toBe(null);
  });

  it('tell nothing about files of the machine, also where the container puts a link to them', async () => {
    file('machine/secret', 'x');
    file('l1/d/secret', 'different');
    file('l1/d/missing', 'different');
    mkdirSync(path.join(root, 'upper'));
    symlinkSync(path.join(root, 'machine'), path.join(root, 'upper/d'));
    expect(await listed('/d/missing', '/d/secret')).toEqual([]);
  });
});
