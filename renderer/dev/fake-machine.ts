import type { IpcOutput } from '../../shared/ipc/contract.ts';
import { minutesAgo } from './settings-fixture.ts';

const links: Readonly<Record<string, string>> = {
  '/srv/projects': '/mnt/data/projects',
  '/var/run': '/run',
  '/home/sam/link': '/opt/data',
  '/mnt/link-to-etc': '/etc',
};
/** The real path of a path of the invented machine. */
export function realOf(path: string): string {
  const link = Object.keys(links).find((from) => path === from || path.startsWith(`${from}/`));
  return link === undefined ? path : `${links[link] ?? ''}${path.slice(link.length)}`;
}

const served = (digest: string): IpcOutput<'registry:resolve'>[number] => ({
  kind: 'served',
  digest,
  children: [],
  at: new Date().toISOString(),
  lastKnown: null,
});
export const runnerDigest = 'sha256:77aa5b7d1f6a4c0e9b2d3f4a5c6b7d8e9f0a1b2c3d4e5f60718293a4b5c6c40e';
/** What the fake registries serve; other references are not found. */
export const registryResponses: Readonly<Record<string, IpcOutput<'registry:resolve'>[number]>> = {
  'registry.example/ci/runner:2.1': served(runnerDigest),
  'docker:cli': served('sha256:4f2a5b7d1f6a4c0e9b2d3f4a5c6b7d8e9f0a1b2c3d4e5f60718293a4b5c691c7'),
  'registry.example/ci/agent@sha256:8c1e5b7d1f6a4c0e9b2d3f4a5c6b7d8e9f0a1b2c3d4e5f60718293a4b5c603bd': served(
    'sha256:8c1e5b7d1f6a4c0e9b2d3f4a5c6b7d8e9f0a1b2c3d4e5f60718293a4b5c603bd',
  ),
  'example.org/deploy:2': {
    kind: 'served',
    digest: 'sha256:b70d5b7d1f6a4c0e9b2d3f4a5c6b7d8e9f0a1b2c3d4e5f60718293a4b5c65e12',
    children: null,
    at: minutesAgo(180),
    lastKnown: 'the registry could not be reached',
  },
  // One of a thousand (`socketHuge`).
  'example.org/team/tool-700:6': served(
    'sha256:5c1e5b7d1f6a4c0e9b2d3f4a5c6b7d8e9f0a1b2c3d4e5f60718293a4b5c6a7d0',
  ),
  'example.org/gone:1': { kind: 'absent' },
  'docker:24': { kind: 'absent' },
};
