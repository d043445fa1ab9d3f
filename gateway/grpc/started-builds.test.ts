import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileLocks, locksFile } from '../base/file-locks.ts';
import { StartedBuilds } from './started-builds.ts';

it('gives each build a token of its own, which lives as long as the build', () => {
  const builds = new StartedBuilds(null);
  const [one, other] = [builds.ofConnection(), builds.ofConnection()];
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

describe.runIf(process.platform === 'linux')('A5: builds through two gateways of one engine', () => {
  let directory: string;
  let opened: FileLocks[];
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-builds-'));
    opened = [];
  });
  afterEach(async () => {
    for (const locks of opened) locks.close();
    await rm(directory, { recursive: true });
  });
  /** Another gateway; they have nothing in common but the state directory. */
  const gateway = () => {
    const locks = new FileLocks(locksFile(directory));
    opened.push(locks);
    return { builds: new StartedBuilds(locks), locks };
  };

  it("a build that runs through one cannot be taken for one's own through the other", async () => {
    const victim = gateway().builds.ofConnection();
    const attacker = gateway().builds.ofConnection();
    expect(victim.start('a')).toBe(true);
    expect(attacker.start('a')).toBe(false);
    // At once, as on another connection of the same gateway.
    const start = performance.now();
    expect(await attacker.isStarted('a')).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
    expect(attacker.token('a')).toBeNull();
    // The end of a call that was refused (and only logged, in audit mode) frees nothing.
    attacker.end('a');
    expect(attacker.start('a')).toBe(false);
    expect(attacker.start('b')).toBe(true);
    expect(await victim.isStarted('a')).toBe(true);
    victim.end('a');
    expect(attacker.start('a')).toBe(true);
    expect(victim.start('a')).toBe(false);
  });

  it('a name is free again when the gateway of its build was killed', () => {
    const killed = gateway();
    expect(killed.builds.ofConnection().start('a')).toBe(true);
    const other = gateway().builds.ofConnection();
    expect(other.start('a')).toBe(false);
    killed.locks.close();
    expect(other.start('a')).toBe(true);
  });
});
