import { lstat, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ok } from '../../../shared/result.ts';
import type { BundleEntry } from '../../../shared/support/bundle.ts';
import type { Session } from '../../session/session.ts';
import type { HandlerContext } from './context.ts';

const { showSaveDialog, showItemInFolder } = vi.hoisted(() => ({
  showSaveDialog: vi.fn(),
  showItemInFolder: vi.fn(),
}));
vi.mock('electron', () => ({ dialog: { showSaveDialog }, shell: { showItemInFolder } }));
const { supportHandlers } = await import('./support.ts');

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-support-test-'));
});
afterEach(async () => {
  vi.clearAllMocks();
  await rm(directory, { recursive: true });
});

const entry: BundleEntry = { name: 'status.json', content: 'seen\n', redactions: {}, omittedBytes: 0 };
const session = {} as Session; // not used by these handlers

/** Handlers over a collection that ends when the returned function is called. */
function handlersOf() {
  let cancelled = 0;
  let finish = (_entries: readonly BundleEntry[] | null): void => undefined;
  const collectBundle = () =>
    Promise.resolve(
      ok({
        cancel: () => {
          cancelled++;
          finish(null);
        },
        done: new Promise((resolve) => {
          finish = (entries) => {
            resolve(ok(entries));
          };
        }),
      }),
    );
  // Only the parts that these handlers use.
  const context = { elevation: { collectBundle }, window: () => undefined } as unknown as HandlerContext;
  return {
    handlers: supportHandlers(context),
    finish: (entries: readonly BundleEntry[]) => {
      finish(entries);
    },
    cancelled: () => cancelled,
  };
}

it('writes what was displayed to the chosen file, replacing an existing one', async () => {
  const { handlers, finish } = handlersOf();
  expect(await handlers['support:save'](undefined)).toMatchObject({ ok: false });
  const collecting = handlers['support:collect'](undefined, session);
  await vi.waitFor(async () => {
    finish([entry]);
    expect(await Promise.race([collecting, Promise.resolve(null)])).not.toBeNull();
  });
  expect(await collecting).toEqual(ok([{ name: 'status.json', bytes: 5, redactions: {}, omittedBytes: 0 }]));

  showSaveDialog.mockResolvedValueOnce({ canceled: true, filePath: '' });
  expect(await handlers['support:save'](undefined)).toEqual(ok(null));
  const [file, elsewhere] = [path.join(directory, 'b.tar.gz'), path.join(directory, 'elsewhere')];
  await writeFile(elsewhere, 'kept');
  await symlink(elsewhere, file);
  showSaveDialog.mockResolvedValueOnce({ canceled: false, filePath: file });
  expect(await handlers['support:save'](undefined)).toMatchObject({ ok: true, value: { path: file } });
  expect((await lstat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(elsewhere, 'utf8')).toBe('kept');
  const archive = gunzipSync(await readFile(file)).toString('latin1');
  expect(archive).toContain('b/manifest.json');
  expect(archive).toContain('seen');
  await handlers['support:show'](undefined);
  expect(showItemInFolder).toHaveBeenCalledWith(file);
});

it('discards what was collected once it is cancelled, and ends a collection in progress', async () => {
  const { handlers, cancelled } = handlersOf();
  const collecting = handlers['support:collect'](undefined, session);
  await vi.waitFor(() => {
    void handlers['support:cancel'](undefined);
    expect(cancelled()).toBeGreaterThan(0);
  });
  expect(await collecting).toEqual(ok(null));
  expect(await handlers['support:save'](undefined)).toMatchObject({ ok: false });
  await handlers['support:show'](undefined);
  expect(showItemInFolder).not.toHaveBeenCalled();
});
