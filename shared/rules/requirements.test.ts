import { expect, it } from 'vitest';
import { isDeniedRequirement } from './requirements.ts';
import { rules } from './index.ts';

it('every requirement that a rule names has a text', () => {
  const named = Object.values(rules).flatMap(({ code, spec }) => (spec === '' ? [] : [[code, spec]]));
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(([, spec]) => !isDeniedRequirement(spec ?? ''))).toEqual([]);
});
