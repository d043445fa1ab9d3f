import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { plainText } from '../shared/messages/message.ts';
import { rootPaths } from '../engine/base/root-paths.ts';
import { chainPrefix } from '../engine/targets/embedded/firewall.ts';
import { NetworkSeparation } from './network-separation.ts';

// In the network namespace of this file: tests/support/own-network.ts.
const run = promisify(execFile);
const paths = rootPaths('/srv/separated-engine');
const chain = `${chainPrefix(paths)}-ENGINES`;
const rules = async (): Promise<string> => (await run('iptables', ['-t', 'mangle', '-S'])).stdout;

let separation: NetworkSeparation;
let logged: string[] = [];
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp('/tmp/bh-separation-');
  await run('ip', ['link', 'add', 'docker0', 'type', 'bridge']);
  await run('ip', ['link', 'add', 'br-lan', 'type', 'bridge']);
  await run('ip', ['address', 'add', '192.0.2.7/24', 'dev', 'br-lan']);
  await run('ip', ['link', 'set', 'br-lan', 'up']);
});
afterEach(async () => {
  await separation.end();
  vi.unstubAllEnvs();
  logged = [];
  await run('iptables', ['-t', 'mangle', '-F']);
});
afterAll(async () => {
  for (const device of ['docker0', 'br-lan']) await run('ip', ['link', 'delete', device]);
  await rm(directory, { recursive: true });
});

function begin(onChange = () => undefined as void): Promise<void> {
  separation = new NetworkSeparation(paths, {
    log: (text) => {
      logged.push(plainText(text));
    },
    onChange,
    checkEveryMs: 100,
  });
  return separation.begin({ octet: 91 });
}

it('the rules exist after begin, and only once after another begin', async () => {
  await begin();
  const first = await rules();
  expect(first).toContain(`-A FORWARD -j ${chain}`);
  expect(first.match(/-j DROP/g)).toHaveLength(6);
  await separation.begin({ octet: 91 });
  expect(await rules()).toBe(first);
  expect([separation.problem, logged]).toEqual([null, []]);
});

it('the rules are restored if another program has removed them', async () => {
  await begin();
  const before = await rules();
  await run('iptables', ['-t', 'mangle', '-F']);
  await expect.poll(rules).toBe(before);
  await expect.poll(() => logged.join()).toContain('they are set again');
});

it('the rules exempt a bridge that becomes the uplink, whatever its name', async () => {
  await begin();
  expect(await rules()).not.toContain('br-lan');
  await run('ip', ['route', 'add', 'default', 'via', '192.0.2.1']);
  await expect.poll(rules).toContain(`-A ${chain} -o br-lan -j RETURN`);
  await run('ip', ['route', 'delete', 'default']);
  await expect.poll(rules).not.toContain('br-lan');
});

it('the rules are not restored once the checks have ended', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    await begin();
    await run('iptables', ['-t', 'mangle', '-F']);
    vi.advanceTimersByTime(100);
    await separation.end();
    await run('iptables', ['-t', 'mangle', '-F']);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

it('next to another engine, missing rules are reported as a problem until they exist', async () => {
  const broken = path.join(directory, 'iptables-restore');
  await writeFile(broken, '#!/bin/sh\necho "no such table" >&2\nexit 1\n');
  await chmod(broken, 0o755);
  vi.stubEnv('PATH', `${directory}:${process.env['PATH'] ?? ''}`);
  let changes = 0;
  await begin(() => {
    changes += 1;
  });
  expect(separation.problem?.text).toContain('could not be set: no such table');
  expect(logged.join()).not.toContain('set again');
  await rm(broken);
  await expect.poll(() => changes).toBe(1);
  expect(separation.problem).toBeNull();
});

it('firewalld, in which all engines share their chains, is a problem beside another engine', async () => {
  const program = path.join(directory, 'firewall-cmd');
  await writeFile(program, '#!/bin/sh\necho running\n');
  await chmod(program, 0o755);
  vi.stubEnv('PATH', `${directory}:${process.env['PATH'] ?? ''}`);
  await begin();
  expect(separation.problem?.text).toContain('firewalld runs');
  await rm(program);
});
