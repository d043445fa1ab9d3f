import { expect, it } from 'vitest';
import { withoutTerminal } from './explain.ts';

it('runs without a terminal, since a dry run has none', () => {
  const plain = (text: string) => withoutTerminal(text.split(' ')).join(' ');
  expect(plain('run -it alpine sh')).toBe('run --detach -it alpine sh');
  expect(plain('container exec --tty web sh')).toBe('container exec --detach --tty web sh');
  for (const text of ['run -i alpine', 'create -t alpine', 'run -t -a stdout alpine', 'ps -a'])
    expect(plain(text)).toBe(text);
});
