import { describe, expect, it } from 'vitest';
import type { ExplainedRequest } from '../../shared/explain/explanation.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import { dryGatekeeper } from '../explain/dry-gatekeeper.ts';
import { trustOncePulled } from '../explain/recorded-facts.ts';
import type { Gatekeeper } from '../http/exchange.ts';
import { createImageTrust } from '../trust/create-image-trust.ts';
import {
  decide as decideRequest,
  emptyEngine,
  gatekeeperWith,
  listeningSocket,
  settingsWith,
} from './create-request-fixture.ts';

const socket = listeningSocket('missing-image');

const trust = createImageTrust({ facts: emptyEngine, stateDirectory: null });
/** The verdict on a create request of `image` with the clients' socket. */
const create = (gatekeeper: Gatekeeper, image: string) =>
  decideRequest(gatekeeper, '/containers/create', {
    Image: image,
    HostConfig: { Binds: [`${socket}:/var/run/docker.sock`] },
  });

/** What the gateway answers under these settings, and what its log has. */
async function decide(image: string, settings: EffectiveSettings) {
  const { gatekeeper, entries } = gatekeeperWith(settings, { socket });
  return { verdict: await create(gatekeeper, image), entries };
}

describe('a container with the Docker socket, of an image that the engine does not have', () => {
  it.each([
    ['alpine', ['*'], 'alpine:latest'],
    ['docker.io/library/docker:cli', ['docker:cli'], 'docker:cli'],
    // What the tag has may be what another tag has, or a pinned digest.
    ['docker:27', ['docker:*'], 'docker:27'],
    ['docker:27', [`docker@sha256:${'a'.repeat(64)}`], 'docker:27'],
    ['r.example/team/tool:1', ['r.example/team/*:*'], 'r.example/team/tool:1'],
    [`docker@sha256:${'a'.repeat(64)}`, ['docker:cli'], `docker@sha256:${'a'.repeat(64)}`],
    ['a'.repeat(64), ['*'], `sha256:${'a'.repeat(64)}`],
  ])(
    "of %s, which %j may allow, gets the engine's 404, so that clients pull it",
    async (image, list, name) => {
      const { verdict, entries } = await decide(image, settingsWith(list));
      expect(verdict).toMatchObject({ kind: 'refuse', status: 404, message: `No such image: ${name}` });
      expect(entries).toEqual([]);
    },
  );

  it.each([
    ['alpine', []],
    ['alpine', ['docker:cli']],
    ['r.example/docker:cli', ['docker:cli']],
  ])('of %s, which %j cannot allow, is refused without a pull; an entry would help', async (image, list) => {
    const { verdict, entries } = await decide(image, settingsWith(list));
    expect(verdict).toMatchObject({ kind: 'refuse', status: 403 });
    expect(entries).toMatchObject([
      {
        outcome: 'deny',
        rule: 'socket-mount',
        setting: '/enhancedContainerIsolation/dockerSocketMount/imageList',
        sentences: { detail: { id: 'trust.missing-and-not-listed' } },
      },
    ]);
  });

  it('is not logged in audit mode either: the engine gets the request, and has no such image', async () => {
    const { verdict, entries } = await decide('alpine', settingsWith(['*'], 'audit'));
    expect(verdict.kind).toBe('forward');
    expect(entries).toEqual([]);
  });
});

describe('explain, about an image that the engine does not have', () => {
  async function explain(image: string, list: readonly string[]): Promise<ExplainedRequest | undefined> {
    const requests: ExplainedRequest[] = [];
    const gatekeeper = dryGatekeeper(
      {
        settings: settingsWith(list),
        clientSocket: socket,
        engineSockets: [socket],
        engineDirectories: [],
        stateDirectory: '/nonexistent',
      },
      { facts: emptyEngine, trust: trustOncePulled(trust) },
      (request) => {
        requests.push(request);
      },
    );
    await create(gatekeeper, image);
    return requests[0];
  }

  it('allows it by *, as the engine will when the client has pulled it', async () => {
    expect(await explain('alpine', ['*'])).toMatchObject({
      outcome: 'rewrite',
      findings: expect.arrayContaining([expect.objectContaining({ rule: 'own-socket' })]) as unknown,
    });
  });

  it('leaves open what an entry says of content that is still to be pulled', async () => {
    const request = await explain('docker:cli', ['docker:cli']);
    expect(request).toMatchObject({
      outcome: 'undecided',
      findings: expect.arrayContaining([
        expect.objectContaining({
          outcome: 'missing',
          message: expect.stringMatching(/docker:cli: the client pulls it first/) as unknown,
        }),
      ]) as unknown,
    });
    expect(JSON.stringify(request?.passed)).not.toContain('docker.sock');
  });
});
