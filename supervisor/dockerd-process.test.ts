import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freeOctet, startDockerd, type DockerdSettings } from './dockerd-process.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp('/tmp/bh-fake-');
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

/**
 * Settings under which `dockerd` is a script: it fails `failures` times with the message `words`, then
 * responds to pings.
 */
async function fakeDockerd(failures: number, errorText: string): Promise<DockerdSettings> {
  const socket = path.join(directory, 'engine.sock');
  const server = `require('node:http').createServer((q, r) => r.end('OK')).listen(${JSON.stringify(socket)})`;
  await writeFile(
    path.join(directory, 'dockerd'),
    `#!/bin/sh
echo start >> '${directory}/starts'
if [ "$(wc -l < '${directory}/starts')" -le ${failures} ]; then echo '${errorText}'; exit 1; fi
exec '${process.execPath}' -e '${server.replaceAll("'", '"')}'
`,
  );
  await chmod(path.join(directory, 'dockerd'), 0o755);
  return {
    dataRoot: path.join(directory, 'data'),
    execRoot: path.join(directory, 'exec'),
    socket,
    configFile: '/dev/null',
    logFile: path.join(directory, 'log'),
    bridge: 'none-made',
    subnet: { octet: 99 },
    env: { PATH: `${directory}:${process.env['PATH'] ?? ''}` },
  };
}
const starts = async () => (await readFile(path.join(directory, 'starts'), 'utf8')).trim().split('\n').length;

it('a start that lost the race for the firewall chains is repeated', async () => {
  const settings = await fakeDockerd(
    2,
    'failed to start daemon: unable to add return rule in DOCKER-ISOLATION-STAGE-2 chain: iptables failed',
  );
  const spawned: number[] = [];
  const dockerd = await startDockerd(settings, {
    onSpawned: (one) => {
      spawned.push(one.pid);
    },
  });
  expect(await starts()).toBe(3);
  expect(spawned.at(-1)).toBe(dockerd.pid);
  dockerd.child.kill('SIGKILL');
  await dockerd.exited;
});

it('a failing start is not repeated forever, nor once dockerd is to stop', async () => {
  await expect(startDockerd(await fakeDockerd(99, 'iptables is missing'))).rejects.toThrow(
    /iptables is missing/,
  );
  expect(await starts()).toBe(4);
  await rm(path.join(directory, 'starts'));
  await expect(
    startDockerd(await fakeDockerd(99, 'iptables is missing'), { cancelled: () => true }),
  ).rejects.toThrow(/iptables is missing/);
  expect(await starts()).toBe(1);
});

it('any other failure is reported at once', async () => {
  await expect(startDockerd(await fakeDockerd(99, 'no space left on device'))).rejects.toThrow(
    /no space left/,
  );
  expect(await starts()).toBe(1);
});

it.each([
  ['nothing is used but by a default route', 'default via 192.0.2.1 dev eth0\n', 100],
  ['an address', '2: eth0    inet 10.100.3.4/24 brd 10.100.3.255 scope global eth0\n', 101],
  ['a route', '10.100.0.0/15 via 192.0.2.9 dev tun0\n', 102],
  ['a route that covers some', '10.96.0.0/11 via 192.0.2.9 dev tun0\n', 128],
  ['a route that covers all, and a smaller one', '10.0.0.0/8 dev tun0\n10.100.7.0/24 dev eth1\n', 101],
])('a free subnet: %s', (_name, used, octet) => {
  expect(freeOctet(used, 10)).toBe(octet);
});
