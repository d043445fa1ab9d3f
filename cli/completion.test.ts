import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { buildProgram } from './program.ts';

const run = promisify(execFile);
const main = path.join(import.meta.dirname, 'main.ts');

test.each([
  ['bash', /^ {4}' engine'\) candidates='start stop restart status .*' ;;$/m],
  ['zsh', /^#compdef bulkhead\n/],
  ['fish', /^complete -c bulkhead -n '__bulkhead_at \\' engine\\'' -f -a start -d '.+'$/m],
])('completion %s prints the completions of every command', async (shell, expected) => {
  const { stdout } = await run(process.execPath, [main, '--lang', 'en', 'completion', shell]);
  expect(stdout).toMatch(expected);
  for (const command of (await buildProgram()).commands) expect(stdout).toContain(command.name());
});

test('an unknown shell is unusable', async () => {
  await expect(run(process.execPath, [main, 'completion', 'csh'])).rejects.toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^error: unknown command 'csh'/) as string,
  });
});
