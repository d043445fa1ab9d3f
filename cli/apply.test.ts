import { Command } from 'commander';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { maxTextLength } from '../shared/settings/document-limits.ts';
import { configureApply } from './apply.ts';

// An install would restart this machine's engine.
const ensureInstalled = vi.hoisted(() => vi.fn(() => Promise.resolve(false)));
vi.mock('./install.ts', () => ({ ensureInstalled }));

let directory: string;
let events: string;
beforeEach(async () => {
  directory = await mkdtemp('/tmp/bh-apply-');
  events = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    events += String(chunk);
    return true;
  });
  ensureInstalled.mockClear();
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await rm(directory, { recursive: true, force: true });
});

const apply = async (file: string) => {
  const command = new Command().argument('[file]');
  configureApply(command);
  await command.parseAsync([file, '--yes', '--events', '--target', 'system'], { from: 'user' });
};

test.each([
  ['missing', null, 'input.unusable'],
  ['too large', Buffer.alloc(maxTextLength + 1, ' '), 'settings.too-large'],
  ['not text', Buffer.from([0x7b, 0xe4, 0x7d]), 'settings.unreadable'],
])(
  'a given file that is %s is refused before the gateway is installed, also for the reader of events',
  async (_, bytes, code) => {
    const file = path.join(directory, 'settings.json');
    if (bytes !== null) await writeFile(file, bytes);
    await apply(file);
    expect(JSON.parse(events)).toMatchObject({ error: { code } });
    expect(process.exitCode).toBeGreaterThan(0);
    expect(ensureInstalled).not.toHaveBeenCalled();
  },
);

test('the gateway is installed for a file that can be read', async () => {
  const file = path.join(directory, 'settings.json');
  await writeFile(file, '{}');
  await apply(file);
  expect(ensureInstalled).toHaveBeenCalledOnce();
});
