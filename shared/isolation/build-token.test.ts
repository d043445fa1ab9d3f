import { expect, it } from 'vitest';
import { buildTokenVariable, giveBuildToken, takeBuildToken } from './build-token.ts';

it("a build token is added to an environment once, in place of a client's own, and removed again", () => {
  const environment = giveBuildToken(['A=1', `${buildTokenVariable}=guessed`, 'B=2'], 'abc');
  expect(environment).toEqual(['A=1', 'B=2', `${buildTokenVariable}=abc`]);
  expect(takeBuildToken(environment)).toEqual({ others: ['A=1', 'B=2'], token: 'abc' });
});

it('an environment without a build token has none', () => {
  expect(takeBuildToken(['A=1', `X${buildTokenVariable}=x`, buildTokenVariable])).toEqual({
    others: ['A=1', `X${buildTokenVariable}=x`, buildTokenVariable],
    token: null,
  });
});
