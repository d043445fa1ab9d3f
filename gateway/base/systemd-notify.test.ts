import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serviceManager } from './systemd-notify.ts';
import { requires } from '../../tests/support/requires.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync('/tmp/bh-notify-');
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const logged: string[] = [];
const log = (line: string): void => void logged.push(line);

it('nobody is notified where no service manager started the process', () => {
  expect(serviceManager({}, log)).toBeNull();
});

it('an address without a listener is logged, and is no failure', () => {
  const env = { NOTIFY_SOCKET: path.join(directory, 'absent'), WATCHDOG_USEC: '1000' };
  expect(serviceManager(env, log)).toBeNull();
  expect(logged.at(-1)).toContain('cannot be notified');
  // What is this process' alone is not handed down.
  expect(env).toEqual({});
});

// Node cannot receive datagrams of unix(7); Debian's build tools bring Python along.
it.runIf(requires('python3'))(
  'readiness, watchdog, stop and stored sockets reach the service manager',
  async () => {
    const address = path.join(directory, 'notify');
    const receiver = spawn('python3', [
      '-uc',
      `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound')
while True:
    data, rights, _, _ = s.recvmsg(4096, socket.CMSG_SPACE(4))
    print(data.decode().replace('\\n', ' '), len(rights))`,
      address,
    ]);
    const lines: string[] = [];
    const output = createInterface({ input: receiver.stdout }).on('line', (line) => lines.push(line));
    try {
      await once(output, 'line');
      const manager = serviceManager({ NOTIFY_SOCKET: address, WATCHDOG_USEC: '60000' }, log);
      manager?.ready();
      await expect.poll(() => lines).toContain('WATCHDOG=1 0');
      await manager?.listenerStore.keep('planner', { fd: 1 });
      manager?.listenerStore.drop('planner');
      manager?.stopping();
      manager?.status('not\nreplaced');
      manager?.handOver(77);
      manager?.stopping();
      const successor = serviceManager({ NOTIFY_SOCKET: address }, log, { isMain: false });
      await successor?.listenerStore.keep('clients', { fd: 1 });
      await expect.poll(() => lines).toContain('MAINPID=77 0');
      expect(lines.join(' ')).not.toContain('clients');
      successor?.becomeMainProcess();
      successor?.stopping();
      await expect
        .poll(() => lines.filter((line) => line !== 'WATCHDOG=1 0'))
        .toEqual([
          'bound',
          'READY=1 WATCHDOG=1 0',
          'FDSTOREREMOVE=1 FDNAME=planner 0',
          'FDSTORE=1 FDNAME=planner 1',
          'FDSTOREREMOVE=1 FDNAME=planner 0',
          'STOPPING=1 0',
          'STATUS=not replaced 0',
          'MAINPID=77 0',
          // A process that is not the main one yet.
          'FDSTOREREMOVE=1 FDNAME=clients 0',
          'FDSTORE=1 FDNAME=clients 1',
          'STOPPING=1 0',
        ]);
    } finally {
      receiver.kill();
      await once(receiver, 'close');
    }
  },
);
