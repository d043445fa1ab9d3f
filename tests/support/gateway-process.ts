import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { GatewayOptions } from '../../gateway/gateway-options.ts';

const project = path.resolve(import.meta.dirname, '../..');

/** See `GatewayOptions`; built by `runtime/build.sh`. */
export const layerGuardProgram = path.join(project, 'runtime/build/bulkhead-runc');

/** A gateway in a process of its own, as shipped: its memory is not affected by the test's process. */
export interface GatewayProcess {
  readonly socket: string;
  readonly pid: number;
  /** Replaces its settings; in force for the next request. */
  settings(document: Readonly<Record<string, unknown>>): Promise<void>;
  /** The decision log so far. */
  decisions(): Promise<string>;
  /** Resident memory now, and its maximum since start or `resetPeak`, in bytes. */
  memory(): Promise<{ readonly now: number; readonly peak: number }>;
  resetPeak(): Promise<void>;
  stop(): Promise<void>;
}

export interface GatewayProcessOptions {
  readonly engineSocket: string;
  /** The directory of its socket, settings and log. */
  readonly directory: string;
  readonly engineDirectory: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /**
   * Where it keeps persistent files; the engine's planner reads records in its own root. Default: below
   * `directory`.
   */
  readonly stateDirectory?: string;
}

/** Starts a gateway from source, under the flags of bin/bulkhead, and resolves when it listens. */
export async function startGatewayProcess(options: GatewayProcessOptions): Promise<GatewayProcess> {
  const at = (name: string) => path.join(options.directory, name);
  const socket = at('docker.sock');
  const write = (document: Readonly<Record<string, unknown>>) =>
    writeFile(at('admin-settings.json'), JSON.stringify(document));
  await write(options.settings);
  const server = JSON.stringify(path.join(project, 'gateway/server.ts'));
  const script = `const { startGateway } = await import(${server});
const started = await startGateway({ ...JSON.parse(process.argv[1]), log: (line) => console.error(line) });
if (!started.ok) throw new Error(started.error.message + (started.error.reason ?? ''));
console.log('gateway listening');
process.once('SIGTERM', () => { started.value.close(0).then(() => { process.exit(); }); });`;
  const child = spawn(
    process.execPath,
    [
      '--max-semi-space-size=1',
      '--expose-gc',
      '--input-type=module',
      '-e',
      script,
      JSON.stringify({
        engineSocket: options.engineSocket,
        listenSocket: socket,
        settingsFile: at('admin-settings.json'),
        auditFile: at('audit.jsonl'),
        engineDirectories: [options.engineDirectory],
        stateDirectory: options.stateDirectory ?? at('state'),
        layerGuardProgram,
      } satisfies GatewayOptions),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  let errors = '';
  child.stderr.on('data', (part: Buffer) => {
    errors += part.toString();
  });
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'gateway listening') resolve();
    });
    child.once('exit', (code) => {
      reject(new Error(`the gateway ended with ${code}: ${errors}`));
    });
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the gateway has no process id');
  return {
    socket,
    pid,
    settings: write,
    decisions: () => readFile(at('audit.jsonl'), 'utf8').catch(() => ''),
    async memory() {
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      const bytes = (field: string) =>
        Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
      return { now: bytes('VmRSS'), peak: bytes('VmHWM') };
    },
    resetPeak: () => writeFile(`/proc/${pid}/clear_refs`, '5'),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
