import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker, startBareEngine, type BareEngine } from '../../tests/support/real-engine.ts';
import { startGateway, type Gateway } from '../server.ts';

// Networks on a machine at 10.240.1.1/24, which reaches 10.241.0.0/16 by a router there; this process has a
// network namespace of its own.
const run = promisify(execFile);
const ip = async (line: string) => (await run('ip', line.split(' '))).stdout;

let engine: BareEngine;
let gateway: Gateway;
let scratch: string;
const g = (line: string) => docker(gateway.listenSocket, ...line.split(' '));
const failure = (line: string): Promise<string> =>
  g(line).then(
    (out) => `was not refused: ${out}`,
    (error: unknown) => String((error as { stderr?: string }).stderr ?? error), // of a command that failed
  );

beforeAll(async () => {
  engine = await startBareEngine({ daemonJson: { runtimes: { bulkhead: { path: '/usr/sbin/runc' } } } });
  scratch = await mkdtemp('/tmp/bulkhead-networks-');
  const settingsFile = path.join(scratch, 'admin-settings.json');
  await writeFile(
    settingsFile,
    JSON.stringify({
      configurationFileVersion: 2,
      enhancedContainerIsolation: { locked: true, value: true },
    }),
  );
  const started = await startGateway({
    engineSocket: engine.socket,
    listenSocket: path.join(scratch, 'docker.sock'),
    settingsFile,
    engineDirectories: [engine.root],
    requireUserNamespace: false,
  });
  if (!started.ok) throw new Error(started.error.message);
  gateway = started.value;
  await ip('link add lan type bridge');
  await ip('address add 10.240.1.1/24 dev lan');
  await ip('address add fd00:240::1/64 dev lan');
  await ip('link set lan up');
  await ip('route add 10.241.0.0/16 via 10.240.1.254');
});
afterAll(async () => {
  await gateway?.close(0);
  await engine?.stop();
  if (scratch) await rm(scratch, { recursive: true, force: true });
});

describe("networks and the machine's own", () => {
  it('creates a network where the machine has nothing, and creates it again', async () => {
    for (const time of [1, 2]) {
      const inside = '--ip-range 10.242.1.128/25 --gateway 10.242.1.9 --aux-address x=10.242.1.7';
      await g(`network create --subnet 10.242.1.0/24 ${inside} free`);
      expect(await ip('route get 10.242.1.77'), `time ${time}`).toContain('dev br-');
      await g('network rm free');
    }
    await g('network create --ipv6 --subnet fd00:242::/64 free');
    await g('network rm free');
    await g('network create free');
    await g('network rm free');
  });
  it.each([
    [
      '--subnet 10.240.1.0/25',
      /10\.240\.1\.0\/25 is blocked: .* \(.* has a route to 10\.240\.1\.0\/24\); no setting allows it/,
    ],
    ['--subnet 10.240.0.0/16', /has a route to 10\.240\.1\.0\/24/],
    ['--subnet 10.241.9.0/24', /has a route to 10\.241\.0\.0\/16/],
    ['--ipv6 --subnet fd00:240::/96', /has a route to fd00:240::\/64/],
    ['--ipv6 --subnet fd00:240::8000:0:0:0/65', /has a route to fd00:240::\/64/],
    ['--subnet 9.9.9.0/24', /only private addresses are for networks/],
    ['--internal --subnet 169.254.169.0/24', /only private addresses/],
    [
      '--subnet 10.240.1.0/25 -o com.docker.network.bridge.inhibit_ipv4=true',
      /has a route to 10\.240\.1\.0\/24/,
    ],
    ['--config-only --subnet 9.9.9.0/24', /only private addresses/],
    ['-o com.docker.network.bridge.name=lan', /has an interface of that name/],
    ['-d macvlan -o parent=lan -o macvlan_mode=passthru', /macvlan_mode=passthru is blocked/],
  ])('refuses %s', async (options, message) => {
    expect(await failure(`network create ${options} n`)).toMatch(message);
  });
  it("reports the engine's error where one of its own networks conflicts", async () => {
    await g('network create --subnet 10.242.2.0/24 first');
    expect(await failure('network create --subnet 10.242.2.0/24 second')).toMatch(/[Pp]ool overlaps/);
    await g('network rm first');
  });
  it('allows macvlan the addresses of its parent network: the machine gets no new route', async () => {
    await ip('link add wire type veth peer name far');
    await ip('address add 10.243.1.1/24 dev wire');
    await ip('link set wire up');
    const before = await ip('route');
    await g('network create -d macvlan -o parent=wire --subnet 10.243.1.0/24 --gateway 10.243.1.254 onlan');
    await g('run -d --name there --network onlan busybox sleep 100');
    expect(await ip('route')).toBe(before);
    await g('rm -f there');
    await g('network rm onlan');
  });
  it('is compared with what the machine has at that moment', async () => {
    await ip('link add later type bridge');
    await ip('address add 10.244.1.1/24 dev later');
    await ip('link set later up');
    expect(await failure('network create --subnet 10.244.1.0/24 n')).toMatch(
      /has a route to 10\.244\.1\.0\/24/,
    );
    await ip('link del later');
    await g('network create --subnet 10.244.1.0/24 -o com.docker.network.bridge.name=later n');
    // It is the engine's own by now.
    expect(await failure('network create --subnet 10.244.1.0/24 again')).toMatch(/[Pp]ool overlaps/);
    await g('network rm n');
  });
});
