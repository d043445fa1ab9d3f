import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { removalNote } from '../../shared/settings/removal-note.ts';
import { watchSettings, type PolicyState } from './settings-watch.ts';

let dir: string;
let file: string;
const open: { close(): void }[] = [];
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-settings-'));
  file = path.join(dir, 's.json');
});
afterEach(async () => {
  for (const one of open.splice(0)) one.close();
  await rm(dir, { recursive: true, force: true });
});

const on = '{"configurationFileVersion": 2, "enhancedContainerIsolation": {"value": true}}';
const off = '{"configurationFileVersion": 2}';
async function put(text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}
function start() {
  const states: PolicyState[] = [];
  let wake: (() => void) | undefined;
  const watch = watchSettings(file, (state) => {
    states.push(state);
    wake?.();
  });
  open.push(watch);
  return {
    watch,
    states,
    next: () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      }),
  };
}

describe('the settings file is the only interface', () => {
  it('no file: ECI off; a broken one at start: locked down', async () => {
    expect(start().watch.current().settings.eci.value).toBe(false);
    await put('{');
    const { watch } = start();
    expect(watch.current()).toMatchObject({
      settings: {
        eci: { value: true },
        socket: { images: [] },
        fileSharing: { kind: 'list', directories: [] },
      },
    });
    expect(watch.current().problem).not.toBeNull();
  });

  it('a text that locked down at the start does so again when a usable one is rolled back', async () => {
    await put('{');
    const { watch } = start();
    await put(off);
    expect(watch.current(true)).toMatchObject({ settings: { eci: { value: false } }, problem: null });
    await put('{');
    expect(watch.current(true)).toMatchObject({ settings: { eci: { value: true } }, hash: null });
    await put('{ ');
    expect(watch.current(true)).toMatchObject({ settings: { eci: { value: true } }, hash: null });
  });

  it.each([
    ['BOM', `\ufeff${on}`],
    ['empty', ''],
    ['wrong type', '{"enhancedContainerIsolation": {"value": "no"}}'],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('%s: the last good policy stays, with the reason', async (_name, text) => {
    await put(on);
    const { watch, states } = start();
    await writeFile(file, text);
    expect(watch.current(true)).toMatchObject({
      settings: { eci: { value: true } },
      problem: expect.any(String) as unknown,
    });
    expect(states.at(-1)?.problem).not.toBeNull();
    await put(off);
    expect(watch.current(true)).toMatchObject({ settings: { eci: { value: false } }, problem: null });
  });

  it('follows replacements by itself', async () => {
    await put(off);
    const { watch, next } = start();
    const states = next();
    await put(on);
    await states;
    expect(watch.current().settings.eci.value).toBe(true);
  });

  it('follows a directory that was deleted and created again, by itself', async () => {
    await put(off);
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const { watch, next } = start();
      const deleted = next();
      await rm(dir, { recursive: true });
      await deleted;
      expect(watch.current().problem).toBe('it was deleted');
      await mkdir(dir);
      vi.advanceTimersByTime(2000);
      // The clock stands still: what tells of this is the directory.
      const back = next();
      await put(on);
      await back;
      await expect
        .poll(() => watch.current())
        .toMatchObject({ settings: { eci: { value: true } }, problem: null });
    } finally {
      vi.useRealTimers();
    }
  });

  it('a deleted file changes nothing: the last good policy stays until there is a file again', async () => {
    await put(on);
    const { watch, states } = start();
    await rm(file);
    expect(watch.current(true)).toMatchObject({
      settings: { eci: { value: true } },
      problem: 'it was deleted',
    });
    expect(states.at(-1)?.problem).toBe('it was deleted');
    await put(off);
    expect(watch.current(true)).toMatchObject({ settings: { eci: { value: false } }, problem: null });
  });

  it('a file deleted on purpose is no file: the note beside it names its text', async () => {
    await put(on);
    const { watch } = start();
    await writeFile(removalNote(file), `${createHash('sha256').update('something else').digest('hex')}\n`);
    await rm(file);
    expect(watch.current(true).settings.eci.value).toBe(true);
    await put(on);
    watch.current(true);
    await writeFile(removalNote(file), `${createHash('sha256').update(on).digest('hex')}\n`);
    await rm(file);
    expect(watch.current(true)).toMatchObject({ settings: { eci: { value: false } }, problem: null });
  });

  it('no file at start, and none later: ECI stays off, without a report', () => {
    const { watch, states } = start();
    watch.current(true);
    expect(states).toEqual([expect.objectContaining({ problem: null })]);
  });

  it("no file is not a deleted one when users' preferences appear beside it", async () => {
    const preferences = path.join(dir, 'user-settings.json');
    const watch = watchSettings(file, () => undefined, { file: preferences, gid: 0 });
    open.push(watch);
    await writeFile(preferences, '{}');
    expect(watch.current(true)).toMatchObject({ settings: { eci: { value: false } }, problem: null });
  });

  it('an unusable file that is removed again is no deletion; removing the file in force is', async () => {
    const { watch } = start();
    await put('{');
    expect(watch.current(true)).toMatchObject({ problemKind: 'unusable' });
    await rm(file);
    expect(watch.current(true)).toMatchObject({ settings: { eci: { value: false } }, problem: null });
    await put(on);
    watch.current(true);
    await rm(file);
    expect(watch.current(true)).toMatchObject({
      settings: { eci: { value: true } },
      problemKind: 'deleted',
    });
  });
});
