import { describe, expect, it, vi } from 'vitest';

vi.mock('electron', () => ({}));
const { startTicks } = await import('./first-frame.ts');

describe('the start of a process by /proc', () => {
  const stat = (name: string) =>
    `4711 (${name}) S 1 4711 4711 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 12 0 123456 1000 200`;
  it('is field 22, whatever the name of the process', () => {
    expect(startTicks(stat('electron'))).toBe(123_456);
    expect(startTicks(stat('a) b (c'))).toBe(123_456);
  });
  it('is unknown if the text is not such a line', () => {
    expect(startTicks('')).toBeNull();
  });
});
