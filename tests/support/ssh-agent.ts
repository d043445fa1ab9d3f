import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An SSH agent with one key. */
export interface Agent {
  readonly socket: string;
  /** As printed by `ssh-add -L`, without its comment. */
  readonly publicKey: string;
  close(): Promise<void>;
}

/** Starts one with its socket and key in `directory`. */
export async function openAgent(directory: string): Promise<Agent> {
  const socket = path.join(directory, 'agent.sock');
  const key = path.join(directory, 'agent-key');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'agent', '-f', key]);
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  // It prints its socket's name when it listens.
  await once(child.stdout, 'data');
  await run('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
  const publicKey = (await readFile(`${key}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
  return {
    socket,
    publicKey,
    close: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
