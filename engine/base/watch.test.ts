import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchEntries, watchFiles } from './watch.ts';

it('does not read a file that became huge, and still detects its change', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'bulkhead-watch-'));
  const file = path.join(directory, 'user-settings.json');
  writeFileSync(file, '');
  truncateSync(file, 400 * 1024 * 1024);
  const before = process.resourceUsage().maxRSS;
  let changed: () => void = () => undefined;
  const notified = new Promise<void>((resolve) => {
    changed = resolve;
  });
  const stop = watchFiles(
    [file],
    () => {
      changed();
    },
    10,
  );
  try {
    appendFileSync(file, 'x');
    await notified;
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(200 * 1024);
  } finally {
    stop();
    rmSync(directory, { recursive: true, force: true });
  }
});

describe('a directory that is removed and created again', () => {
  let parent: string;
  let directory: string;
  let file: string;
  let stop: () => void = () => undefined;
  let changes: number;
  let changed: () => void = () => undefined;

  beforeEach(() => {
    parent = mkdtempSync(path.join(tmpdir(), 'bulkhead-watch-'));
    directory = path.join(parent, 'above', 'engine');
    file = path.join(directory, 'settings.json');
    mkdirSync(directory, { recursive: true });
    writeFileSync(file, 'first');
    changes = 0;
  });
  afterEach(() => {
    stop();
    rmSync(parent, { recursive: true, force: true });
  });

  const listener = (): void => {
    changes++;
    changed();
  };

  /** Makes a change that the watcher must report, and waits for the report. */
  async function expectChange(change: () => void): Promise<void> {
    const before = changes;
    const notified = new Promise<void>((resolve) => {
      changed = resolve;
    });
    change();
    await notified;
    expect(changes).toBe(before + 1);
  }

  const remake = (): void => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(file, 'first');
  };

  const watchers = [
    ['files', () => watchFiles([file], listener, 10)],
    ['entries', () => watchEntries(directory, /json$/, listener, 10)],
  ] as const;

  describe.each(watchers)('%s', (_name, start) => {
    it('is watched after it was deleted and created again', async () => {
      stop = start();
      for (let times = 0; times < 3; times++) {
        await expectChange(() => {
          rmSync(directory, { recursive: true });
        });
        await expectChange(remake);
        await expectChange(() => {
          rmSync(file);
        });
        await expectChange(() => {
          writeFileSync(file, 'first');
        });
      }
    });

    it('is watched after it was deleted with its parents', async () => {
      stop = start();
      await expectChange(() => {
        rmSync(path.dirname(directory), { recursive: true });
      });
      await expectChange(remake);
      await expectChange(() => {
        rmSync(file);
      });
    });

    it('is watched by name when another replaces it', async () => {
      stop = start();
      const other = path.join(parent, 'above', 'other');
      mkdirSync(other);
      await expectChange(() => {
        renameSync(directory, path.join(parent, 'above', 'old'));
        renameSync(other, directory);
      });
      await expectChange(remake);
    });

    it('is watched as soon as it exists', async () => {
      rmSync(path.dirname(directory), { recursive: true });
      stop = start();
      await expectChange(remake);
      await expectChange(() => {
        rmSync(file);
      });
    });
  });
});
