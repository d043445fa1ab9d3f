// What the machine itself must have: an engine, a compiler, the libraries of a window. Installed by root on
// Debian and its descendants; elsewhere: instructions.
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { ActionableError, runOrThrow, note, run, step } from './console.mjs';

/**
 * Each line is satisfied by any one of its packages, or by its command on PATH. The first package that is in
 * the machine's lists is installed. Several names: releases that renamed or merged a package.
 */
const engine = [
  { packages: ['docker.io', 'docker-ce'], command: 'dockerd' },
  { packages: ['docker-cli', 'docker-ce-cli', 'docker.io'], command: 'docker' },
  { packages: ['docker-buildx', 'docker-buildx-plugin'] },
  { packages: ['docker-compose', 'docker-compose-v2', 'docker-compose-plugin'] },
  { packages: ['iptables'], command: 'iptables' },
  { packages: ['iproute2'], command: 'ip' },
  { packages: ['lxcfs'], command: 'lxcfs' },
  // Programs with which the gateway unpacks what is copied into containers.
  { packages: ['xz-utils'], command: 'xz' },
  { packages: ['bzip2'], command: 'bzip2' },
];
const window = [
  { packages: ['libgtk-3-0t64', 'libgtk-3-0'] },
  { packages: ['libnss3'] },
  { packages: ['libasound2t64', 'libasound2'] },
  { packages: ['libatspi2.0-0t64', 'libatspi2.0-0'] },
  { packages: ['libgbm1'] },
  { packages: ['libxss1'] },
  { packages: ['libxtst6'] },
  { packages: ['libnotify4'] },
  { packages: ['libsecret-1-0'] },
];
const fonts = [{ packages: ['fonts-noto-cjk'] }];
const needs = [
  ...engine,
  { packages: ['busybox-static'] },
  { packages: ['gcc'], command: 'gcc' },
  { packages: ['libc6-dev'] },
  ...window,
  ...fonts,
];
const display = [
  { packages: ['xvfb'], command: 'Xvfb' },
  { packages: ['xauth'], command: 'xauth' },
];
// Only for tests: a client that is not ours, and a registry of our own. The C programs are also built for the
// other architecture, and run in its emulator, and with clang's sanitizers and fuzzer.
const [crossCompiler, crossLibrary] =
  process.arch === 'arm64'
    ? ['gcc-x86-64-linux-gnu', 'libc6-dev-amd64-cross']
    : ['gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross'];
const tests = [
  ...display,
  { packages: ['curl'], command: 'curl' },
  { packages: ['python3-docker'] },
  { packages: ['docker-registry'], command: 'docker-registry' },
  { packages: ['btrfs-progs'], command: 'mkfs.btrfs' },
  { packages: ['xfsprogs'], command: 'mkfs.xfs' },
  { packages: ['attr'], command: 'setfattr' },
  { packages: ['zstd'], command: 'zstd' },
  { packages: ['procps'], command: 'ps' },
  // A current browser: the renderer is tested in it, in addition to Electron's older one.
  { packages: ['chromium'], command: 'chromium' },
  // A desktop around the window: its bus, a notification server and a panel with a tray.
  { packages: ['dbus-daemon', 'dbus'], command: 'dbus-daemon' },
  { packages: ['dbus-bin', 'dbus'], command: 'dbus-send' },
  { packages: ['libglib2.0-bin'], command: 'gdbus' },
  { packages: ['dunst'], command: 'dunst' },
  { packages: ['xfce4-panel'], command: 'xfce4-panel' },
  { packages: ['x11-utils'], command: 'xwininfo' },
  // A dependency of the app's .deb, which dpkg checks when a test installs it.
  { packages: ['xdg-utils'] },
  // Run inside privileged containers by tests.
  { packages: ['systemd'] },
  { packages: ['libcap2-bin'], command: 'setcap' },
  { packages: ['qemu-user'] },
  { packages: ['clang-19'] },
  { packages: ['libclang-rt-19-dev'] },
];
// The fallback runtime is packaged from a zip, like the official one; every package has the probes of both
// architectures. electron-forge makes .deb and .rpm files.
const packaging = [
  { packages: ['zip'], command: 'zip' },
  { packages: ['dpkg'], command: 'dpkg-deb' },
  { packages: ['fakeroot'], command: 'fakeroot' },
  { packages: ['rpm'], command: 'rpmbuild' },
  { packages: [crossCompiler] },
  { packages: [crossLibrary] },
];
// A virtual Debian machine, in QEMU or as User Mode Linux.
const machine = [
  { packages: ['qemu-system-x86'], command: 'qemu-system-x86_64' },
  { packages: ['qemu-utils'], command: 'qemu-img' },
  { packages: ['mmdebstrap'], command: 'mmdebstrap' },
  { packages: ['e2fsprogs'], command: 'mkfs.ext4' },
  { packages: ['openssh-client'], command: 'ssh' },
  { packages: ['dpkg'], command: 'dpkg-deb' },
];
const sets = { display, tests: [...tests, ...packaging, ...machine], packaging };

const alternatives = ({ packages }) => packages.join(' | ');
/** Dependencies of the .deb: libraries of the window, in the syntax of a control file. */
export const windowPackages = window.map(alternatives);
/** What the .deb recommends: an embedded engine needs it, other targets do not. */
export const recommendedPackages = [...engine, ...fonts].map(alternatives);

