import { expect, test } from 'vitest';
import { runCommandLine } from '../tests/support/command-line.ts';
import { buildProgram } from './program.ts';

test.each([
  ['bash', /^ {4}' engine'\) candidates='start stop restart status .*' ;;$/m],
  ['zsh', /^#compdef bulkhead\n/],
  ['fish', /^complete -c bulkhead -n '__bulkhead_at \\' engine\\'' -f -a start -d '.+'$/m],
])('completion %s prints the completions of every command', async (shell, expected) => {
  const { code, out } = await runCommandLine(['--lang', 'en', 'completion', shell]);
  expect(code).toBe(0);
  expect(out).toMatch(expected);
  for (const command of (await buildProgram()).commands) expect(out).toContain(command.name());
});

test('an unknown shell is unusable', async () => {
  expect(await runCommandLine(['completion', 'csh'])).toEqual({
    code: 2,
    out: '',
    err: expect.stringMatching(/^error: unknown command 'csh'/) as string,
  });
});
