import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { requires } from './requires.ts';

let uid = 0;
beforeEach(() => {
  vi.spyOn(process, 'getuid').mockImplementation(() => uid);
});
afterEach(() => {
  vi.restoreAllMocks();
});

it('is true where the machine has it, in continuous integration as well', () => {
  uid = 0;
  expect([requires('root', {}), requires('root', { CI: 'true' })]).toEqual([true, true]);
});

it('skips tests and says so once where the machine lacks it, and fails in continuous integration', () => {
  uid = 1000;
  const printed = vi.spyOn(console, 'warn').mockReturnValue();
  expect([requires('root', {}), requires('root', { CI: 'false' })]).toEqual([false, false]);
  expect(printed.mock.calls).toEqual([['Tests that need root are skipped.']]);
  expect(() => requires('root', { CI: 'true' })).toThrow('These tests need root');
});
