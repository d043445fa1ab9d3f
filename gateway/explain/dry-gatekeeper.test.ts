import { expect, it } from 'vitest';
import type { ExplainedRequest } from '../../shared/explain/explanation.ts';
import type { ContainerFacts, EngineFacts } from '../engine-api/engine-facts.ts';
import { decide, emptyEngine, settingsWith } from '../enforce/create-request-fixture.ts';
import { dryGatekeeper } from './dry-gatekeeper.ts';

const fromBeforeEci: Partial<ContainerFacts> = {
  id: 'c'.repeat(64),
  name: 'old',
  image: 'alpine',
  imageId: `sha256:${'0'.repeat(64)}`,
  runtime: 'runc',
  labels: {},
  mounts: [],
  running: false,
};
const facts: EngineFacts = {
  ...emptyEngine,
  container: () => Promise.resolve(fromBeforeEci as ContainerFacts), // what is read of it
};
const context = {
  settings: settingsWith([]),
  clientSocket: '/run/docker.sock',
  engineSockets: [],
  engineDirectories: [],
  stateDirectory: '/nonexistent',
};
const trust = { decide: () => Promise.reject(new Error('no image is asked for')), close: () => undefined };

/** What a dry run says of a request, and the status that its client gets. */
async function explained(path: string, body: object, settings = context.settings) {
  const requests: ExplainedRequest[] = [];
  const gatekeeper = dryGatekeeper({ ...context, settings }, { facts, trust }, (request) => {
    requests.push(request);
  });
  const verdict = await decide(gatekeeper, path, body);
  return {
    status: verdict.kind === 'refuse' ? verdict.status : null,
    decisions: requests.map(({ outcome, findings }) => [outcome, ...findings.map(({ rule }) => rule)]),
  };
}

it.each([
  ['docker exec', '/containers/old/exec', { Cmd: ['sh'] }],
  ['docker commit', '/commit?container=old&repo=copy', {}],
])('%s of a container that is not protected is denied, before anything is done', async (_, path, body) => {
  const denied = { status: 403, decisions: [['deny', 'container-unprotected']] };
  expect(await explained(path, body)).toEqual(denied);
});

it.each([
  ['docker exec', '/containers/old/exec', { Cmd: ['sh'] }],
  ['docker commit', '/commit?container=old&repo=copy', {}],
])('%s of it is allowed, with the rule named, where such containers may be used', async (_, path, body) => {
  const settings = { ...context.settings, existingContainers: 'warn' as const };
  const { decisions } = await explained(path, body, settings);
  expect(decisions).toEqual([['allow', 'container-unprotected']]);
});
