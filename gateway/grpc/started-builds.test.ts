import { expect, it } from 'vitest';
import { ownBuilds } from './started-builds.ts';

it('gives each build a token of its own, which lives as long as the build', () => {
  const [one, other] = [ownBuilds(), ownBuilds()];
  expect(one.token('a')).toBeNull();
  one.start('a');
  one.start('b');
  const token = one.token('a');
  expect(token).toMatch(/^[0-9a-f]{32}$/);
  expect(one.token('b')).not.toBe(token);
  expect(other.start('a')).toBe(false);
  expect(other.token('a')).toBeNull();
  // Started twice: it is one build until both calls have ended.
  one.start('a');
  one.end('a');
  expect(one.token('a')).toBe(token);
  one.end('a');
  expect(one.token('a')).toBeNull();
  one.start('a');
  expect(one.token('a')).not.toBe(token);
});
