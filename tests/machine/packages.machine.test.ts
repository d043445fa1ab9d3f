import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askByPolkit } from './ask-by-polkit.ts';
import { buildDockerCe } from './docker-ce.ts';
import { reportedStatus, startDueVerification } from './due-verification.ts';
import { failsClosed } from './fails-closed.ts';
import { Guest } from './guest.ts';
import { startLoad } from './load.ts';
import { expectIsolatedOverLayers } from './many-layers.ts';
import {
  applySetting,
  engineFiles,
  gatewayProgram,
  installPackage,
  parseIdMap,
  runningSince,
  wholeMachine,
} from './product.ts';
import { expectSocketInContainer, startSocketContainer } from './socket-container.ts';

const run = promisify(execFile);

/** An administrator's own configuration, written by hand, with live-restore. */
const daemonJson = '{ "live-restore":true,\\n\\t"log-opts": {"max-size": "10m"}  }';
const ownDropIn = '[Service]\\nEnvironment=NO_PROXY=example.test\\n';

/** Packages are unpacked, and verifications run, in an emulated machine. */
const patientMs = 1_800_000;

/** Whether the engine's own socket is behind the gateway. */
const behindGateway =
  'systemctl show --value -p Listen docker.socket | grep -q bulkhead && echo yes || echo no';

