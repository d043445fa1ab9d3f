import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { administration } from './administration.ts';
import { Guest } from './guest.ts';
import { buildThatPrintsItsMap, everydayDockerUse } from './everyday-docker-use.ts';
import { startLoad } from './load.ts';
import {
  applySetting,
  engineFiles,
  installPackage,
  parseIdMap,
  runningSince,
  wholeMachine,
} from './product.ts';
import { expectSocketInContainer, startSocketContainer } from './socket-container.ts';

const eci = '/enhancedContainerIsolation/value';
const ownMap = 'cat /proc/self/uid_map';
const statusSchema = z.object({
  engine: z.object({ phase: z.string(), gatewayUp: z.boolean(), plannerUp: z.boolean(), problem: z.null() }),
  protection: z.string(),
  eci: z.boolean(),
  unprotected: z.number(),
  appliedVersion: z.number(),
  apply: z.enum(['running', 'interrupted']).nullable(),
});

const rangesSchema = z.array(
  z.object({ ranges: z.array(z.object({ first: z.number(), usedBy: z.string().nullable() })) }),
);

/** How often ECI is switched off and on again under load; more than once when run by hand. */
const rounds = Number(process.env['BULKHEAD_TEST_SWITCHES'] ?? 1);

// One machine, one sequence: each step continues where the previous one ended.
describe("the machine's own Docker Engine on a real Debian", () => {
  let guest: Guest;
  /** The engine's files before the gateway is installed. */
  let filesBefore: string;

  const alice = (command: string) => guest.run(command, { user: 'alice' });
  const aliceOutput = (command: string) => guest.output(command, { user: 'alice' });
  const status = async () => statusSchema.parse(JSON.parse(await guest.output('bulkhead status --json')));
  const unitState = async (unit: string) => (await guest.run(`systemctl is-active ${unit}`)).stdout.trim();
  /** A service responds before it has reported to systemd that it is ready. */
  const expectActive = (unit: string) =>
    expect.poll(() => unitState(unit), { timeout: 60_000 }).toBe('active');
  const idMap = async (container: string) =>
    parseIdMap(await guest.output(`docker exec ${container} ${ownMap}`));

  beforeAll(async () => {
    guest = await Guest.boot({ kind: 'user-mode-linux' });
  }, 1_800_000);
  afterAll(async () => {
    try {
      const journal = 'journalctl --no-pager -o short-precise';
      await guest?.saveOutput(journal, 'machine-journal.log', { timeoutMs: 60_000 });
    } finally {
      await guest?.stop();
    }
  }, 120_000);

  it('has a plain engine: systemd, cgroup v2, AppArmor', async () => {
    const facts = await guest.output(
      "docker info --format '{{.CgroupDriver}} {{.CgroupVersion}} {{.SecurityOptions}} {{.DefaultRuntime}}'",
    );
    expect(facts).toMatch(/^systemd 2 \[name=apparmor .*\] runc$/);
    await guest.output('docker import -c \'CMD ["sh"]\' /usr/local/share/busybox.tar busybox');
    await guest.output('docker run -d --name old --restart always busybox sleep 1000000');
  });

  it('is not changed by the installation of the package', async () => {
    const before = await runningSince(guest, 'old');
    await installPackage(guest);
    expect(await guest.output('bulkhead --version')).toMatch(/^\d+\.\d+\.\d+/);
    expect(await runningSince(guest, 'old')).toBe(before);
    filesBefore = await engineFiles(guest);
    expect(filesBefore.replaceAll('bulkhead-verify', '')).not.toContain('bulkhead');
  });

  it('is put behind the gateway by `bulkhead install`; containers are restarted', async () => {
    await guest.output('bulkhead install --yes', { timeoutMs: 600_000 });
    for (const unit of ['bulkhead-gateway.socket', 'bulkhead-gateway', 'bulkhead-planner', 'docker'])
      expect([unit, await unitState(unit)]).toEqual([unit, 'active']);
    expect(await guest.output("stat -c '%F %a %U:%G' /run/docker.sock")).toBe('socket 660 root:docker');
    expect((await alice('docker -H unix:///run/bulkhead/engine.sock ps')).code).not.toBe(0);
    expect(await aliceOutput("docker inspect --format '{{.State.Running}}' old")).toBe('true');
    expect(await idMap('old')).toEqual(wholeMachine);
    for (const unit of ['bulkhead-gateway', 'bulkhead-planner', 'docker'])
      console.log(await guest.output(`systemd-analyze security --no-pager ${unit} | tail -n 1`));
    const atSeconds = async (event: 'ActiveEnter' | 'ActiveExit', unit: string) =>
      Number(await guest.output(`systemctl show --value -p ${event}TimestampMonotonic ${unit}`)) / 1_000_000;
    const engineAway = (await atSeconds('ActiveEnter', 'docker')) - (await atSeconds('ActiveExit', 'docker'));
    const socketAway =
      (await atSeconds('ActiveEnter', 'bulkhead-gateway.socket')) -
      (await atSeconds('ActiveExit', 'docker.socket'));
    expect([engineAway > 0, socketAway > 0]).toEqual([true, true]);
    console.log(`away: the engine ${engineAway.toFixed(1)} s, its socket ${socketAway.toFixed(1)} s`);
  });

  it('is isolated by `bulkhead apply`; no container stops', async () => {
    const before = await runningSince(guest, 'old');
    const printed = await applySetting(guest, eci, 'true');
    expect(printed).toMatch(/Verify from inside +\d/);
    expect(await runningSince(guest, 'old')).toBe(before);
    const begun = performance.now();
    expect(await status()).toMatchObject({ protection: 'protected', eci: true, unprotected: 1 });
    console.log(`bulkhead status took ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  });

  everydayDockerUse(() => guest);
  administration(() => guest);

  it('B1: saves images, and follows no link in a layer whose archive has a file below a link', async () => {
    await guest.output('base64 -w 0 /dev/urandom | head -c 1000000 > /root/long; chmod 600 /root/long');
    await aliceOutput(`mkdir -p links/root files/s && ln -s /root links/s && echo mine > files/s/long &&
      tar -cf layer.tar -C links root s && tar -rf layer.tar -C files s/long &&
      docker import layer.tar linked`);
    await alice('docker save linked > saved.tar');
    const secret = (await guest.output('head -c 100 /root/long')).trim();
    expect(await aliceOutput(`grep -c -F '${secret}' saved.tar || true`)).toBe('0');
    expect(await guest.output('grep -c " /var/lib/docker/overlay2 .*nosymfollow" /proc/1/mountinfo')).toBe(
      '1',
    );
    await aliceOutput('docker save busybox > saved.tar; docker rmi linked; docker restart -t 0 web');
    await aliceOutput('rm -r links files layer.tar saved.tar');
  });

  it('a container with the Docker socket keeps it over a killed gateway and a restarted engine', async () => {
    await startSocketContainer(guest);
    await guest.output('systemctl kill --kill-whom=main -s KILL bulkhead-gateway');
    await expectSocketInContainer(guest);
    const inode = await guest.output('stat -c %i /run/docker.sock');
    await guest.output('systemctl restart docker', { timeoutMs: 300_000 });
    await expectSocketInContainer(guest);
    expect(await guest.output('stat -c %i /run/docker.sock')).toBe(inode);
  });

  it(
    'ECI off and on again under load: no failed request, ended stream or stopped container',
    async () => {
      const before = await runningSince(guest, 'old', 'web');
      const engine = await guest.output('systemctl show --value -p MainPID docker');
      const endLoad = await startLoad(guest, ['logs', 'attach']);
      for (let round = 0; round < rounds; round++) {
        await applySetting(guest, eci, 'false');
        expect(parseIdMap(await aliceOutput(`docker run --rm busybox ${ownMap}`))).toEqual(wholeMachine);
        expect(parseIdMap(await aliceOutput(buildThatPrintsItsMap('BuildKit')))).toEqual(wholeMachine);
        expect((await status()).eci).toBe(false);
        expect((await idMap('web')).count).toBe(65_536);
        await applySetting(guest, eci, 'true');
        expect(parseIdMap(await aliceOutput(`docker run --rm busybox ${ownMap}`)).count).toBe(65_536);
        expect((await alice('docker run --rm --pid=host busybox true')).stderr).toContain('(A7)');
      }
      await endLoad();
      expect(await runningSince(guest, 'old', 'web')).toBe(before);
      expect(await guest.output('systemctl show --value -p MainPID docker')).toBe(engine);
    },
    rounds * 900_000,
  );

  it('restarts containers after a reboot, isolated', async () => {
    await guest.reboot();
    await guest.output('systemctl start docker', { timeoutMs: 300_000 });
    expect(await runningSince(guest, 'old', 'web')).toMatch(/^\/old .*\n\/web /);
    const maps = await Promise.all(['web', 'client'].map(idMap));
    expect(maps.map(({ count }) => count)).toEqual([65_536, 65_536]);
    // Each start claims one of the user's ranges: which one depends on the order of the starts.
    const ranges = rangesSchema.parse(
      JSON.parse(await guest.output('bulkhead ranges list --user 1000 --json')),
    );
    const used = ranges.flatMap((owned) => owned.ranges).filter(({ usedBy }) => usedBy === 'container');
    expect(used.map(({ first }) => first).sort()).toEqual(maps.map(({ host }) => host).sort());
    await expectSocketInContainer(guest);
    expect(await status()).toMatchObject({ engine: { phase: 'ready' }, eci: true, unprotected: 1 });
    const failed = 'systemctl list-units --failed --plain --no-legend "bulkhead*" "docker*"';
    expect(await guest.output(failed)).toBe('');
  });

  describe('fails closed', () => {
    const forbidden = 'docker run --rm --pid=host busybox true';

    it('gateway killed: requests wait for its successor, at the same socket', async () => {
      const inode = await guest.output('stat -c %i /run/docker.sock');
      await guest.output('systemctl kill --kill-whom=main -s KILL bulkhead-gateway');
      expect((await alice(forbidden)).stderr).toContain('(A7)');
      expect(await aliceOutput("docker ps --format '{{.Names}}' | sort")).toBe('client\nold\nweb');
      expect(await guest.output('stat -c %i /run/docker.sock')).toBe(inode);
    });

    it('gateway stopped: the next request starts it, and it decides', async () => {
      await guest.output('systemctl stop bulkhead-gateway');
      expect((await alice(forbidden)).stderr).toContain('(A7)');
      await expectActive('bulkhead-gateway');
      await expectSocketInContainer(guest);
      await guest.output('docker rm -f client');
    });

    it('gateway and its socket stopped: no access, and the error names what to start', async () => {
      await guest.output('systemctl stop bulkhead-gateway.socket bulkhead-gateway');
      const { code, stdout, stderr } = await alice(forbidden);
      expect({ code, stdout }).toEqual({ code: 125, stdout: '' });
      expect(stderr).toMatch(/Cannot connect to the Docker daemon|failed to connect/i);
      const shown = await guest.run('bulkhead status');
      expect(shown.stdout).toContain('systemctl start bulkhead-gateway');
      await guest.output('systemctl start bulkhead-gateway');
      expect((await alice(forbidden)).stderr).toContain('(A7)');
    });

    it('no debugger opens at SIGUSR1 at any time', async () => {
      await guest.output(`for pause in 0.1 0.5 1 2; do
  systemctl restart --no-block bulkhead-gateway
  sleep $pause
  systemctl kill --kill-whom=main -s USR1 bulkhead-gateway || true
done
until systemctl is-active -q bulkhead-gateway; do sleep 0.2; done`);
      expect((await alice(forbidden)).stderr).toContain('(A7)');
      const logged = "journalctl -q --no-pager -u 'bulkhead-*' --grep 'Debugger listening' || true";
      expect(await guest.output(logged)).toBe('');
    });

    it('planner killed: a container waits for its successor, or is refused', async () => {
      await guest.output('systemctl kill --kill-whom=main -s KILL bulkhead-planner');
      const { code, stdout, stderr } = await alice(`docker run --rm busybox ${ownMap}`);
      if (code === 0) expect(parseIdMap(stdout).count).toBe(65_536);
      else expect(stderr).toContain('isolation planner');
    });

    it('planner stopped: no container is started, and the error names the reason', async () => {
      await guest.output('systemctl stop bulkhead-planner');
      const { code, stdout, stderr } = await alice(`docker run --rm busybox ${ownMap}`);
      expect({ code, stdout }).toEqual({ code: 125, stdout: '' });
      expect(stderr).toContain('isolation planner does not answer');
      expect(await unitState('docker')).toBe('active');
      expect(await guest.output('docker exec web echo runs on')).toBe('runs on');
      await guest.output('systemctl start bulkhead-planner');
      expect(parseIdMap(await aliceOutput(`docker run --rm busybox ${ownMap}`)).count).toBe(65_536);
    });
  });

  it('lists what a crash of the engine killed; what restarts is isolated', async () => {
    await aliceOutput('docker run -d --name once busybox sleep 1000000');
    await guest.output('systemctl kill --kill-whom=main -s KILL docker');
    const restarts = () => guest.output('systemctl show --value -p NRestarts docker');
    await expect.poll(restarts, { timeout: 120_000 }).toBe('1');
    await expectActive('docker');
    expect(await aliceOutput("docker ps --format '{{.Names}}' | sort")).toBe('old\nweb');
    expect((await idMap('web')).count).toBe(65_536);
    expect(await guest.output('bulkhead status')).toMatch(
      /The engine crashed \(.*\)\. Killed, and not running since: once\. /,
    );
    await aliceOutput('docker rm once');
    const shown = await guest.output('bulkhead status');
    expect(shown).toMatch(/The engine crashed \(.*\), and was restarted\./);
    expect(shown).not.toContain('Killed, and not running since');
  });

  it('stays stopped until a client connects', async () => {
    await guest.output('systemctl stop docker', { timeoutMs: 180_000 });
    expect(await guest.output('sleep 15; systemctl is-active docker || true')).toBe('inactive');
    expect(await aliceOutput("docker ps --format '{{.Names}}' | sort")).toBe('old\nweb');
    await expectActive('docker');
  });

  it('has killed no service as hanging that was only slow', async () => {
    const killed = 'journalctl -q --no-pager --grep "hangs; it is killed|Watchdog timeout" || true';
    expect(await guest.output(killed)).toBe('');
  });

  it('is restored by `bulkhead uninstall`, byte for byte', async () => {
    await guest.output('bulkhead uninstall --yes', { timeoutMs: 600_000 });
    expect(await engineFiles(guest)).toBe(filesBefore);
    expect(await unitState('bulkhead-gateway')).toBe('inactive');
    expect(await idMap('old')).toEqual(wholeMachine);
    expect(parseIdMap(await aliceOutput(`docker run --rm busybox ${ownMap}`))).toEqual(wholeMachine);
  });

  it('is plain after an installation that was killed, and a power failure', async () => {
    await guest.output(
      `sync
bulkhead install --yes >install.log 2>&1 &
pid=$!
while kill -0 $pid && ! grep -q '^starting gateway' install.log; do sleep 0.1; done
kill -9 $pid`,
      { timeoutMs: 300_000 },
    );
    await guest.reboot('power-loss');
    await guest.output('systemctl start docker', { timeoutMs: 300_000 });
    expect(await engineFiles(guest)).toBe(filesBefore);
    expect(await idMap('old')).toEqual(wholeMachine);
    expect(parseIdMap(await aliceOutput(`docker run --rm busybox ${ownMap}`))).toEqual(wholeMachine);
  });
});
