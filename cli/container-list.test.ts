import { expect, test } from 'vitest';
import { describeScan } from './container-list.ts';
import { container } from '../renderer/dev/container-fixture.ts';

test('a kept container counts neither as protected nor as unprotected', () => {
  const containers = [
    container('web'),
    container('old', { protected: false }),
    container('web-before-eci', { protected: false, reason: 'replaced', state: 'exited' }),
  ];
  expect(describeScan({ at: '', durationMs: 1, eci: true, containers })).toMatch(
    /\n1 of 2 is not protected\.$/,
  );
});
