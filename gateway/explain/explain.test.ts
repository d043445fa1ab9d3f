import { expect, it } from 'vitest';
import { defaultSettings } from '../../shared/settings/effective.ts';
import { explainCommand, withoutTerminal } from './explain.ts';

it('runs without a terminal, since a dry run has none', () => {
  const plain = (text: string) => withoutTerminal(text.split(' ')).join(' ');
  expect(plain('run -it alpine sh')).toBe('run --detach -it alpine sh');
  expect(plain('container exec --tty web sh')).toBe('container exec --detach --tty web sh');
  for (const text of ['run -i alpine', 'create -t alpine', 'run -t -a stdout alpine', 'ps -a'])
    expect(plain(text)).toBe(text);
});

const context = {
  settings: defaultSettings,
  engineSocket: null,
  clientSocket: '/run/docker.sock',
  engineSockets: [],
  engineDirectories: [],
  stateDirectory: '/nonexistent',
};

it('names the command that was probably meant', async () => {
  const hintOf = async (...args: string[]) => {
    const answer = await explainCommand({ ...context, args });
    return answer.ok ? null : answer.error.hint;
  };
  expect(await hintOf('rnu', 'alpine')).toBe('Did you mean docker run?');
  expect(await hintOf('buildx', 'ls')).toMatch(/^Give a Docker command as you would type it/);
});

it.each([
  ['cp', 'web:/etc/passwd', 'copy'],
  ['container', 'cp', 'x', 'web:/x'],
])('says nothing of a copy, which a dry run does not decide as the gateway does (%s %s)', async (...args) => {
  const answer = await explainCommand({ ...context, args });
  expect(answer).toMatchObject({
    ok: false,
    error: { code: 'input.unusable', hint: expect.stringContaining('when it is made') },
  });
});
