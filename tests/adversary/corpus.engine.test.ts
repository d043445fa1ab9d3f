import { chmod, mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layerGuardProgram } from '../support/gateway-process.ts';
import { startIsolatedEngine, type IsolatedEngine } from '../support/isolated-engine.ts';
import { startBareEngine, type BareEngine } from '../support/real-engine.ts';
import type { ImageTrust } from '../../gateway/trust/image-verdict.ts';
import { startGateway, type Gateway } from '../../gateway/server.ts';
import { at, attackClasses, inspect, type AttackResponse, type Attempt, type Side } from './attempt.ts';
import { accompliceCorpus } from './accomplice/attempts.ts';
import { corpus } from './corpus.ts';
import { closeSide, closeSides, openSide, type Target } from './sides.ts';

// A bare engine and a guarded one side by side. An attempt that does not succeed on the bare one does not
// count.
let bare: BareEngine;
let isolated: IsolatedEngine;
let gateway: Gateway;
let scratch: string;
let targets: { readonly engine: Target; readonly gateway: Target };

beforeAll(async () => {
  scratch = await mkdtemp('/tmp/bulkhead-corpus-');
  await chmod(scratch, 0o755);
  [bare, isolated] = await Promise.all([startBareEngine(), startIsolatedEngine()]);
  // Which of these may have the socket, and which list applies, is decided by image trust, and tested there
  // (gateway/trust).
  for (const engine of [bare, isolated]) {
    await engine.docker('tag', 'busybox', 'evil');
    await engine.docker('create', '--name', 'template', 'busybox');
    await engine.docker('commit', '-c', 'LABEL list=wide', 'template', 'wide');
    await engine.docker('rm', 'template');
  }
  const settingsFile = path.join(scratch, 'admin-settings.json');
  const roots = { sharedRoot: path.join(scratch, 'shared'), closedRoot: path.join(scratch, 'shared-not') };
  await mkdir(roots.sharedRoot);
  await writeFile(
    settingsFile,
    JSON.stringify({
      configurationFileVersion: 2,
      enhancedContainerIsolation: {
        locked: true,
        value: true,
        dockerSocketMount: {
          imageList: { images: ['busybox:latest', 'wide:latest'], allowDerivedImages: false },
          commandList: { type: 'deny', commands: denied },
        },
      },
      bulkhead: { perImageCommandLists: [{ image: 'wide:latest', type: 'deny', commands: [] }] },
      blockDockerLoad: { locked: true, value: true },
      filesharingAllowedDirectories: [{ path: roots.sharedRoot, sharedByDefault: true }],
    }),
  );
  const started = await startGateway({
    engineSocket: isolated.socket,
    listenSocket: path.join(scratch, 'docker.sock'),
    settingsFile,
    engineDirectories: [isolated.root, isolated.paths.root],
    stateDirectory: isolated.paths.root,
    imageTrust: trust(isolated),
    layerGuardProgram,
  });
  if (!started.ok) throw new Error(started.error.message);
  gateway = started.value;
  targets = {
    engine: {
      name: 'engine',
      door: bare.socket,
      engineSocket: bare.socket,
      engineRoot: bare.root,
      runtime: 'runc',
      ...roots,
    },
    gateway: {
      name: 'gateway',
      door: gateway.listenSocket,
      engineSocket: isolated.socket,
      engineRoot: isolated.root,
      runtime: 'bulkhead',
      ...roots,
    },
  };
});
afterAll(async () => {
  closeSides();
  await gateway?.close(0);
  await Promise.all([bare?.stop(), isolated?.stop()]);
  if (scratch) await rm(scratch, { recursive: true, force: true });
});

/** What containers of busybox may not do through their socket. */
const denied = ['exec', 'cp', 'commit', 'build', 'rm', 'volume*', 'tag'];

/** A fake trust that accepts content by its id, and `evil` by its name. */
function trust(engine: IsolatedEngine): ImageTrust {
  const idOf = async (image: string) =>
    (await engine.docker('image', 'inspect', '-f', '{{.Id}}', image)).trim();
  return {
    decide: async (image, { images }) => {
      const imageId = await idOf(image);
      const allowedBy = `${imageId === (await idOf('wide')) ? 'wide' : 'busybox'}:latest`;
      if (/^evil\b/.test(image) || !images.includes(allowedBy))
        return { trusted: false, reason: 'not-listed', detail: 'no entry of the image list names it' };
      return { trusted: true, imageId, allowedBy, derivedFrom: null };
    },
    close: () => undefined,
  };
}

interface Observation {
  readonly breached: boolean;
  readonly responses: readonly AttackResponse[];
  readonly left: unknown;
}

async function attack(attempt: Attempt, target: Target): Promise<Observation> {
  const side: Side = await openSide(target, attempt.id);
  try {
    await attempt.prepare?.(side);
    const responses = [await attempt.attempt(side)].flat();
    return {
      breached: await attempt.breach(side, responses),
      responses,
      left: await inspect(side, side.tag),
    };
  } finally {
    await closeSide(side);
  }
}

async function check(attempt: Attempt): Promise<void> {
  const real = await attack(attempt, targets.engine);
  expect(real.breached, `the bare engine did not do it: ${last(real)}`).toBe(true);
  const observation = await attack(attempt, targets.gateway);
  expect(observation.breached, `a breach through the gateway: ${last(observation)}`).toBe(false);
  if (attempt.outcome === 'refused') {
    // B6, or the message layer's own text for an invalid request.
    expect(observation.responses.map(({ text }) => text).join('\n')).toMatch(
      new RegExp(
        '"message":"(?:enhanced container isolation: .* is blocked: .*|' +
          'bulkhead gateway: request refused: .*|the body is longer than .*)"',
      ),
    );
    expect(observation.left, 'something was made').toBeNull();
  }
  if (attempt.outcome === 'confined')
    expect(at(observation.left, 'HostConfig', 'Runtime'), `it was to go through: ${last(observation)}`).toBe(
      'bulkhead',
    );
}
const last = (observation: Observation) =>
  observation.responses.map(({ status, text }) => `${status} ${text.slice(-300)}`).join('\n');

const beside = corpus.filter((attempt) => attempt.alone !== true);
const alone = corpus.filter((attempt) => attempt.alone === true);

describe('the bypass corpus', () => {
  it('has at least 150 attempts, in every class, each with a name of its own', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(150);
    expect(new Set(corpus.map(({ id }) => id)).size).toBe(corpus.length);
    // Those with a process outside are run in accomplice.engine.test.ts.
    expect(
      [...attackClasses].filter(
        (name) => ![...corpus, ...accompliceCorpus].some((attempt) => attempt.class === name),
      ),
    ).toEqual([]);
  });
  it.concurrent.for(beside)('$class: $title ($id)', (attempt) => check(attempt));
  it.for(alone)('$class: $title ($id)', (attempt) => check(attempt));
});
