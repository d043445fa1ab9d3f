import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { strictest, type ExplainedRequest, type Explanation } from '../../shared/explain/explanation.ts';
import { chosenBackend, runtimeNameOf } from '../../shared/isolation/requirements.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import { createEngineFacts } from '../enforce/engine-facts.ts';
import { listenOn } from '../http/listener.ts';
import { createImageTrust } from '../trust/create-image-trust.ts';
import type { ImageTrust } from '../trust/image-trust.ts';
import { absentFacts, serveAbsentEngine } from './absent-engine.ts';
import { dryRun } from './dry-run.ts';
import { dryRunSockets } from './dry-run-sockets.ts';

export interface ExplainOptions {
  /** A Docker command line without `docker`: ['run', '--pid=host', 'alpine']. */
  readonly args: readonly string[];
  readonly settings: EffectiveSettings;
  /** Socket of the engine that answers what has to be known; null: there is none. */
  readonly engineSocket: string | null;
  /** What the gateway that enforces would have been started with. */
  readonly clientSocket: string;
  readonly engineSockets: readonly string[];
  readonly engineDirectories: readonly string[];
  readonly stateDirectory: string;
  /** Takes every image for trusted that wants the Docker socket, instead of asking registries. */
  readonly assumeImageTrusted?: boolean;
  readonly workingDirectory?: string;
}

/** Commands that do all they do through the engine's API. Not among them: plugins (compose, buildx), and what changes the client's own files. */
const commands = new Set([
  'attach', 'build', 'builder', 'checkpoint', 'commit', 'container', 'cp', 'create', 'diff', 'events', 'exec', 'export', 'history', 'image', 'images', 'import', 'info', 'inspect', 'kill', 'load', 'logs',
  'network', 'node', 'pause', 'plugin', 'port', 'ps', 'pull', 'push', 'rename', 'restart', 'rm', 'rmi', 'run', 'save', 'secret', 'config', 'service', 'stack', 'start', 'stats', 'stop', 'swarm', 'system', 'tag', 'top',
  'unpause', 'update', 'version', 'volume', 'wait',
]);
/** Options by which the client writes files before it asks the engine. */
const writing = /^--(?:iidfile|cidfile|metadata-file)(?:=|$)/;
const timeoutMs = 60_000;
/** How much is kept of what the client said. */
const maxWords = 16 * 1024;

/**
 * What would become of a Docker command line under these settings. The real `docker` runs against a private socket behind which the
 * gateway's own code decides, and nothing but reads gets to the engine; its first request that would change something ends it.
 * Errors: `input.unusable` for what is no such command line, `engine.not-installed` without the Docker command line.
 */
export async function explainCommand(options: ExplainOptions): Promise<Result<Explanation, AppError>> {
  const [command = ''] = options.args;
  if (!commands.has(command)) {
    return fail('input.unusable', command === '' ? 'there is no command to explain' : `"${command}" can't be explained`, {
      hint: 'Give a Docker command as you would type it, without "docker" and its general options: bulkhead explain -- run --pid=host alpine. Compose and buildx do more than ask the engine, and are not run.',
    });
  }
  const writes = options.args.find((argument) => writing.test(argument));
  if (writes !== undefined) return fail('input.unusable', `${writes} would write a file`, { hint: 'Leave it out: it changes nothing about what is decided.' });

  const directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-explain-'));
  const missing = new Set<string>();
  const requests: ExplainedRequest[] = [];
  const facts = options.engineSocket === null ? absentFacts((what) => { missing.add(what); }) : createEngineFacts(options.engineSocket);
  const trust = options.assumeImageTrusted === true ? assumedTrust : createImageTrust({ facts, stateDirectory: options.stateDirectory, readOnly: true });
  const absent = options.engineSocket === null ? await serveAbsentEngine(path.join(directory, 'engine.sock')) : null;
  try {
    const state = { settings: options.settings, generation: 0, problem: null };
    const decide = dryRun({
      settings: { current: () => state, close: () => undefined }, facts, runtime: runtimeNameOf(chosenBackend(options.settings.backend)), requireUserNamespace: true,
      engineDirectories: options.engineDirectories, engineSockets: options.engineSockets, clientSocket: options.clientSocket, sockets: dryRunSockets(options.stateDirectory, trust),
    }, (request) => { requests.push(request); });
    const socket = path.join(directory, 'docker.sock');
    const listener = await listenOn({ path: socket }, {
      engineSocket: options.engineSocket ?? path.join(directory, 'engine.sock'), decide, origin: { kind: 'clients' }, log: () => undefined, malformed: () => undefined, group: '',
    });
    if (!listener.ok) return listener;
    const said = await runClient(options, directory, socket);
    await listener.value.close(0);
    if (!said.ok) return said;
    if (requests.length === 0 && said.value.code !== 0) return fail('input.unusable', 'docker does not take this command line', { reason: firstLine(said.value.words), hint: 'See docker --help.' });
    return ok({
      eci: options.settings.eci.value, mode: options.settings.mode, outcome: strictest(requests.map(({ outcome }) => outcome)), requests, missingFacts: [...missing],
      notes: [
        ...(requests.length > 0 ? ['later-requests' as const] : []), ...(requests.some(({ target }) => /\/build\b/.test(target)) ? ['build-calls' as const] : []),
        ...(options.assumeImageTrusted === true ? ['image-assumed' as const] : []),
      ],
    });
  } finally {
    trust.close();
    facts.close();
    await absent?.close();
    await rm(directory, { recursive: true, force: true });
  }
}

const assumedTrust: ImageTrust = {
  decide: (image) => Promise.resolve({ trusted: true, imageId: '', allowedBy: `(assumed for ${image})`, derivedFrom: null }),
  close: () => undefined,
};

/** Runs the real client with nothing of the user's own configuration, so that it goes nowhere else. */
async function runClient(options: ExplainOptions, directory: string, socket: string): Promise<Result<{ code: number; words: string }, AppError>> {
  const config = path.join(directory, 'config');
  await mkdir(config);
  // BuildKit asks by calls on a connection that the engine would have to take up; the older builder asks the same by parameters.
  const environment = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', LANG: 'C.UTF-8', DOCKER_CONFIG: config, DOCKER_HOST: `unix://${socket}`, DOCKER_BUILDKIT: '0', DOCKER_CLI_HINTS: 'false' };
  return new Promise((resolve) => {
    const child = spawn('docker', [...options.args], { env: environment, cwd: options.workingDirectory ?? process.cwd(), stdio: ['ignore', 'ignore', 'pipe'], timeout: timeoutMs, killSignal: 'SIGKILL' });
    let words = '';
    child.stderr.on('data', (part: Buffer) => { if (words.length < maxWords) words += part.toString('utf8'); });
    child.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ENOENT' ? fail('engine.not-installed', 'the Docker command line is not installed', { hint: 'Install it: apt-get install docker-cli.' }) : fail('input.unusable', 'docker could not be run', { cause: error }));
    });
    child.once('close', (code) => { resolve(ok({ code: code ?? 1, words })); });
  });
}

/** What the client complains about, without its advice on builders. */
function firstLine(text: string): string {
  return text.replace(/DEPRECATED:[\s\S]*?environment-variable\.\s*/, '').split('\n').find((line) => line.trim() !== '')?.trim() ?? '';
}
