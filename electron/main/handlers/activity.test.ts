import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import type { Session } from '../../session/session.ts';
import type { HandlerContext } from './context.ts';

const { showSaveDialog } = vi.hoisted(() => ({ showSaveDialog: vi.fn() }));
vi.mock('electron', () => ({ dialog: { showSaveDialog } }));
const { activityHandlers } = await import('./activity.ts');

it('exports entries to a file that others cannot read', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-export-test-'));
  try {
    const filePath = path.join(directory, 'activity.jsonl');
    showSaveDialog.mockResolvedValueOnce({ canceled: false, filePath });
    // Only the parts that an export uses.
    const context = { users: {}, window: () => undefined } as unknown as HandlerContext;
    const session = { activity: { page: () => ({ entries: [], more: false }) } } as unknown as Session;
    const handlers = activityHandlers(context);
    expect(await handlers['activity:export']({ entries: [], isFiltered: true }, session)).toMatchObject({
      ok: true,
    });
    expect(showSaveDialog).toHaveBeenLastCalledWith(
      expect.objectContaining({
        defaultPath: expect.stringMatching(/^bulkhead-activity-filtered-\d{4}-\d\d-\d\d\.jsonl$/),
      }),
    );
    expect((await stat(filePath)).mode & 0o777).toBe(0o600);
  } finally {
    await rm(directory, { recursive: true });
  }
});
