import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startGuardedEngine, type GuardedEngine } from '../../tests/support/guarded-engine.ts';

const label = 'io.bulkhead.kernel-settings';
/** What kubelet (setupKernelTunables) and kube-proxy (conntrack) write, with values that no machine has. */
const written = {
  '/proc/sys/kernel/keys/root_maxbytes': '25000321',
  '/proc/sys/kernel/keys/root_maxkeys': '1000321',
  '/proc/sys/kernel/panic': '321',
  '/proc/sys/kernel/panic_on_oops': '1',
  '/proc/sys/net/netfilter/nf_conntrack_max': '654321',
  '/proc/sys/vm/overcommit_memory': '1',
  '/proc/sys/vm/panic_on_oom': '0',
  '/sys/module/nf_conntrack/parameters/hashsize': '163580',
};
const settings = Object.keys(written);

let guarded: GuardedEngine;
beforeAll(async () => {
  guarded = await startGuardedEngine({ sharingRecords: 'required' });
});
afterEach(async () => {
  await guarded.sh('docker rm -f $(docker ps -aq)');
});
afterAll(async () => {
  await guarded?.stop();
});

const values = () => Promise.all(settings.map((file) => readFile(file, 'utf8')));
async function ok(script: string): Promise<string> {
  const { code, stdout, stderr } = await guarded.sh(script);
  expect(code, `${script}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}
/** Starts `sleep` in a container called `node`, privileged and with the label unless `options` says else. */
const start = (options = `--privileged --label ${label}=emulated`) =>
  ok(`docker run -d --name node ${options} busybox sleep 1000`);
const inside = (script: string, container = 'node') =>
  guarded.sh(`docker exec ${container} sh -c "$S"`, { S: script });
const okInside = async (script: string, container?: string): Promise<string> => {
  const { code, stdout, stderr } = await inside(script, container);
  expect(code, `${script}\n${stdout}${stderr}`).toBe(0);
  return stdout;
};
const show = settings.map((file) => `cat ${file}`).join('; ');
/** As they do: opened with O_TRUNC, without a line break. */
const write = Object.entries(written)
  .map(([file, value]) => `printf %s ${value} > ${file} || exit`)
  .join('; ');
const writable = `for f in ${settings.join(' ')}; do (: >> $f) 2> /dev/null && echo $f; done; true`;

describe('A4: a container with kernel settings of its own', () => {
  it('has the values of the machine, writes and reads them, and changes nothing outside (A5)', async () => {
    const machine = await values();
    await start();
    expect(await okInside(show)).toBe(machine.join(''));
    await okInside(write);
    expect(await okInside(`for f in ${settings.join(' ')}; do cat $f; echo; done`)).toBe(
      Object.values(written)
        .map((value) => `${value}\n`)
        .join(''),
    );
    expect(await values()).toEqual(machine);
    // Another one has the machine's, and so has this one after a restart.
    await ok(`docker run -d --name other --privileged --label ${label}=emulated busybox sleep 1000`);
    expect(await okInside(show, 'other')).toBe(machine.join(''));
    await ok('docker restart -t 0 node');
    expect(await okInside(show)).toBe(machine.join(''));
    await okInside(write);
    await ok('docker rm -f node other');
    expect(await guarded.engine.leftoverMounts()).toEqual([]);
  });

  it('can still mount /proc and /sys, in user namespaces of its own too, as nested engines do', async () => {
    const machine = (await readFile('/proc/sys/kernel/panic', 'utf8')).trim();
    await start();
    await okInside(write);
    const mounted = 'mount -t proc p /proc && cat /proc/sys/kernel/panic && id -u';
    expect(await okInside(`unshare -mpf sh -c "${mounted}"`)).toBe(`${machine}\n0\n`);
    expect(await okInside(`unshare -Urmpf sh -c "${mounted}"`)).toBe(`${machine}\n0\n`);
    // And in those of these.
    expect(await okInside(`unshare -Urmpf sh -c "${mounted}; unshare -Urmpf sh -c '${mounted}'"`)).toBe(
      `${machine}\n0\n${machine}\n0\n`,
    );
    const sysfs = 'mount -t sysfs s /sys && ls -d /sys/class/net/lo';
    expect(await okInside(`unshare -Urmn sh -c "${sysfs}"`)).toBe('/sys/class/net/lo\n');
    expect(await okInside(`unshare -mn sh -c "umount -l /sys; ${sysfs}"`)).toBe('/sys/class/net/lo\n');
  });

  it('is like any other one in /dev, with --read-only, and in namespaces of another container', async () => {
    const look =
      "stat -c '%A %u %g %n' /dev/*; touch /dev/x && rm /dev/x; " +
      "grep ' /dev tmpfs' /proc/mounts | tail -1 | sed 's/[ug]id=[0-9]*//g'";
    await start('--privileged --read-only');
    const plain = await okInside(look);
    await ok('docker rm -f node');
    await start(`--privileged --label ${label}=emulated --read-only --ipc shareable`);
    expect(await okInside(look)).toBe(plain);
    expect(
      await okInside(`${write}; cat /proc/sys/kernel/panic; touch /x 2> /dev/null || echo read-only`),
    ).toBe('321read-only\n');
    await ok(
      'docker run -d --name joined --privileged --pid container:node --network container:node ' +
        `--ipc container:node --label ${label}=emulated busybox sleep 1000`,
    );
    expect(await okInside(`${write}; cat /proc/sys/net/netfilter/nf_conntrack_max`, 'joined')).toBe('654321');
  });

  it('passes the checks of kubelet, k3s and kube-proxy, at every start of theirs', async () => {
    const machine = await values();
    await start();
    // What the node image of KinD does first. It expects the remount to fail in a user namespace.
    await okInside('mount -o remount,ro /sys 2> /dev/null; mount --make-rshared /');
    // GetSysctl and SetSysctl of k8s.io/component-helpers: a whole number, and written with O_TRUNC.
    const functions = `get() { v=$(cat $1) && case $v in ''|*[!0-9-]*) false;; esac && echo $v; }
      set_to() { v=$(get $1) && { [ $v = $2 ] || printf %s $2 > $1; } && [ $(get $1) = $2 ]; }`;
    const tunables = {
      'vm/overcommit_memory': 1,
      'vm/panic_on_oom': 0,
      'kernel/panic': 10,
      'kernel/panic_on_oops': 1,
      'kernel/keys/root_maxkeys': 1_000_000,
      'kernel/keys/root_maxbytes': 25_000_000,
    };
    const ofKubelet = Object.entries(tunables).map(([name, value]) => `/proc/sys/${name} ${value}`);
    // Of the network namespace: k3s writes them itself, and kube-proxy those of connection tracking.
    const ofNetwork = [
      'ipv4/conf/all/forwarding 1',
      'ipv4/conf/default/forwarding 1',
      'netfilter/nf_conntrack_max 1048576',
      'netfilter/nf_conntrack_tcp_timeout_established 86400',
      'netfilter/nf_conntrack_tcp_timeout_close_wait 3600',
    ].map((line) => `/proc/sys/net/${line}`);
    const checks = [
      functions,
      ...[...ofKubelet, ...ofNetwork].map((line) => `set_to ${line} || echo failed: ${line}`),
      // kube-proxy: hash buckets for a quarter of them, unless there are more.
      'h=/sys/module/nf_conntrack/parameters/hashsize',
      '[ $(get $h) -ge 262144 ] || set_to $h 262144 || echo failed: $h',
    ];
    // The second time as after a restart of kubelet: nothing is left to write.
    expect(await okInside(checks.join('\n'))).toBe('');
    expect(await okInside(checks.join('\n'))).toBe('');
    expect(await values()).toEqual(machine);
  });

  it('has a writable sysfs first in its mounts, by which kube-proxy tells whether it may write', async () => {
    await start();
    const first = 'awk \'$3 == "sysfs" {print substr($4, 1, 2); exit}\' /proc/mounts';
    expect(await okInside(first)).toBe('rw\n');
  });

  it.each([
    ['KinD', '--label io.x-k8s.kind.cluster=kind --label io.x-k8s.kind.role=worker'],
    ['k3d', '--label app=k3d --label k3d.role=server'],
    ['minikube', '--label created_by.minikube.sigs.k8s.io=true'],
  ])('is a node of %s', async (_, labels) => {
    await start(`--privileged ${labels}`);
    expect(await okInside(writable)).toBe(settings.map((file) => `${file}\n`).join(''));
  });
});

describe('A5: nothing else is writable', () => {
  it.each([
    ['without the label', '--privileged'],
    [
      "with the machine's settings",
      `--privileged --label io.x-k8s.kind.role=worker --label ${label}=machine`,
    ],
    ['without --privileged', `--label ${label}=emulated`],
    ['with CAP_SYS_ADMIN alone', `--cap-add SYS_ADMIN --label ${label}=emulated`],
    ['with parts of /proc hidden', `--cap-add ALL --label ${label}=emulated`],
  ])('%s', async (_, options) => {
    await start(options);
    expect(await okInside(writable)).toBe('');
    expect(await okInside('grep -c " /dev/proc \\| /proc/sys/" /proc/mounts; true')).toBe('0\n');
  });

  it('a label that means nothing is refused at the start', async () => {
    const { code, stderr } = await guarded.sh(
      `docker run --rm --privileged --label ${label}=true busybox true`,
    );
    expect(code).toBe(125);
    expect(stderr).toMatch(/with the label io\.bulkhead\.kernel-settings=true is blocked: .*"emulated"/);
  });

  it("leaves the machine's out of reach: unmounted, in another /proc, by its other files", async () => {
    const machine = await values();
    await start();
    const others = [
      'cd /proc/sys; for f in kernel/* vm/* fs/*; ' +
        'do [ -f $f ] && (: >> $f) 2> /dev/null && echo $f; done',
      'mkdir /p; mount -t proc p /p; (echo 1 > /p/sys/kernel/panic) 2> /dev/null && echo another',
      'mount --bind /proc/sys/kernel /p; (echo 1 > /p/panic) 2> /dev/null && echo bound',
      `for f in ${settings.join(' ')}; do umount $f || exit; done`,
      writable,
    ];
    const given = settings
      .filter((file) => /^\/proc\/sys\/(kernel|vm)\/[^/]*$/.test(file))
      .map((file) => file.slice('/proc/sys/'.length));
    const found = (await okInside(others.join('; '))).trim().split('\n');
    await ok('docker rm -f node');
    await start('--privileged');
    const usual = (await okInside(`${others[0] ?? ''}; true`))
      .trim()
      .split('\n')
      .filter((one) => one !== '');
    expect(found.sort()).toEqual([...usual, ...given].sort());
    expect(await values()).toEqual(machine);
  });

  it('its files are bounded, hold no devices and no programs, and lead nowhere', async () => {
    await start();
    const script = `f=/proc/sys/kernel/panic
head -c 1000000 /dev/zero > $f 2> /dev/null; stat -c %s $f
cp /bin/busybox $f 2> /dev/null; chmod 4755 $f && $f true 2>&1
stat -c '%u %g' $f /proc/sys/kernel/.; mknod /proc/sys/kernel/x c 1 1 2>&1; rm $f 2>&1; ls -d $f
mount -o remount,exec,suid,dev,bind $f && head -c 20 /bin/busybox > $f; ls $f/.. 2>&1`;
    const { stdout } = await inside(script);
    expect(stdout).toBe(
      [
        '36864',
        'sh: /proc/sys/kernel/panic: Permission denied',
        '0 0',
        '65534 65534',
        'mknod: /proc/sys/kernel/x: No such file or directory',
        "rm: can't remove '/proc/sys/kernel/panic': Permission denied",
        '/proc/sys/kernel/panic',
        'ls: /proc/sys/kernel/panic/..: Not a directory',
        '',
      ].join('\n'),
    );
  });
});
