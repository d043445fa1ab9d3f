import { spawn } from 'node:child_process';

/** A display for the window: the one there is, or an Xvfb of our own on a number it finds free itself. */
export interface Display { readonly name: string; stop(): Promise<void> }

export async function startDisplay(): Promise<Display> {
  const present = process.env['DISPLAY'];
  if (present !== undefined && present !== '') return { name: present, stop: () => Promise.resolve() };
  const xvfb = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp', '-noreset'], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  let said = '';
  xvfb.stderr?.on('data', (chunk: Buffer) => { said = (said + String(chunk)).slice(-2000); });
  const ended = new Promise<void>((resolve) => { xvfb.once('exit', () => { resolve(); }).once('error', () => { resolve(); }); });
  const number = await Promise.race([
    new Promise<string>((resolve) => { xvfb.stdio[3]?.once('data', (chunk: Buffer) => { resolve(String(chunk).trim()); }); }),
    ended.then(() => ''),
  ]);
  if (number === '') throw new Error(`Xvfb did not start: install the package xvfb (${said.trim()})`);
  return { name: `:${number}`, stop: async () => { xvfb.kill('SIGTERM'); await ended; } };
}
