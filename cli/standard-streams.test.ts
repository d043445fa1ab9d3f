import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const streams = JSON.stringify(path.join(import.meta.dirname, 'standard-streams.ts'));
const programOf = (script: string) => [
  '--input-type=module',
  '-e',
  `import { isTerminal, onFirstUse, write } from ${streams}; ${script}`,
];

async function output(script: string): Promise<string> {
  return (await promisify(execFile)(process.execPath, programOf(script))).stdout;
}

describe('a text', () => {
  it("is written without Node's stream, after it if something used that", async () => {
    const script = `let used = 0;
      onFirstUse('stdout', () => { used += 1; });
      write('stdout', 'one 一\\n');
      write('stdout', String(used));
      process.stdout.write(' two ');
      write('stdout', 'three ' + used);`;
    expect(await output(script)).toBe('one 一\n0 two three 1');
  });

  it('is written whole to a pipe that is full and does not block', async () => {
    const script = `process.stdout._handle.setBlocking(false);
      const text = 'x'.repeat(300_000);
      write('stdout', text); write('stdout', text); write('stdout', 'end');`;
    const child = spawn(process.execPath, programOf(script), { stdio: ['ignore', 'pipe', 'inherit'] });
    let length = 0;
    let end = '';
    setTimeout(() => {
      child.stdout.on('data', (part: Buffer) => {
        length += part.length;
        end = `${end}${part.toString()}`.slice(-4);
      });
    }, 100);
    await once(child, 'close');
    expect([length, end]).toEqual([600_003, 'xend']);
  });
});

it("knows without Node's stream that a pipe is no terminal", async () => {
  const script = `onFirstUse('stdout', () => { write('stdout', 'used '); });
    write('stdout', String(isTerminal('stdout')));`;
  expect(await output(script)).toBe('false');
});
