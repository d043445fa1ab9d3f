import { appendFile, rename } from 'node:fs/promises';
import type { AppWindow } from '../../../e2e/app.ts';
import { someEntries } from '../../../renderer/dev/activity-fixture.ts';

/** JS heap of the page after a garbage collection, MB. */
export async function heap({ page }: AppWindow): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return Math.round(usedSize / 1e5) / 10;
}

/**
 * Writes an hour of 100 decisions a second into the log that the app follows, with the gateway's rotation, as
 * fast as the disk allows.
 */
export async function writeOneHourOfDecisions(file: string): Promise<number> {
  const bodies = someEntries.map(({ id: _id, seq: _seq, user: _user, time: _time, ...rest }) =>
    JSON.stringify(rest).slice(1),
  );
  const [batch, batches] = [2000, 180];
  let size = 0;
  for (let i = 0; i < batches; i++) {
    const lines = Array.from(
      { length: batch },
      (_, n) =>
        `{"id":"b${i}-${n}","time":"${new Date().toISOString()}",${bodies[n % bodies.length] ?? ''}\n`,
    ).join('');
    await appendFile(file, lines);
    size += lines.length;
    if (size < 10 * 1024 * 1024) continue;
    for (let old = 3; old >= 1; old--)
      await rename(`${file}.${old}`, `${file}.${old + 1}`).catch(() => undefined);
    await rename(file, `${file}.1`);
    size = 0;
  }
  return batch * batches;
}
