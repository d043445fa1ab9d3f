import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import path from 'node:path';
import { waitForEngine } from '../../supervisor/dockerd-process.ts';
import { docker, importBusybox, removeEngineRoot } from './real-engine.ts';

/**
 * A dockerd like the machine's own under a service manager: its default bridge `docker0`, the firewall chains
 * that every dockerd shares, and no address pool. Only in a test's network namespace.
 */
export interface OtherEngine {
  docker(...args: string[]): Promise<string>;
  /** Ends it and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOtherEngine(daemonJson: object = {}): Promise<OtherEngine> {
  const root = await mkdtemp('/tmp/bh-');
  const at = (name: string) => path.join(root, name);
  await writeFile(at('daemon.json'), JSON.stringify(daemonJson));
  let child: ChildProcess;
  const start = async () => {
    const log = openSync(at('dockerd.log'), 'a');
    const args = [
      '--data-root',
      at('data'),
      '--exec-root',
      at('exec'),
      '--host',
      `unix://${at('engine.sock')}`,
    ];
    child = spawn(
      'dockerd',
      [...args, '--pidfile', at('dockerd.pid'), '--config-file', at('daemon.json'), '--group', 'root'],
      { stdio: ['ignore', log, log], detached: true },
    );
    closeSync(log);
    const exited = once(child, 'exit').then(([code, signal]: unknown[]) => String(code ?? signal));
    await waitForEngine(
      { pid: child.pid ?? -1, child, exited },
      { socket: at('engine.sock'), logFile: at('dockerd.log') },
    );
  };
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  };
  const stop = async () => {
    await end();
    await removeEngineRoot(root);
  };
  try {
    await start();
    await importBusybox(at('engine.sock'));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    docker: (...args) => docker(at('engine.sock'), ...args),
    restart: async () => {
      await end();
      await start();
    },
    stop,
  };
}
