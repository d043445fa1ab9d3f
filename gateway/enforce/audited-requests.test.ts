import { expect, it } from 'vitest';
import type { ContainerFacts, EngineFacts } from '../engine-api/engine-facts.ts';
import type { ResponseHead } from '../http/message/response-head.ts';
import {
  decide,
  emptyEngine,
  gatekeeperWith,
  listeningSocket,
  settingsWith,
} from './create-request-fixture.ts';

const socket = listeningSocket('audited-requests');

const body = {
  Image: 'alpine',
  HostConfig: {
    Privileged: true,
    PidMode: 'host',
    Binds: ['/etc:/e', '/usr/share:/s', '/etc:/again', `${socket}:/var/run/docker.sock`],
    Runtime: 'runc',
  },
};

it('audit mode logs every violation of a create request, each once', async () => {
  const { gatekeeper, entries } = gatekeeperWith(settingsWith(['docker:cli'], 'audit'), { socket });
  expect((await decide(gatekeeper, '/containers/create', body)).kind).toBe('forward');
  expect(entries.map(({ outcome, rule, what, image }) => [outcome, rule, what, image])).toEqual([
    ['would-deny', 'host-namespace', '--pid=host', 'alpine'],
    ['would-deny', 'bind-not-shared', 'bind mount of /etc', 'alpine'],
    ['would-deny', 'bind-not-shared', 'bind mount of /usr/share', 'alpine'],
    [
      'would-deny',
      'socket-mount',
      `mounting the Docker socket (${socket}) into a container of image alpine`,
      'alpine',
    ],
  ]);
});

it('a request that is refused is logged once, by its first violation', async () => {
  const { gatekeeper, entries } = gatekeeperWith(settingsWith([]), { socket });
  expect(await decide(gatekeeper, '/containers/create', body)).toMatchObject({ kind: 'refuse', status: 403 });
  expect(entries.map(({ rule }) => rule)).toEqual(['host-namespace']);
});

const id = (digit: string) => digit.repeat(64);
const unprotected: Partial<ContainerFacts> = {
  id: id('c'),
  name: 'old',
  image: 'alpine',
  imageId: `sha256:${id('0')}`,
  runtime: 'runc',
  labels: {},
  mounts: [],
  running: false,
};
const facts: EngineFacts = {
  ...emptyEngine,
  container: () => Promise.resolve(unprotected as ContainerFacts), // what is read of it
  execContainer: () => Promise.resolve(id('c')),
};

it.each([
  ['audit mode', settingsWith([], 'audit'), 'would-deny'],
  [
    'a warning for containers from before ECI',
    { ...settingsWith([]), existingContainers: 'warn' as const },
    'allow',
  ],
])('a docker exec is logged once under %s, not at its start again', async (_, settings, outcome) => {
  const { gatekeeper, entries } = gatekeeperWith(settings, { facts });
  const created = await decide(gatekeeper, '/containers/old/exec', { Cmd: ['sh'] });
  if (created.kind !== 'forward' || created.response === undefined) throw new Error('not followed');
  const head: Partial<ResponseHead> = { status: 201 };
  if ('transformResponse' in created.response)
    // Only the status is read.
    void created.response.transformResponse(head as ResponseHead, Buffer.from(`{"Id":"${id('e')}"}`));
  expect((await decide(gatekeeper, `/exec/${id('e')}/start`, { Detach: false })).kind).toBe('forward');
  expect(entries.map((entry) => [entry.outcome, entry.rule])).toEqual([[outcome, 'container-unprotected']]);
  // One that was created earlier, unlogged.
  expect((await decide(gatekeeper, `/exec/${id('f')}/start`, { Detach: false })).kind).toBe('forward');
  expect(entries).toHaveLength(2);
});
