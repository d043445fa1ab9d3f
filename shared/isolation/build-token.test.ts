import { expect, it } from 'vitest';
import { buildTokenVariable, giveBuildToken, takeBuildToken } from './build-token.ts';

it('goes into an environment once, in place of what a client says, and out of it again', () => {
  const given = giveBuildToken(['A=1', `${buildTokenVariable}=guessed`, 'B=2'], 'abc');
  expect(given).toEqual(['A=1', 'B=2', `${buildTokenVariable}=abc`]);
  expect(takeBuildToken(given)).toEqual({ others: ['A=1', 'B=2'], token: 'abc' });
});

it('is not there where nobody gave one', () => {
  expect(takeBuildToken(['A=1', `X${buildTokenVariable}=x`, buildTokenVariable])).toEqual({
    others: ['A=1', `X${buildTokenVariable}=x`, buildTokenVariable],
    token: null,
  });
});
