import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { endProcesses, identityOf, isAlive, runningProcesses } from './process-identity.ts';
import { startOf } from '../../shared/process/process-stat.ts';
import { requires } from '../../tests/support/requires.ts';

const stat = (name: string, state = 'S') =>
  `42 (${name}) ${state} 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2`;

it.each(['sh', 'a b', 'x) R 1 (y', '((', ''])(
  'start time is found whatever the process is called: %j',
  (name) => {
    expect(startOf(stat(name))).toBe('987654');
  },
);

it.each([stat('sh', 'Z'), stat('sh', 'X'), '', 'nonsense'])('a zombie or no process has none', (text) => {
  expect(startOf(text)).toBeNull();
});

it('this process is alive; a process of the same pid with another start or boot is not', async () => {
  const self = await identityOf(process.pid);
  if (self === null) throw new Error('no identity');
  expect(await isAlive(self)).toBe(true);
  expect(await isAlive({ ...self, started: `${self.started}0` })).toBe(false);
  expect(await isAlive({ ...self, boot: 'another' })).toBe(false);
});

it('lists command lines as they were given', async () => {
  const self = (await runningProcesses()).find((p) => p.pid === process.pid);
  expect(self?.parent).toBe(process.ppid);
  expect(self?.args.length).toBeGreaterThan(0);
});

// As root: only root can change its user.
it.runIf(requires('root'))(
  "tells root's processes from those that users and containers call alike",
  async () => {
    const is = async (...command: string[]) => {
      const child = spawn(command[0] ?? '', [...command.slice(1), 'sh', '-c', 'echo here; read line'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      const found = (await runningProcesses()).find((p) => p.pid === child.pid)?.isRootProcess;
      child.kill();
      return found;
    };
    expect(await is('env')).toBe(true);
    expect(await is('setpriv', '--ruid=1000', '--euid=0', '--')).toBe(false);
    expect(await is('unshare', '--user', '--map-root-user')).toBe(false);
  },
);

it('a process that ignores SIGTERM is killed after the grace period', async () => {
  const child = spawn(
    'sh',
    ['-c', 'trap "" TERM; echo set; while :; do read -r _ || exec sleep 1000; done'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  await once(child.stdout, 'data');
  const identity = await identityOf(child.pid ?? -1);
  if (identity === null) throw new Error('no identity');
  const exited = once(child, 'exit');
  await endProcesses([identity], 50);
  expect(await isAlive(identity)).toBe(false);
  expect((await exited)[1]).toBe('SIGKILL');
});

it('does not end a process that has the recorded pid but another start time', async () => {
  const child = spawn('sleep', ['1000']);
  const identity = await identityOf(child.pid ?? -1);
  if (identity === null) throw new Error('no identity');
  await endProcesses([{ ...identity, started: '1' }], 50);
  expect(await isAlive(identity)).toBe(true);
  const exited = once(child, 'exit');
  child.kill();
  await exited;
});
