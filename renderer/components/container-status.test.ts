import { describe, expect, it } from 'vitest';
import { exitCode, statusAge } from './container-status.ts';

describe("the age in an engine's status text", () => {
  it.each([
    ['Up 41 days', 41 * 86_400],
    ['Up 2 hours (healthy)', 7200],
    ['Exited (0) 3 months ago', 3 * 2_629_800],
    ['Exited (137) 5 minutes ago', 300],
    ['Up About an hour', 3600],
    ['Up About a minute', 60],
    ['Up Less than a second', 0],
    ['Up 1 second', 1],
    ['Restarting (1) 12 seconds ago', 12],
    ['Created', null],
    ['', null],
    ['Dead', null],
    ['Up 2 fortnights', null],
  ])('%s', (status, seconds) => {
    expect(statusAge(status)).toBe(seconds);
  });

  it('includes an exit code other than 0', () => {
    expect([
      exitCode('Exited (137) 2 hours ago'),
      exitCode('Exited (0) 2 hours ago'),
      exitCode('Up 3 days'),
    ]).toEqual([137, null, null]);
  });
});
