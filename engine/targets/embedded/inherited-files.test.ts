import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { coverInherited } from './inherited-files.ts';

/** File descriptors above stderr of one of our children, as it sees them itself: the target of each. */
async function filesOfChild(more: readonly number[], script: string): Promise<string> {
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit', ...more] });
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += String(chunk);
  });
  await new Promise((resolve) => {
    child.once('close', resolve);
  });
  return out.trim();
}

describe.runIf(process.platform === 'linux')('files a daemon does not inherit', () => {
  it('are replaced by /dev/null, whatever was open at their number', async () => {
    const nullFile = openSync('/dev/null', 'r+');
    const secret = openSync('/etc/hostname', 'r');
    try {
      // A file passed on to children, like one without close-on-exec.
      const inherited = Array.from({ length: 20 }, () => secret);
      expect(await filesOfChild(inherited, 'readlink /proc/$$/fd/20')).toBe('/etc/hostname');
      const cover = coverInherited(nullFile, true);
      expect(cover.length).toBeGreaterThan(secret);
      expect(
        await filesOfChild(cover, `readlink /proc/$$/fd/${secret}; ls -l /proc/$$/fd | grep -c hostname`),
      ).toBe('/dev/null\n0');
    } finally {
      closeSync(secret);
      closeSync(nullFile);
    }
  });

  it('are not changed if Node runs by itself', () => {
    expect(coverInherited(3)).toEqual([]);
  });
});
