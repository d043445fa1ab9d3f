import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepAllContainers } from '../../shared/apply/plan.ts';
import { startEngine } from '../../tests/support/embedded-engine.ts';
import { exitWithIdMap, idMapOfExitCode } from '../../tests/support/id-map-exit-code.ts';
import { docker as dockerOn, importBusybox, removeEngineRoot } from '../../tests/support/real-engine.ts';
import { openTarget } from '../targets/embedded/target.ts';
import type { Target } from '../target.ts';

const project = path.resolve(import.meta.dirname, '../..');
const states = ['on', 'audit', 'off'] as const;
const switches = 20;

let root: string;
let scratch: string;
let target: Target;
const docker = (...args: string[]) => dockerOn(target.paths.clientSocket, ...args);

beforeAll(async () => {
  root = await mkdtemp('/tmp/bh-');
  scratch = await mkdtemp('/tmp/bh-shared-');
  target = openTarget(root, { bulkheadCommand: path.join(project, 'bin/bulkhead'), projectRoot: project });
  await startEngine(target.driver);
  await importBusybox(target.paths.engineSocket);
  await writeFile(path.join(scratch, 'Dockerfile'), 'FROM busybox\nRUN cat /proc/self/uid_map\n');
});
afterAll(async () => {
  target.dispose();
  await target.driver.stop();
  await removeEngineRoot(root);
  await rm(scratch, { recursive: true, force: true });
});

const settings = (state: (typeof states)[number]): string =>
  JSON.stringify({
    configurationFileVersion: 2,
    enhancedContainerIsolation: { locked: true, value: state !== 'off' },
    filesharingAllowedDirectories: [{ path: scratch, sharedByDefault: true }],
    bulkhead: { mode: state === 'audit' ? 'audit' : 'enforce', existingContainers: 'warn' },
  });

/** Applies; resolves with the problem, or null. */
async function apply(text: string): Promise<string | null> {
  const { appliedHash } = await target.settings.read();
  const started = await target.startApply({ text, choices: keepAllContainers, baseHash: appliedHash });
  if (!started.ok) return `${started.error.code}: ${started.error.message}`;
  const { outcome, steps } = await started.value.done;
  if (outcome?.kind !== 'applied') return JSON.stringify(outcome);
  return steps.some(({ step, state }) => step === 'restart-engine' && state === 'done')
    ? 'the engine was restarted'
    : null;
}

interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const spawnDocker = (args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess =>
  spawn('docker', ['-H', `unix://${target.paths.clientSocket}`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });

function runDocker(args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawnDocker(args, environment);
    const output = { stdout: '', stderr: '' };
    child.stdout?.on('data', (part: Buffer) => (output.stdout += part.toString()));
    child.stderr?.on('data', (part: Buffer) => (output.stderr += part.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, ...output });
    });
  });
}

/** A command that keeps printing for the whole test. */
class Stream {
  readonly name: string;
  readonly #child: ChildProcess;
  lines = 0;
  /** How it ended, if it ended unexpectedly. */
  ended: string | null = null;

  constructor(name: string, args: readonly string[]) {
    this.name = name;
    this.#child = spawnDocker(args);
    let errors = '';
    this.#child.stdout?.on('data', (part: Buffer) => (this.lines += part.toString().split('\n').length - 1));
    this.#child.stderr?.on('data', (part: Buffer) => (errors += part.toString()));
    this.#child.once('close', (code) => (this.ended ??= `${name} ended with ${code}: ${errors}`));
  }

  /** Resolves when it has printed another line. */
  async proceeds(): Promise<void> {
    const before = this.lines;
    await expect.poll(() => this.ended !== null || this.lines > before).toBe(true);
  }

  end(): void {
    this.ended ??= '';
    this.#child.kill();
  }
}

/** Repeats an action until it is stopped, and counts the outcomes. */
class Loop {
  readonly outcomes = new Map<string, number>();
  readonly failures: string[] = [];
  readonly #done: Promise<void>;
  #isEnding = false;

