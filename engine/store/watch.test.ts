import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { watchFiles } from './watch.ts';

it('does not read a file that somebody made huge, and still sees it change', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'bulkhead-watch-'));
  const file = path.join(directory, 'user-settings.json');
  writeFileSync(file, '');
  truncateSync(file, 400 * 1024 * 1024);
  const before = process.resourceUsage().maxRSS;
  let changed: () => void = () => undefined;
  const told = new Promise<void>((resolve) => { changed = resolve; });
  const stop = watchFiles([file], () => { changed(); }, 10);
  try {
    appendFileSync(file, 'x');
    await told;
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(200 * 1024);
  } finally { stop(); rmSync(directory, { recursive: true, force: true }); }
});
