import type { default as Docker, HostConfig } from 'dockerode';
import { expect, it } from 'vitest';
import { defaultSettings } from '../../shared/settings/effective.ts';
import { rootPaths, systemRoot } from '../base/root-paths.ts';
import { refusedDirectories } from './collect-shares.ts';
import type { ProbeRunner } from './probe-runner.ts';

/** What a verification requests to be refused on an engine that answers `info` so. */
async function requested(info: () => Promise<unknown>): Promise<Partial<HostConfig>[]> {
  const hosts: Partial<HostConfig>[] = [];
  const runner: Partial<ProbeRunner> = {
    refusal: (request, host) => {
      hosts.push(host);
      return Promise.resolve({ request, answer: { value: null } });
    },
  };
  const docker: Pick<Docker, 'info'> = { info };
  await refusedDirectories(
    runner as ProbeRunner, // the part that is used
    {
      paths: rootPaths(systemRoot),
      docker: docker as Docker, // likewise
      probeDirectory: '',
      runtimeName: 'bulkhead',
      settings: defaultSettings,
    },
  );
  return hosts;
}

const usual = { Mounts: [{ Type: 'bind', Source: '/var/lib/docker', Target: '/x' }] };
const moved = { Mounts: [{ Type: 'bind', Source: '/srv/docker', Target: '/x' }] };

it('A8: the data directory that the engine uses must be refused, also a moved one', async () => {
  const hosts = await requested(() => Promise.resolve({ DockerRootDir: '/srv/docker' }));
  expect(hosts).toContainEqual(usual);
  expect(hosts).toContainEqual(moved);
});

it.each([
  ['in the usual directory', () => Promise.resolve({ DockerRootDir: '/var/lib/docker' })],
  ['that does not name it', () => Promise.resolve({})],
  ['that does not respond', () => Promise.reject(new Error('no'))],
])('A8: of an engine %s the known one must', async (_, info) => {
  const hosts = await requested(info);
  expect(hosts.filter(({ Mounts }) => Mounts !== undefined)).toEqual([usual]);
});
