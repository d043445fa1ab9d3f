import { describe, expect, it } from 'vitest';
import { whatComposeRuns } from './explain-compose.ts';

describe('a compose file', () => {
  it('is not given to a Compose that would run programs for it', () => {
    expect(
      whatComposeRuns({ services: { db: { provider: { type: 'awesomecloud' } }, web: { image: 'a' } } }),
    ).toBe('the provider of db');
    expect(whatComposeRuns({ services: { web: { image: 'a' } }, models: { m: { model: 'ai/x' } } })).toBe(
      'models',
    );
    expect(
      whatComposeRuns({ services: { web: { image: 'a', post_start: [{ command: ['x'] }] } } }),
    ).toBeNull();
  });
});
