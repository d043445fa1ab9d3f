import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGatewayProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { eciOn } from '../support/guarded-engine.ts';
import { startIsolatedEngine, type IsolatedEngine } from '../support/isolated-engine.ts';
import { mountsBelow, startBareEngine, type BareEngine } from '../support/real-engine.ts';
import type { AccompliceAttempt } from './accomplice/attempt.ts';
import { accompliceCorpus } from './accomplice/attempts.ts';
import { canary, deviceAccount, type AttackSetup } from './accomplice/attack-setup.ts';
import { AttackFixture } from './accomplice/attack-fixture.ts';
import { AttemptBlocked } from './accomplice/evidence.ts';

// A process outside and one inside a container, which pass each other descriptors. As in the corpus, an
// attempt that does not succeed on a bare engine does not count.

const run = promisify(execFile);
/** Not below /tmp, which is often mounted nosuid. */
let directory: string;
let bare: BareEngine;
let isolated: IsolatedEngine;
let gateway: GatewayProcess;
let loop: string | null = null;
const fixtures: { engine?: AttackFixture; gateway?: AttackFixture } = {};

beforeAll(async () => {
  directory = await mkdtemp('/var/tmp/bulkhead-accomplice-');
  await chmod(directory, 0o755);
  const options = (await run('findmnt', ['-n', '-o', 'OPTIONS', '-T', directory])).stdout;
  if (/\b(?:nosuid|nodev)\b/.test(options))
    throw new Error(`${directory} is on a file system without setuid files or devices`);
  const tool = path.join(directory, 'accomplice');
  const source = path.join(import.meta.dirname, 'accomplice/accomplice.c');
  await run('gcc', ['-std=c17', '-O1', '-Wall', '-Wextra', '-Werror', '-static', '-s', '-o', tool, source]);
  const device = await rawDevice();
  [bare, isolated] = await Promise.all([
    startBareEngine(),
    startIsolatedEngine({ sharingRecords: 'required' }),
  ]);
  await mkdir(path.join(directory, 'gateway/state'), { recursive: true });
  gateway = await startGatewayProcess({
    engineSocket: isolated.socket,
    directory: path.join(directory, 'gateway/state'),
    engineDirectory: isolated.root,
    settings: eciOn(path.join(directory, 'gateway')),
    stateDirectory: isolated.paths.root,
  });
  const sides = [
    { name: 'engine', engine: bare, door: bare.socket },
    { name: 'gateway', engine: isolated, door: gateway.socket },
  ] as const;
  // As for an installed engine: everybody may search its directory, and this user's group may use the socket.
  await Promise.all([bare.root, isolated.root, isolated.paths.root].map((root) => chmod(root, 0o711)));
  await Promise.all(
    sides.map(async ({ name, engine, door }) => {
      await chmod(door, 0o666);
      await engine.docker('create', '--name', 'template', 'busybox');
      await engine.docker('cp', tool, 'template:/accomplice');
      await engine.docker('commit', 'template', 'accomplice');
      await engine.docker('rm', 'template');
      const setup: AttackSetup = {
        name,
        door,
        tool,
        engineSocket: engine.socket,
        engineRoot: engine.root,
        directory: path.join(directory, name),
        rawDevice: device,
        admin: (...args) => engine.docker(...args),
        restartRanges: async () => {
          if (name === 'engine') return;
          await isolated.planner().end('SIGTERM');
          await isolated.startPlanner();
        },
      };
      fixtures[name] = await AttackFixture.open(setup);
    }),
  );
});
afterAll(async () => {
  const closed = await Promise.allSettled([fixtures.engine?.close(), fixtures.gateway?.close()]);
  // A mount below a directory that was mounted over later can be reached only once that is unmounted.
  for (let left = 3; directory && left > 0; left--) {
    for (const point of (await mountsBelow(directory)).reverse())
      await run('umount', ['-l', point]).catch(() => undefined);
  }
  await gateway?.stop();
  await Promise.all([bare?.stop(), isolated?.stop()]);
  if (loop !== null) await run('losetup', ['-d', loop]);
  if (directory) await rm(directory, { recursive: true, force: true });
  expect(closed.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
});

/** A block device whose content is the canary, as lines of a passwd file. */
async function rawDevice(): Promise<AttackSetup['rawDevice']> {
  const disk = path.join(directory, 'disk');
  await writeFile(
    disk,
    `${canary}\n${deviceAccount.name}:x:${deviceAccount.uid}:0::/:/bin/sh`.padEnd(1024 * 1024, '\n'),
    { mode: 0o600 },
  );
  loop = (await run('losetup', ['-f', '--show', disk])).stdout.trim();
  const [major, minor] = (await run('lsblk', ['-n', '-d', '-o', 'MAJ:MIN', loop])).stdout
    .trim()
    .split(':')
    .map(Number);
  if (major === undefined || minor === undefined) throw new Error(`no device numbers of ${loop}`);
  return { major, minor };
}

interface Observation {
  readonly breached: boolean;
  readonly stopped: string;
}

async function attack(attempt: AccompliceAttempt, fixture: AttackFixture | undefined): Promise<Observation> {
  if (fixture === undefined) throw new Error('the fixture was not opened');
  try {
    return { breached: await attempt.attempt(fixture), stopped: '' };
  } catch (error) {
    if (!(error instanceof AttemptBlocked)) throw error;
    return { breached: false, stopped: error.message };
  }
}

async function check(attempt: AccompliceAttempt): Promise<void> {
  const real = await attack(attempt, fixtures.engine);
  expect(real.breached, `the bare engine did not let it: ${real.stopped}`).toBe(true);
  const observation = await attack(attempt, fixtures.gateway);
  // What stopped each attempt: for comparing two states of the code.
  if (process.env['ACCOMPLICE_REPORT'] !== undefined)
    console.log(`${attempt.id}: ${observation.breached ? 'OPEN' : observation.stopped}`);
  expect(observation.breached, 'a breach behind the gateway').toBe(false);
}

describe('an accomplice outside', () => {
  it('has at least 40 attempts, each with a name of its own', () => {
    expect(accompliceCorpus.length).toBeGreaterThanOrEqual(40);
    expect(new Set(accompliceCorpus.map(({ id }) => id)).size).toBe(accompliceCorpus.length);
  });
  const beside = accompliceCorpus.filter(({ alone }) => alone !== true);
  const alone = accompliceCorpus.filter((attempt) => attempt.alone === true);
  it.concurrent.for(beside)('$title ($id)', (attempt) => check(attempt));
  it.for(alone)('$title ($id)', (attempt) => check(attempt));
});
