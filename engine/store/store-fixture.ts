import { spawn } from 'node:child_process';
import { once } from 'node:events';

export const codeOf = (result: { ok: true } | { ok: false; error: { code: string } }) =>
  result.ok ? 'ok' : result.error.code;

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
