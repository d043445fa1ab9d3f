import { describe, expect, it } from 'vitest';
import { programRunByCompose } from './explain-compose.ts';

describe('a compose file', () => {
  it('is not given to a Compose that would run programs for it', () => {
    expect(
      programRunByCompose({ services: { db: { provider: { type: 'awesomecloud' } }, web: { image: 'a' } } }),
    ).toBe('the provider of db');
    expect(programRunByCompose({ services: { web: { image: 'a' } }, models: { m: { model: 'ai/x' } } })).toBe(
      'models',
    );
    expect(
      programRunByCompose({ services: { web: { image: 'a', post_start: [{ command: ['x'] }] } } }),
    ).toBeNull();
  });
});
