import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { sha256 } from '../base/files.ts';
import { writeVersion } from './history.ts';

export const codeOf = (result: { ok: true } | { ok: false; error: { code: string } }) =>
  result.ok ? 'ok' : result.error.code;

/** Adds an applied version to history. */
export async function addVersion(
  history: string,
  version: number,
  settings: string,
  eci = false,
  at = '2026-11-28T09:00:00Z',
): Promise<void> {
  const written = await writeVersion(history, {
    entry: {
      version,
      at,
      uid: 0,
      user: 'root',
      hash: sha256(settings),
      fromHash: '',
      how: 'apply',
      eci,
      durationsMs: {},
    },
    settings,
    daemonJson: null,
  });
  if (!written.ok) throw new Error(written.error.message);
}

/**
 * Runs a module text in a Node process of its own, as user `uid` once its imports are loaded: that user may
 * not be able to read this directory.
 */
export function runScript(text: string, args: string[] = [], { uid }: { uid?: number } = {}) {
  const become =
    uid === undefined ? '' : `process.setgroups([]); process.setgid(${uid}); process.setuid(${uid});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', `${become} ${text}`, '--', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  return { child, done: once(child, 'exit').then(() => out) };
}
export const module = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
