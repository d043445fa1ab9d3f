import { expect, it } from 'vitest';
import { searchPath } from './run-client.ts';

it('looks for docker in absolute directories only, never where it runs', () => {
  expect(searchPath('.:/usr/bin::bin:/bin:')).toBe('/usr/bin:/bin');
  for (const none of [undefined, '', '.', ':'])
    expect(
      searchPath(none)
        .split(':')
        .every((entry) => entry.startsWith('/')),
    ).toBe(true);
});
