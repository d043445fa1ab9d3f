import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Network } from './network.ts';
import { freePort } from '../../scripts/free-port.mjs';

/** Debian's docker-registry on 127.0.0.1, with a port and a directory of its own. */
export interface Registry {
  /** `127.0.0.1:PORT`: engines accept it without TLS. */
  readonly host: string;
  /** Lines of its log so far: requests and errors. */
  log(): string;
  /** Ends the process; the port and pushed content stay for `start`. */
  halt(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and deletes pushed content. */
  stop(): Promise<void>;
}

/** The user accepted by a registry with `login: true`. */
export const registryUser = { name: 'tester', password: 'secret' } as const;
const htpasswd = 'tester:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n';

export interface RegistryOptions {
  /** Only `registryUser` may push and pull. */
  readonly login?: boolean;
  /** The network namespace in which it listens (default: this process's). */
  readonly network?: Network;
}

/** Starts a registry and resolves when it listens. Pair with `stop()`. */
export async function startRegistry(options: RegistryOptions = {}): Promise<Registry> {
  const directory = await mkdtemp('/tmp/bulkhead-registry-');
  const host = `127.0.0.1:${await freePort()}`;
  const config = path.join(directory, 'config.yml');
  await writeFile(path.join(directory, 'htpasswd'), htpasswd);
  const login = `auth: {htpasswd: {realm: test, path: ${path.join(directory, 'htpasswd')}}}\n`;
  await writeFile(
    config,
    `version: 0.1
storage: {filesystem: {rootdirectory: ${path.join(directory, 'data')}}, delete: {enabled: true}}
http: {addr: "${host}"}
${options.login === true ? login : ''}`,
  );
  let text = '';
  let end: (() => Promise<void>) | null = null;
  const start = async () => {
    const [program = '', ...args] = [...(options.network?.enter ?? []), 'docker-registry', 'serve', config];
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'exit');
    end = async () => {
      end = null;
      child.kill('SIGTERM');
      await ended;
    };
    await new Promise<void>((resolve, reject) => {
      let since = '';
      const read = (part: Buffer) => {
        text += part.toString();
        since += part.toString();
        if (since.includes('listening on')) resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('error', reject);
      child.once('exit', (code) => {
        reject(new Error(`docker-registry ended with ${code}: ${since}`));
      });
    });
  };
  await start();
  return {
    host,
    log: () => text,
    start,
    halt: async () => {
      await end?.();
    },
    stop: async () => {
      await end?.();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