  /** `classify`: the outcome of a command's result, null for an unacceptable one. */
  constructor(
    commandAt: (round: number) => Promise<CommandResult>,
    classify: (result: CommandResult) => string | null,
  ) {
    this.#done = (async () => {
      for (let round = 0; !this.#isEnding; round++) {
        const result = await commandAt(round);
        const outcome = classify(result);
        if (outcome === null) this.failures.push(JSON.stringify(result));
        else this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
      }
    })();
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#done;
  }
}

const mapOf = ({ code }: CommandResult): 'plain' | 'isolated' | null => idMapOfExitCode[code ?? 0] ?? null;

test(
  `ECI is switched ${switches} times under load: nothing fails, no stream ends, no container stops`,
  { timeout: 900_000 },
  async () => {
    const printLines = ['sh', '-c', 'while :; do echo line; sleep 0.2; done'];
    await docker('run', '--detach', '--name', 'plain', 'busybox', ...printLines);
    expect(await apply(settings('on'))).toBeNull();
    await docker('run', '--detach', '--name', 'isolated', '--volume', 'data:/data', 'busybox', ...printLines);
    const inspect = () =>
      docker(
        'inspect',
        '--format',
        '{{.State.StartedAt}} {{.State.Pid}} {{.RestartCount}}',
        'plain',
        'isolated',
      );
    const before = { containers: await inspect(), engine: await target.driver.status() };

    const streams = ['plain', 'isolated'].flatMap((name) => [
      new Stream(`logs of ${name}`, ['logs', '--follow', '--since', '0s', name]),
      new Stream(`attach to ${name}`, ['attach', '--no-stdin', name]),
      new Stream(`exec in ${name}`, ['exec', name, ...printLines]),
    ]);
    const map = ['busybox', 'sh', '-c', exitWithIdMap];
    const mounts = ['--volume', 'data:/data', '--volume', `${scratch}:/shared`];
    const loops = {
      run: new Loop(() => runDocker(['run', '--rm', ...mounts, ...map]), mapOf),
      exec: new Loop(
        () => runDocker(['exec', 'isolated', 'sh', '-c', exitWithIdMap]),
        (result) => (mapOf(result) === 'isolated' ? 'isolated' : null),
      ),
      build: new Loop(
        (round) =>
          runDocker(['build', '--no-cache', '--quiet', scratch], {
            DOCKER_BUILDKIT: round % 2 === 0 ? '1' : '0',
          }),
        ({ code }) => (code === 0 ? 'built' : null),
      ),
      // Allowed without isolation, or refused by the gateway; an isolated container, or an error of the
      // runtime, would be neither.
      'run --pid=host': new Loop(
        () => runDocker(['run', '--rm', '--pid=host', ...map]),
        (result) =>
          mapOf(result) === 'plain'
            ? 'allowed'
            : result.code === 125 && result.stderr.includes('enhanced container isolation: ')
              ? 'refused'
              : null,
      ),
    };
    const failed: string[] = [];
    for (let i = 1; i <= switches; i++) {
      const state = states[i % states.length] ?? 'on';
      const problem = await apply(settings(state));
      if (problem !== null) failed.push(`switch ${i} to ${state}: ${problem}`);
    }
    await Promise.all(streams.map((stream) => stream.proceeds()));
    await Promise.all(Object.values(loops).map((loop) => loop.end()));
    const ended = streams.flatMap((stream) => (stream.ended === null ? [] : [stream.ended]));
    for (const stream of streams) stream.end();

    expect(failed).toEqual([]);
    expect(ended).toEqual([]);
    expect(
      Object.entries(loops).flatMap(([name, { failures }]) => failures.map((one) => `${name}: ${one}`)),
    ).toEqual([]);
    expect([...loops.run.outcomes.keys()].sort()).toEqual(['isolated', 'plain']);
    expect([...loops['run --pid=host'].outcomes.keys()].sort()).toEqual(['allowed', 'refused']);
    expect(await inspect()).toBe(before.containers);
    const { dockerdPid, generation } = before.engine;
    expect(await target.driver.status()).toMatchObject({ dockerdPid, generation });
  },
);