const servicesOf = {
  'docker.io': ['docker.socket', 'docker'],
  'docker-registry': ['docker-registry'],
  lxcfs: ['lxcfs'],
};

/**
 * Installs the Debian packages that are missing. `also`: 'display' (the virtual one, for machines without a
 * screen), 'packaging', or 'tests' (both included).
 */
export async function installDebianPackages({ also } = {}) {
  if (process.platform !== 'linux') {
    note('The embedded engine needs Linux: on this system the app opens without it.');
    return;
  }
  const wanted = [...needs, ...(also === undefined ? [] : sets[also])];
  const missing = await missingOf(wanted);
  if (missing.length === 0) {
    note('The packages of the operating system are installed');
    return;
  }
  if (!existsSync('/usr/bin/apt-get')) {
    const list = missing.map((need) => need.command ?? need.packages[0]).join(', ');
    if (missing.every((need) => need.command === undefined)) {
      note(`This is not Debian, so these were not looked for (Debian's names): ${list}`);
      return;
    }
    throw new ActionableError(
      'This is not Debian: install with its own package manager what these Debian packages hold, ' +
        `then try again: ${list}.`,
    );
  }
  const first = missing.map((need) => need.packages[0]).join(' ');
  if (process.getuid?.() !== 0)
    throw new ActionableError(
      'Some Debian packages are missing and only root can install them: ' +
        `run \`sudo apt-get install ${first}\`, then try again.`,
    );
  await install(missing);
}

async function install(missing) {
  let names = await candidates(missing);
  if (names.length < missing.length) {
    step('Updating the package lists (apt-get update)');
    await runOrThrow(
      'apt-get',
      ['update', '-qq'],
      'apt-get update failed: check /etc/apt/sources.list and the network, then try again.',
    );
    names = await candidates(missing);
  }
  const unknown = missing.filter((need) => !need.packages.some((name) => names.includes(name)));
  if (unknown.length > 0)
    throw new ActionableError(
      "This machine's package lists have none of " +
        `${unknown.map((need) => need.packages.join('|')).join(', ')}: use Debian 13, ` +
        'or install it by hand.',
    );
  step(`Installing Debian packages: ${names.join(' ')}`);
  const fetchAndSetUp = () =>
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0', ...names], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  await withoutStartingServices(names, async () => {
    let result = await fetchAndSetUp();
    if (result.code !== 0) {
      // Lists that are older than the mirror name files that no longer exist.
      step('Updating the package lists (apt-get update) and trying again');
      await run('apt-get', ['update', '-qq']);
      result = await fetchAndSetUp();
    }
    if (result.code !== 0)
      throw new ActionableError(
        `apt-get could not install the packages: fix the errors and try again.\n${result.stderr.trim()}`,
      );
  });
}

/** For each need the first package that apt has, without duplicates. */
async function candidates(missing) {
  const all = missing.flatMap((need) => need.packages);
  const { stdout } = await run('apt-cache', ['policy', ...all], { env: { LC_ALL: 'C' } });
  const known = new Set();
  for (const block of stdout.split(/\n(?=\S)/)) {
    const name = block.slice(0, block.indexOf(':'));
    if (/Candidate: (?!\(none\))/.test(block)) known.add(name);
  }
  const chosen = missing
    .map((need) => need.packages.find((name) => known.has(name)))
    .filter((name) => name !== undefined);
  return [...new Set(chosen)];
}

async function missingOf(wanted) {
  const installed = await installedPackages(wanted.flatMap((need) => need.packages));
  const found = await Promise.all(
    wanted.map(
      (need) =>
        need.packages.some((name) => installed.has(name)) ||
        (need.command !== undefined && onPath(need.command)),
    ),
  );
  return wanted.filter((_, index) => !found[index]);
}

async function installedPackages(names) {
  const { stdout } = await run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Abbrev}\\n', ...names]);
  return new Set(
    stdout
      .split('\n')
      .filter((line) => / .i/.test(line))
      .map((line) => line.split(' ')[0]),
  );
}

function onPath(command) {
  // sbin too: on Debian a user's PATH lacks it, root's has it.
  return [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'].some(
    (directory) => directory !== '' && existsSync(`${directory}/${command}`),
  );
}

/**
 * Debian starts a service when its package is installed: for docker.io a machine-wide engine, while the
 * embedded engine is a private one. Debian's own switch, policy-rc.d, prevents that while `body` runs.
 */
async function withoutStartingServices(packages, body) {
  const policy = '/usr/sbin/policy-rc.d';
  const ours = '#!/bin/sh\n# Put here by the set-up of Bulkhead while packages are installed.\nexit 101\n';
  const write = !existsSync(policy) || readFileSync(policy, 'utf8') === ours;
  const remove = () => {
    if (write) rmSync(policy, { force: true });
  };
  const interrupted = () => {
    remove();
    process.exit(130);
  };
  if (write) {
    writeFileSync(policy, ours);
    chmodSync(policy, 0o755);
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  }
  try {
    await body();
  } finally {
    remove();
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
  const services = packages.flatMap((name) => servicesOf[name] ?? []);
  if (services.length > 0 && existsSync('/run/systemd/system')) {
    note(
      `These packages bring services of this machine's own: ${services.join(', ')}. ` +
        'They were not started now, but will be at the next boot (`systemctl disable ' +
        `${services.join(' ')}\` prevents that).`,
    );
  }
}