// One machine, one sequence: packages are installed, replaced and removed, with live-restore.
describe("packages around the machine's own Docker Engine", () => {
  let guest: Guest;
  /** Debian's docker.io, of the guest's release. */
  let packages: string;
  let filesBefore: string;

  const alice = (command: string) => guest.output(command, { user: 'alice' });
  const mainPid = (unit: string) => guest.output(`systemctl show --value -p MainPID ${unit}`);
  const apt = (command: string) =>
    guest.output(`DEBIAN_FRONTEND=noninteractive apt-get -q -y ${command}`, { timeoutMs: 900_000 });
  const mapOfNew = async () => parseIdMap(await alice('docker run --rm busybox cat /proc/self/uid_map'));
  const expectIsolated = async () => {
    expect((await mapOfNew()).count).toBe(65_536);
  };
  const verification = (property: string) => `systemctl show --value -p ${property} bulkhead-verify.service`;
  /** When the last verification began, in microseconds since the boot; 0 if there was none. */
  const lastVerification = () => guest.output(verification('ExecMainStartTimestampMonotonic'));
  /**
   * Waits until a verification that began later has passed: packages and the path unit start it, nobody here.
   * One that the engine's restart has cut off is repeated.
   */
  const expectVerifiedAfter = (before: string) =>
    guest.output(
      `until [ "$(${verification('ActiveState')})" = inactive ] &&
  [ "$(${verification('Result')})" = success ] &&
  [ "$(${verification('ExecMainStartTimestampMonotonic')})" -gt ${before} ]; do
  if systemctl is-failed -q bulkhead-verify.service; then journalctl --no-pager -u bulkhead-verify; exit 1; fi
  sleep 5
done`,
      { timeoutMs: 900_000 },
    );

  beforeAll(async () => {
    packages = await mkdtemp(path.join(tmpdir(), 'bulkhead-debs-'));
    guest = await Guest.boot();
    await guest.output(`mkdir -p /etc/docker
printf '${daemonJson}' > /etc/docker/daemon.json
mkdir -p /etc/systemd/system/docker.service.d
printf '${ownDropIn}' > /etc/systemd/system/docker.service.d/10-proxy.conf
systemctl daemon-reload && systemctl restart docker
docker import -c 'CMD ["sh"]' /usr/local/share/busybox.tar busybox
docker run -d --name keep --restart unless-stopped busybox sleep 1000000`);
  }, 1_800_000);
  afterAll(async () => {
    await guest?.saveOutput('journalctl --no-pager -o short-precise', 'machine-packages-journal.log');
    await guest?.stop();
    await rm(packages, { recursive: true, force: true });
  }, 120_000);

  it("`--prepare` changes nothing until the machine's next start", async () => {
    const [container, engine] = [await runningSince(guest, 'keep'), await mainPid('docker')];
    await installPackage(guest);
    filesBefore = await engineFiles(guest);
    await guest.output('bulkhead install --prepare --yes');
    expect(await mainPid('docker')).toBe(engine);
    expect(await runningSince(guest, 'keep')).toBe(container);
    expect(await guest.output(behindGateway)).toBe('no');
    expect(await guest.output('bulkhead install --dry-run')).toContain('prepared');
    expect(await alice('bulkhead status')).toContain('An installation is prepared');
    const checked = await guest.run('bulkhead status --check --json');
    expect(JSON.parse(checked.stdout)).toMatchObject({ engine: { prepared: 'install' } });

    await guest.reboot();
    await guest.output('systemctl start docker', { timeoutMs: 300_000 });
    expect(await guest.output(behindGateway)).toBe('yes');
    const { stdout } = await guest.run('systemctl is-active bulkhead-gateway bulkhead-planner');
    expect(stdout.trim()).toBe('active\nactive');
    expect(await guest.output('test -e /var/lib/bulkhead/system/install-journal.json || echo none')).toBe(
      'none',
    );
  });

  it('live-restore: containers keep running while the gateway is removed', async () => {
    const before = await runningSince(guest, 'keep');
    await guest.output('bulkhead uninstall --yes', { timeoutMs: 600_000 });
    expect(await engineFiles(guest)).toBe(filesBefore);
    expect(await runningSince(guest, 'keep')).toBe(before);
  });

  it('an installation whose gateway does not start is rolled back to the plain engine', async () => {
    const before = await runningSince(guest, 'keep');
    await guest.output(`cp -p ${gatewayProgram} kept && echo 'process.exit(3);' > ${gatewayProgram}`);
    const failed = await guest
      .run('bulkhead install --yes', { timeoutMs: 800_000 })
      .finally(() => guest.output(`cp -p kept ${gatewayProgram}`));
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('everything was rolled back')]);
    expect(await engineFiles(guest)).toBe(filesBefore);
    expect(await runningSince(guest, 'keep')).toBe(before);
    expect(await alice("docker ps --format '{{.Names}}'")).toBe('keep');
  });

  it('live-restore: containers keep running while it is installed again', async () => {
    const before = await runningSince(guest, 'keep');
    await guest.output('bulkhead install --yes', { timeoutMs: 600_000 });
    expect(await runningSince(guest, 'keep')).toBe(before);
    expect(await guest.output('systemctl show --value -p Environment docker')).toContain(
      'NO_PROXY=example.test',
    );
  });

  it('is upgraded before any settings were applied', async () => {
    const [before, gateway] = [await runningSince(guest, 'keep'), await mainPid('bulkhead-gateway')];
    await installPackage(guest, { revision: '+upgrade0' });
    expect(await mainPid('bulkhead-gateway')).not.toBe(gateway);
    expect(await runningSince(guest, 'keep')).toBe(before);
    expect(await mapOfNew()).toEqual(wholeMachine);
  });

  it('live-restore: containers keep running while ECI is turned on', async () => {
    const before = await runningSince(guest, 'keep');
    await applySetting(guest, '/enhancedContainerIsolation/value', 'true');
    expect(await runningSince(guest, 'keep')).toBe(before);
    await expectIsolated();
    await alice('docker run -d --name isolated --restart always busybox sleep 1000000');
    await startSocketContainer(guest);
  });

  it('an upgrade under load: no request fails, no stream ends', async () => {
    const before = [await runningSince(guest, 'keep', 'isolated'), await mainPid('docker')];
    const gateway = await mainPid('bulkhead-gateway');
    const inode = await guest.output('stat -c %i /run/docker.sock');
    // An earlier version's drop-in: the engine gets the new one, without a restart.
    const dropIn = '/etc/systemd/system/docker.service.d/50-bulkhead.conf';
    const written = await guest.output(`cat ${dropIn}`);
    await guest.output(`sed -i '/^UnsetEnvironment=DOCKER_CONFIG/d' ${dropIn} && systemctl daemon-reload`);
    const endLoad = await startLoad(guest, ['logs', 'attach']);
    await installPackage(guest, { revision: '+upgrade1' });
    await endLoad();
    expect(await guest.output(`cat ${dropIn}`)).toBe(written);
    expect(await guest.output("dpkg-query -W -f '${Version}' bulkhead")).toContain('+upgrade1');
    expect([await runningSince(guest, 'keep', 'isolated'), await mainPid('docker')]).toEqual(before);
    expect(await mainPid('bulkhead-gateway')).not.toBe(gateway);
    expect(await guest.output('stat -c %i /run/docker.sock')).toBe(inode);
    await expectIsolated();
    await expectSocketInContainer(guest);
  });

  it(
    'an upgrade whose gateway does not start fails; the previous one decides until there is another',
    async () => {
      const before = [await runningSince(guest, 'keep', 'isolated'), await mainPid('docker')];
      const services = async () => [await mainPid('bulkhead-gateway'), await mainPid('bulkhead-planner')];
      const [gateway, planner] = await services();
      const gatewayFault = 'if (process.env.BULKHEAD_REPLACES_PARENT !== undefined) process.exit(3);\n';
      await expect(installPackage(guest, { revision: '+upgrade2', gatewayFault })).rejects.toThrow(
        'the previous one keeps serving',
      );
      expect(await services()).toEqual([gateway, planner]);
      expect([await runningSince(guest, 'keep', 'isolated'), await mainPid('docker')]).toEqual(before);
      await expectIsolated();
      const forbidden = await guest.run('docker run --rm --pid=host busybox true', { user: 'alice' });
      expect(forbidden.stderr).toContain('(A7)');

      await installPackage(guest, { revision: '+upgrade3' });
      expect(await guest.output("dpkg-query -W -f '${Status} ${Version}' bulkhead")).toMatch(
        /^install ok installed .*\+upgrade3$/,
      );
      expect(await mainPid('bulkhead-gateway')).not.toBe(gateway);
      expect([await runningSince(guest, 'keep', 'isolated'), await mainPid('docker')]).toEqual(before);
      await expectIsolated();
    },
    patientMs,
  );

  failsClosed(() => guest);

  it(
    'the engine is installed again: still isolated, and verified automatically',
    async () => {
      await downloadEngine(packages);
      const files = (await readdir(packages)).filter((name) => name.endsWith('.deb'));
      await guest.copyIn(packages, files, '/root/debs');
      const [before, verifiedBefore] = [
        await runningSince(guest, 'keep', 'isolated'),
        await lastVerification(),
      ];
      await apt('install --reinstall --allow-downgrades /root/debs/docker.io_*.deb');
      await guest.output('systemctl start docker', { timeoutMs: 300_000 });
      await expectIsolated();
      expect(await runningSince(guest, 'keep', 'isolated')).toBe(before);
      await expectSocketInContainer(guest);
      await expectVerifiedAfter(verifiedBefore);
    },
    patientMs,
  );

  it(
    'docker-ce replaces it: other paths, its own containerd; still isolated, and verified automatically',
    async () => {
      const [before, verifiedBefore] = [
        await runningSince(guest, 'keep', 'isolated'),
        await lastVerification(),
      ];
      await guest.output(buildDockerCe, { timeoutMs: 300_000 });
      await apt('install /root/debs/containerd.io.deb /root/debs/docker-ce.deb');
      expect(await guest.output('systemctl show --value -p ExecStart docker')).toContain('/usr/bin/dockerd');
      await guest.output('systemctl start docker', { timeoutMs: 300_000 });
      await expectIsolated();
      expect(await runningSince(guest, 'keep', 'isolated')).toBe(before);
      await expectSocketInContainer(guest);
      await expectVerifiedAfter(verifiedBefore);
      const plan = await guest.output('bulkhead install --dry-run');
      expect(plan).not.toMatch(/restart/);
    },
    patientMs,
  );

  it.each([70, 120])("an isolated container over %i layers, with this kernel's way to mount them", (layers) =>
    expectIsolatedOverLayers(guest, layers),
  );

  it(
    'another kernel: containers are restarted as they were, isolated or not, and all claims pass',
    async () => {
      const before = await guest.output('uname -r');
      const ownMap = 'docker exec isolated cat /proc/self/uid_map';
      expect(parseIdMap(await alice(ownMap))).toMatchObject({ count: 65_536 });
      await guest.output(`cd /etc/apt
sed 's/ trixie / trixie-backports /' sources.list > sources.list.d/new.list
grep -q backports sources.list.d/new.list`);
      // An outdated mirror is good enough.
      await apt('-o Acquire::Check-Valid-Until=false update');
      await apt('install -t trixie-backports linux-image-cloud-amd64 kexec-tools');
      // Only the new one is there: QEMU has the image's own.
      await guest.output(`set -- $(ls -t /boot/vmlinuz-*)
kexec -l "$1" --initrd="/boot/initrd.img-\${1#/boot/vmlinuz-}" --reuse-cmdline`);
      await guest.reboot('kexec');
      // Its first check of this boot would verify meanwhile; the service is started below as it does.
      await guest.output('systemctl is-active bulkhead-verify.timer && systemctl stop bulkhead-verify.timer');
      expect(await guest.output('uname -r')).not.toBe(before);
      await guest.output('systemctl start docker', { timeoutMs: 300_000 });
      // Which of the user's ranges it is depends on the order of the starts.
      expect(parseIdMap(await alice(ownMap))).toMatchObject({ count: 65_536 });
      // Rule D refuses an exec in this one.
      const mapOutside = "cat /proc/$(docker inspect --format '{{.State.Pid}}' keep)/uid_map";
      expect(parseIdMap(await guest.output(mapOutside))).toEqual(wholeMachine);
      await expectIsolated();
      await expectSocketInContainer(guest);
      expect(await guest.output('bulkhead status')).toContain('not verified on this kernel');
      await startDueVerification(guest);
      const { engine, verification: last, protection } = await reportedStatus(guest);
      expect([protection, last?.kernel]).toEqual(['protected', engine.kernel]);
      await guest.output('systemctl start bulkhead-verify.timer');
    },
    patientMs,
  );

  it("pkexec prompts for an administrator with the policy's text, in both languages", async () => {
    await guest.output("echo 'root:correct horse' | chpasswd");
    for (const [language, question] of [
      ['C.UTF-8', 'Authentication is required to run "bulkhead verify"'],
      ['zh_CN.UTF-8', '以管理员身份运行“bulkhead verify”需要认证'],
    ] as const) {
      const prompted = await guest.run(askByPolkit(language, 'wrong'), { user: 'alice' });
      expect(prompted.stdout).toContain(question);
      expect(prompted.stdout).toMatch(/exit code 12[67]/);
    }
    const allowed = await guest.run(askByPolkit('C.UTF-8', 'correct horse'), {
      user: 'alice',
      timeoutMs: 600_000,
    });
    expect(allowed.stdout).toContain('exit code 0');
  });

  it('the package is removed and purged: plain engine, nothing left but ranges', async () => {
    // The plain engine has no runtime for them.
    await guest.output('docker rm -f isolated client load || true');
    await apt('remove bulkhead');
    expect(await mapOfNew()).toEqual(wholeMachine);
    expect(await guest.output('systemctl list-unit-files --no-legend "bulkhead*" || true')).toBe('');
    expect(await guest.output('cat /etc/docker/daemon.json')).toBe(
      await guest.output(`printf '${daemonJson}'`),
    );
    await apt('purge bulkhead');
    expect(await guest.output('ls /var/lib/bulkhead /etc/bulkhead 2>/dev/null || true')).not.toContain(
      'system',
    );
  });

  it('README: `bulkhead apply` alone installs and protects', async () => {
    await installPackage(guest, { revision: '+upgrade4' });
    await guest.output('bulkhead apply --yes', { timeoutMs: 900_000 });
    await expectIsolated();
    expect(await guest.output('bulkhead status')).toContain('Protected');
  });
});

/** Downloads docker.io by a current index, which this machine may not have, and leaves its own as it is. */
async function downloadEngine(directory: string): Promise<void> {
  const options = `-q -o Dir::State::lists=${directory}/lists -o APT::Sandbox::User=root`;
  const script = `mkdir -p lists/partial
apt-get ${options} update
apt-get ${options} download docker.io`;
  await run('sh', ['-ec', script], { cwd: directory, timeout: 300_000, maxBuffer: 16 * 1024 * 1024 });
}
