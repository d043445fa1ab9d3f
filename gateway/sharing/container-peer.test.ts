import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { isInContainer } from './container-peer.ts';
import { requires } from '../../tests/support/requires.ts';

const id = 1_500_000_000;
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Pid of a program that says something when it is as it is to be, and stays. */
async function running(command: string, ...args: string[]): Promise<number> {
  const child = spawn(command, [...args, 'sh', '-c', 'echo here; read line'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

// As root: only root gets another id.
describe.runIf(requires('root'))('a client with an id that containers run with', () => {
  it('is not in a container when a process of the machine has the id (directory service)', async () => {
    const pid = await running('setpriv', `--reuid=${id}`, '--regid=5', '--clear-groups');
    expect(isInContainer({ pid, uid: id, gid: 5 })).toBe(false);
    // Not the client's process: its pid was reused.
    expect(isInContainer({ pid, uid: id + 1, gid: 5 })).toBe(true);
  });

  it('is in a container when it is in a user namespace of its own, or has ended', async () => {
    const pid = await running('setpriv', `--reuid=${id}`, '--regid=5', '--clear-groups', 'unshare', '--user');
    expect(isInContainer({ pid, uid: id, gid: 5 })).toBe(true);
    expect(isInContainer({ pid: 4_194_304, uid: id, gid: 5 })).toBe(true);
  });

  it('is not looked up for other clients', () => {
    expect(isInContainer({ pid: 4_194_304, uid: 1000, gid: 1000 })).toBe(false);
  });
});
