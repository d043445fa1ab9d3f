import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const secret = '/etc/hostname';
/** Far above what a process opens itself, as one that a shell or an agent was left with. */
const number = 40;

/**
 * What a program sees that is started by a process which was given `secret` at `number`: its descriptors
 * above 2.
 */
async function openInProgram(first: string): Promise<string> {
  const fd = openSync(secret, 'r');
  const list =
    "require('node:child_process').spawn('ls', ['-l', '/proc/self/fd'], { stdio: ['ignore', 'inherit', " +
    "'inherit'] })";
  const stdio = [
    'ignore',
    'pipe',
    'inherit',
    ...Array.from({ length: number - 3 }, () => 'ignore' as const),
    fd,
  ] as const;
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { createRequire } from 'node:module'; const require = createRequire('/'); ${first}; ${list}`,
    ],
    { stdio: [...stdio] },
  );
  let out = '';
  child.stdout?.on('data', (part: Buffer) => {
    out += part.toString();
  });
  await new Promise((resolve) => {
    child.once('close', resolve);
  });
  closeSync(fd);
  return out;
}

describe.runIf(process.platform === 'linux')(
  'a descriptor that this process was given without close-on-exec',
  () => {
    it('reaches the programs it starts, unless it is marked close-on-exec', async () => {
      const module = path.resolve(import.meta.dirname, 'inherited-descriptors.ts');
      const script =
        `const { markInheritedDescriptors } = await import(${JSON.stringify(module)}); ` +
        'process.stdout.write(markInheritedDescriptors() + " marked\\n")';
      expect(await openInProgram('')).toContain(`${number} -> ${secret}`);
      const closed = await openInProgram(script);
      expect(closed).toMatch(/^[1-9]\d* marked/);
      expect(closed).not.toContain(secret);
    });
  },
);
