import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEmbeddedDriver } from './driver.ts';
import type { EngineState } from './engine-state.ts';
import { identityOf, isAlive } from '../../base/process-identity.ts';
import { rootPaths } from '../../base/root-paths.ts';
import { requires } from '../../../tests/support/requires.ts';

const alice = 1000;
let directory: string;
let named: ChildProcess;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-embedded-'));
  named = spawn('sleep', ['60'], { stdio: 'ignore' });
});
afterEach(async () => {
  named.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

// As root: only root can change the owner of directories, and stop engines.
describe.runIf(requires('root'))('an engine directory of another user', () => {
  it.each(['stop', 'restart'] as const)(
    'names no process to root, and has nothing written through its links, by a %s',
    async (what) => {
      const root = path.join(directory, 'engine');
      const elsewhere = path.join(directory, 'elsewhere');
      const paths = rootPaths(root);
      await mkdir(paths.logs, { recursive: true });
      await mkdir(elsewhere);
      await symlink(path.join(elsewhere, 'log'), path.join(paths.logs, 'supervisor.log'));
      const identity = await identityOf(named.pid ?? 0);
      if (identity === null) throw new Error('sleep did not start');
      const state: EngineState = {
        version: 1,
        supervisor: identity,
        phase: 'ready',
        generation: 1,
        readyAt: null,
        eci: true,
        dockerd: identity,
        gateway: null,
        planner: null,
        error: null,
        problem: null,
      };
      await writeFile(paths.state, JSON.stringify(state));
      await chown(root, alice, alice);

      const driver = createEmbeddedDriver(paths, { bulkheadCommand: '/bin/false' });
      expect(await driver[what]({ timeoutMs: 5000 })).toMatchObject({
        ok: false,
        error: { code: 'engine.root-invalid' },
      });
      expect(await isAlive(identity)).toBe(true);
      expect(await readdir(elsewhere)).toEqual([]);
    },
  );
});

describe('an engine whose directory is gone', () => {
  const statusOf = (root: string) =>
    createEmbeddedDriver(rootPaths(root), { bulkheadCommand: '/nowhere' }).status();

  const withGateway = async (root: string, use: (gateway: ChildProcess) => Promise<void>) => {
    const gateway = spawn(
      process.execPath,
      [
        '-e',
        'console.log(); setInterval(() => {}, 1000)',
        'gateway',
        '--listen',
        `unix://${rootPaths(root).clientSocket}`,
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    try {
      await once(gateway.stdout, 'data');
      await use(gateway);
    } finally {
      gateway.kill('SIGKILL');
    }
  };

  it('is not reported as stopped while its gateway keeps running', async () => {
    const root = path.join(directory, 'gone');
    await withGateway(root, async () => {
      const status = await statusOf(root);
      expect(status).toMatchObject({ phase: 'unreachable', missingRoot: root });
      expect(status.problem?.message).toContain(
        `The content of ${root} is gone, while 1 process of this engine runs on`,
      );
    });
  });

  it.runIf(requires('root'))('a stop ends its remaining processes', async () => {
    const root = path.join(directory, 'gone');
    await withGateway(root, async (gateway) => {
      const exited = once(gateway, 'exit');
      const driver = createEmbeddedDriver(rootPaths(root), { bulkheadCommand: '/nowhere' });
      expect(await driver.stop()).toMatchObject({ ok: true, value: { phase: 'stopped', problem: null } });
      await exited;
    });
  });

  it('is stopped if none of its processes runs', async () => {
    expect(await statusOf(path.join(directory, 'gone'))).toMatchObject({ phase: 'stopped', problem: null });
    expect(await statusOf(path.join(directory, 'gone'))).not.toHaveProperty('missingRoot');
  });
});
