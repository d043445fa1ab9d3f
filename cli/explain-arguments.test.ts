import { expect, test } from 'vitest';
import { separateDockerCommand } from './explain-arguments.ts';
import { buildProgram } from './program.ts';

test.each<[string, string]>([
  ['explain docker run --root x alpine', 'explain -- docker run --root x alpine'],
  ['explain --root /r run -h host --json alpine', 'explain --root /r -- run -h host --json alpine'],
  ['--lang en explain --root=/r run alpine', '--lang en explain --root=/r -- run alpine'],
  ['explain --draft -- run alpine', 'explain --draft -- run alpine'],
  ['explain --compose file.yml', 'explain --compose file.yml'],
  ['explain --help', 'explain --help'],
  ['settings show --root explain', 'settings show --root explain'],
  ['help explain', 'help explain'],
])('%s', async (line, expected) => {
  const args = line.split(' ');
  expect(separateDockerCommand(args, await buildProgram(args)).join(' ')).toBe(expected);
});
