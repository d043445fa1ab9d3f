import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Guest } from './guest.ts';
import { startLoad } from './load.ts';
import { expectIsolatedOverLayers } from './many-layers.ts';
import { applySetting, engineFiles, installPackage, parseIdMap, startedAt, wholeMachine } from './product.ts';

const run = promisify(execFile);

/** An administrator's own configuration, written by hand, with live-restore. */
const daemonJson = '{ "live-restore":true,\\n\\t"log-opts": {"max-size": "10m"}  }';
const ownDropIn = '[Service]\\nEnvironment=NO_PROXY=example.test\\n';

/** Whether the engine's own socket is behind the gateway. */
const behindGateway =
  'systemctl show --value -p Listen docker.socket | grep -q bulkhead && echo yes || echo no';

// One machine, one sequence: packages are installed, replaced and removed, with live-restore.
describe("packages around the machine's own Docker Engine", () => {
  let guest: Guest;
  /** Packages of this machine's engine, of the same release as the guest's. */
  let packages: string;
  let filesBefore: string;

  const alice = (command: string) => guest.output(command, { user: 'alice' });
  const mainPid = (unit: string) => guest.output(`systemctl show --value -p MainPID ${unit}`);
  const apt = (command: string) =>
    guest.output(`DEBIAN_FRONTEND=noninteractive apt-get -q -y ${command}`, { timeoutMs: 400_000 });
  const mapOfNew = async () => parseIdMap(await alice('docker run --rm busybox cat /proc/self/uid_map'));
  const expectIsolated = async () => {
    expect((await mapOfNew()).count).toBe(65_536);
  };
  /** Waits for a verification started by a package or path unit; true if it passed. */
  const verified = async () => {
    await guest.output('systemctl start bulkhead-verify.service', { timeoutMs: 600_000 });
    expect(await guest.output('systemctl show --value -p Result bulkhead-verify.service')).toBe('success');
  };

  beforeAll(async () => {
    packages = await mkdtemp(path.join(tmpdir(), 'bulkhead-debs-'));
    guest = await Guest.boot();
    await guest.output(`printf '${daemonJson}' > /etc/docker/daemon.json
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
    const [container, engine] = [await startedAt(guest, 'keep'), await mainPid('docker')];
    await installPackage(guest);
    filesBefore = await engineFiles(guest);
    await guest.output('bulkhead install --prepare --yes');
    expect(await mainPid('docker')).toBe(engine);
    expect(await startedAt(guest, 'keep')).toBe(container);
    expect(await guest.output(behindGateway)).toBe('no');
    expect(await guest.output('bulkhead install --dry-run')).toContain('prepared');

    await guest.reboot();
    await guest.output('systemctl start docker', { timeoutMs: 300_000 });
    expect(await guest.output(behindGateway)).toBe('yes');
    const { stdout } = await guest.run('systemctl is-active bulkhead-gateway bulkhead-planner');
    expect(stdout.trim()).toBe('active\nactive');
    expect(await guest.output('test -e /var/lib/bulkhead/system/install-journal.json || echo none')).toBe(
      'none',
    );
  });

  it('live-restore: containers keep running while the gateway is removed and installed again', async () => {
    const before = await startedAt(guest, 'keep');
    await guest.output('bulkhead uninstall --yes', { timeoutMs: 600_000 });
    expect(await engineFiles(guest)).toBe(filesBefore);
    await guest.output('bulkhead install --yes', { timeoutMs: 600_000 });
    expect(await startedAt(guest, 'keep')).toBe(before);
    expect(await guest.output('systemctl show --value -p Environment docker')).toContain(
      'NO_PROXY=example.test',
    );
    await applySetting(guest, '/enhancedContainerIsolation/value', 'true');
    await expectIsolated();
  });

  it('an upgrade under load: no request fails, no stream ends', async () => {
    const before = [await startedAt(guest, 'keep'), await mainPid('docker')];
    const gateway = await mainPid('bulkhead-gateway');
    const inode = await guest.output('stat -c %i /run/docker.sock');
    const endLoad = await startLoad(guest, ['logs', 'attach']);
    await installPackage(guest, { revision: '+upgrade1' });
    await endLoad();
    expect(await guest.output("dpkg-query -W -f '${Version}' bulkhead")).toContain('+upgrade1');
    expect([await startedAt(guest, 'keep'), await mainPid('docker')]).toEqual(before);
    expect(await mainPid('bulkhead-gateway')).not.toBe(gateway);
    expect(await guest.output('stat -c %i /run/docker.sock')).toBe(inode);
    await expectIsolated();
  });

  it('the engine is installed again: still isolated, and verified automatically', async () => {
    await run('apt-get', ['download', '-q', 'docker.io'], { cwd: packages });
    const files = await readdir(packages);
    await guest.copyIn(packages, files, '/root/debs');
    await apt('install --reinstall --allow-downgrades /root/debs/docker.io_*.deb');
    await guest.output('systemctl start docker', { timeoutMs: 300_000 });
    await expectIsolated();
    expect(await guest.output('journalctl -q --no-pager -u bulkhead-verify | wc -l')).not.toBe('0');
    await verified();
  });

  it('docker-ce replaces it: other paths, its own containerd; still isolated', async () => {
    const before = await startedAt(guest, 'keep');
    await guest.output(dockerCe, { timeoutMs: 300_000 });
    await apt('install /root/debs/containerd.io.deb /root/debs/docker-ce.deb');
    expect(await guest.output('systemctl show --value -p ExecStart docker')).toContain('/usr/bin/dockerd');
    await guest.output('systemctl start docker', { timeoutMs: 300_000 });
    await expectIsolated();
    expect(await startedAt(guest, 'keep')).toBe(before);
    await verified();
    const plan = await guest.output('bulkhead install --dry-run');
    expect(plan).not.toMatch(/restart/);
  });

  it.each([70, 120])("an isolated container over %i layers, with this kernel's way to mount them", (layers) =>
    expectIsolatedOverLayers(guest, layers),
  );

  it('another kernel: containers are restarted isolated, and all claims pass', async () => {
    const before = await guest.output('uname -r');
    await guest.output(`cd /etc/apt
sed 's/ trixie / trixie-backports /' sources.list > sources.list.d/new.list
grep -q backports sources.list.d/new.list`);
    // An outdated mirror is good enough.
    await apt('-o Acquire::Check-Valid-Until=false update');
    await apt('install -t trixie-backports linux-image-cloud-amd64 kexec-tools');
    await guest.output(`set -- $(ls -t /boot/vmlinuz-*)
kexec -l "$1" --initrd="/boot/initrd.img-\${1#/boot/vmlinuz-}" --reuse-cmdline`);
    await guest.reboot('kexec');
    expect(await guest.output('uname -r')).not.toBe(before);
    await guest.output('systemctl start docker', { timeoutMs: 300_000 });
    expect(parseIdMap(await guest.output('docker exec keep cat /proc/self/uid_map'))).toEqual(wholeMachine);
    await expectIsolated();
    await verified();
  });

  it("pkexec prompts for an administrator with the policy's text, in both languages", async () => {
    await guest.output("echo 'root:correct horse' | chpasswd");
    for (const [language, question] of [
      ['C.UTF-8', 'Authentication is required to run "bulkhead verify"'],
      ['zh_CN.UTF-8', 'bulkhead verify'],
    ] as const) {
      const asked = await guest.run(askByPolkit(language, 'wrong'), { user: 'alice' });
      expect(asked.stdout).toContain(question);
      expect(asked.stdout).toMatch(/exit code 12[67]/);
    }
    const allowed = await guest.run(askByPolkit('C.UTF-8', 'correct horse'), {
      user: 'alice',
      timeoutMs: 300_000,
    });
    expect(allowed.stdout).toContain('exit code 0');
  });

  it('the package is removed and purged: plain engine, nothing left but ranges', async () => {
    await guest.output('docker rm -f $(docker ps -aq --filter name=load) 2>/dev/null || true');
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
});

/** alice runs a command by pkexec, with a terminal agent that enters a password. */
const askByPolkit = (language: string, password: string): string => `export LANG=${language}
cat > ask.sh <<'END'
pkttyagent --process $$ --notify-fd 3 3> agent &
until [ -e agent ] && kill -0 $!; do sleep 0.1; done
pkexec /usr/lib/bulkhead/bin/bulkhead verify
echo exit code $?
END
script -qec 'bash ask.sh' /dev/null < <(sleep 10; echo '${password}'; sleep 60)`;

/**
 * Packages with the paths and unit files of docker-ce and containerd.io, and Debian's programs in them.
 * Docker's own are not available here.
 */
const dockerCe = `set -e
cd /root/debs
ce=docker-ce.tree
mkdir -p $ce/DEBIAN $ce/usr/bin $ce/usr/lib/systemd/system
cp /usr/sbin/dockerd /usr/sbin/docker-proxy /usr/sbin/docker-init $ce/usr/bin/ 2>/dev/null ||
  cp $(dpkg -L docker.io | grep -E '/(dockerd|docker-proxy|docker-init)$') $ce/usr/bin/
cat > $ce/DEBIAN/control <<'END'
Package: docker-ce
Version: 5:28.0.0-1~debian.13~trixie
Architecture: amd64
Maintainer: Nobody <nobody@example.test>
Depends: containerd.io, iptables
Conflicts: docker.io
Replaces: docker.io
Description: docker-ce as Docker packages it, with Debian's programs
END
cat > $ce/usr/lib/systemd/system/docker.service <<'END'
[Unit]
Description=Docker Application Container Engine
Documentation=https://docs.docker.com
After=network-online.target docker.socket firewalld.service containerd.service time-set.target
Wants=network-online.target containerd.service
Requires=docker.socket

[Service]
Type=notify
ExecStart=/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock
ExecReload=/bin/kill -s HUP $MAINPID
TimeoutStartSec=0
RestartSec=2
Restart=always
StartLimitBurst=3
StartLimitInterval=60s
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
Delegate=yes
KillMode=process
OOMScoreAdjust=-500

[Install]
WantedBy=multi-user.target
END
cat > $ce/usr/lib/systemd/system/docker.socket <<'END'
[Unit]
Description=Docker Socket for the API

[Socket]
ListenStream=/run/docker.sock
SocketMode=0660
SocketUser=root
SocketGroup=docker

[Install]
WantedBy=sockets.target
END
cat > $ce/DEBIAN/postinst <<'END'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
  systemctl daemon-reload
  systemctl enable --quiet docker.service docker.socket
  systemctl restart docker.socket docker.service
fi
END
chmod 755 $ce/DEBIAN/postinst
io=containerd.io.tree
mkdir -p $io/DEBIAN $io/usr/bin $io/usr/lib/systemd/system
cp /usr/bin/containerd /usr/bin/containerd-shim-runc-v2 /usr/bin/ctr $io/usr/bin/
cp "$(command -v runc)" $io/usr/bin/runc
cat > $io/DEBIAN/control <<'END'
Package: containerd.io
Version: 2.0.0-1
Architecture: amd64
Maintainer: Nobody <nobody@example.test>
Provides: containerd, runc
Conflicts: containerd, runc
Replaces: containerd, runc
Description: containerd.io as Docker packages it, with Debian's programs
END
cat > $io/usr/lib/systemd/system/containerd.service <<'END'
[Unit]
Description=containerd container runtime
After=network.target local-fs.target

[Service]
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/bin/containerd
Type=notify
Delegate=yes
KillMode=process
Restart=always
RestartSec=5
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
OOMScoreAdjust=-999

[Install]
WantedBy=multi-user.target
END
cat > $io/DEBIAN/postinst <<'END'
#!/bin/sh
set -e
systemctl daemon-reload
systemctl enable --quiet --now containerd
END
chmod 755 $io/DEBIAN/postinst
dpkg-deb --build --root-owner-group -Znone $ce docker-ce.deb >/dev/null
dpkg-deb --build --root-owner-group -Znone $io containerd.io.deb >/dev/null
`;
