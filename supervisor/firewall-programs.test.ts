import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rootPaths } from '../engine/base/root-paths.ts';
import { firewallProgram } from './firewall-programs.ts';
import { chainPrefix } from '../engine/targets/embedded/firewall.ts';

let directory: string;
const paths = rootPaths('/srv/engine');
const chain = chainPrefix(paths);

beforeAll(async () => {
  directory = await mkdtemp('/tmp/bh-firewall-');
  await mkdir(path.join(directory, 'next'));
  const programs = [
    ['next/iptables', '#!/bin/sh\nprintf "[%s]" "$@"\n'],
    ['iptables', firewallProgram(paths, 'iptables')],
  ] as const;
  for (const [name, text] of programs) {
    await writeFile(path.join(directory, name), text);
    await chmod(path.join(directory, name), 0o755);
  }
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const iptables = (...args: string[]): string[] =>
  execFileSync(path.join(directory, 'iptables'), args, {
    encoding: 'utf8',
    env: { PATH: `${directory}:${directory}/next:/usr/bin:/bin` },
  })
    .slice(1, -1)
    .split('][');

it.each([
  [
    ['--wait', '-t', 'nat', '-A', 'PREROUTING', '-m', 'addrtype', '--dst-type', 'LOCAL', '-j', 'DOCKER'],
    ['--wait', '-t', 'nat', '-A', 'PREROUTING', '-m', 'addrtype', '--dst-type', 'LOCAL', '-j', chain],
  ],
  [
    ['-F', 'DOCKER-ISOLATION-STAGE-1'],
    ['-F', `${chain}-ISOLATION-STAGE-1`],
  ],
  [
    ['-I', 'DOCKER-FORWARD', '-j', 'DOCKER-CT'],
    ['-I', `${chain}-FORWARD`, '-j', `${chain}-CT`],
  ],
])('chains that a dockerd flushes are named after the engine: %j', (args, passed) => {
  expect(iptables(...args)).toEqual(passed);
});

it.each([
  [['-I', 'FORWARD', '-j', 'DOCKER-USER']],
  [['-t', 'nat', '-A', 'DOCKER_OUTPUT', '-d', '127.0.0.11']],
  [['-A', 'FORWARD', '-i', 'bridge with spaces', '-j', "it's", '']],
])('everything else is passed as it is: %j', (args) => {
  expect(iptables(...args)).toEqual(args);
});

it('the longest chain that dockerd creates has a name that the kernel accepts', () => {
  expect(iptables('-N', 'DOCKER-ISOLATION-STAGE-1')[1]?.length).toBeLessThanOrEqual(28);
});
