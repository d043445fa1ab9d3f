import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Side } from '../support/guarded-engine.ts';
import { sendJson } from '../support/raw-http.ts';
import { startRegistry } from '../support/registry.ts';
import { startTwoEngines, type TwoEngines } from '../support/two-engines.ts';

// Published vulnerabilities of Docker and runc that no other test covers; docs/security/cves.md lists all.
let engines: TwoEngines;
let outside: string;

beforeAll(async () => {
  engines = await startTwoEngines();
  outside = path.join(engines.guarded.scratch, 'outside');
  await mkdir(outside, { mode: 0o700 });
  await writeFile(path.join(outside, 'marker'), "the machine's\n");
});
afterAll(async () => {
  await engines?.stop();
});

/** The files of the kernel to which the published attacks on runc write, opened and not changed. */
const openKernelFiles =
  'for f in /proc/sys/kernel/core_pattern /proc/sys/fs/file-max; ' +
  'do (: >> $f) 2> /dev/null && echo $f; done; true';

/** Version of the runc that both engines execute. */
async function runcVersion(): Promise<readonly number[]> {
  const format = '{{range .Server.Components}}{{if eq .Name "runc"}}{{.Version}}{{end}}{{end}}';
  const { stdout } = await engines.bare.sh(`docker version -f '${format}'`);
  const version = /^(\d+)\.(\d+)\.(\d+)/.exec(stdout)?.slice(1).map(Number);
  if (version === undefined) throw new Error(`the version of runc is not one: ${stdout}`);
  return version;
}

function isAtLeast(version: readonly number[], other: readonly number[]): boolean {
  const at = other.findIndex((number, i) => version[i] !== number);
  return at < 0 || (version[at] ?? 0) > (other[at] ?? 0);
}

describe('runc', () => {
  it('CVE-2025-31133, CVE-2025-52565, CVE-2025-52881: no write to the kernel without masks', async () => {
    // The result of the attacks: missing masks and read-only paths. Here they are left out.
    const script = `docker run --rm --security-opt systempaths=unconfined busybox sh -c '${openKernelFiles}'`;
    const bare = await engines.bare.sh(script);
    expect(bare.stdout, bare.stderr).toBe('/proc/sys/kernel/core_pattern\n/proc/sys/fs/file-max\n');
    const guarded = await engines.guarded.sh(script);
    expect([guarded.code, guarded.stdout], guarded.stderr).toEqual([0, '']);
  });

  it('CVE-2026-41579: a link in place of /dev has nothing made or removed where it leads', async () => {
    // In a build step, which has its root as the image has it: dockerd puts a directory there for containers.
    const made = async (side: Side) => {
      const target = await mkdtemp(path.join(outside, 'dev-'));
      await writeFile(path.join(target, 'ptmx'), "the machine's\n");
      const { stderr } = await side.sh(`mkdir -p t41579; docker create --name c41579 busybox > /dev/null
        docker export c41579 | tar -x -C t41579; docker rm c41579 > /dev/null
        rm -rf t41579/dev; ln -s ${target} t41579/dev
        tar -C t41579 -c . | docker import -c 'CMD ["sh"]' -c 'ENV PATH=/bin' - i41579 > /dev/null
        printf 'FROM i41579\nRUN true\n' | docker build --no-cache -`);
      const names = await readdir(target);
      await rm(target, { recursive: true });
      return { names, stderr };
    };
    const bare = await made(engines.bare);
    const guarded = await made(engines.guarded);
    expect(guarded.names, guarded.stderr).toEqual(['ptmx']);
    // The fix is in runc 1.3.6, and may be in a distribution's earlier one.
    const [fixed, unfixed] = [['ptmx'], ['fd', 'ptmx', 'stderr', 'stdin', 'stdout']];
    const possible = isAtLeast(await runcVersion(), [1, 3, 6]) ? [fixed] : [fixed, unfixed];
    expect(possible, bare.stderr).toContainEqual(bare.names.sort());
    if (bare.names.length === unfixed.length) expect(guarded.stderr).toMatch(/dev\/ptmx: permission denied/);
  });

  it('CVE-2024-21626: no working directory leads out through a descriptor of runc', async () => {
    const marker = `../../../../../../../..${outside}/marker`;
    const script = `for fd in 3 4 5 6 7 8 9 10; do
      docker run --rm -w /proc/self/fd/$fd busybox cat ${marker} 2>&1; done
      docker run -d --name c21626 busybox sleep 600 > /dev/null
      for fd in 3 4 5 6 7 8 9 10; do docker exec -w /proc/self/fd/$fd c21626 cat ${marker} 2>&1; done
      docker rm -f c21626 > /dev/null`;
    // runc has the fix since 1.1.12: it is out of reach on both. Without it the ids of the range would be
    // those of nobody in there, and the directory is closed to them.
    for (const side of [engines.bare, engines.guarded]) {
      const { stdout } = await side.sh(script);
      expect(stdout).not.toContain("the machine's");
      // Each of the 16 was tried, and reported why it could not.
      expect(stdout.trimEnd().split('\n').length, stdout).toBeGreaterThanOrEqual(16);
      const inside = await side.sh('docker run --rm -w /proc/self/root/etc busybox cat ../etc/passwd');
      expect(inside.stdout, inside.stderr).toMatch(/^root:/);
    }
  });
});

describe('Docker Engine', () => {
  it.each([
    ['docker cp into a container', (name: string) => `tar -c -C t . | docker cp - ${name}:/a/b/`],
    ['docker cp out of a container', (name: string) => `docker cp ${name}:/a/b - > /dev/null`],
  ])(
    'CVE-2026-41568, CVE-2026-42306: %s follows no link that the container puts in the way',
    async (kind, copy) => {
      const name = kind.replaceAll(/\W/g, '');
      // The mount point's parent is replaced by a link to a directory of the machine, repeatedly.
      const exchange = `while :; do mv /a /x; ln -s ${outside} /a; rm /a; mv /x /a; done`;
      const script = `mkdir -p t; echo x > t/x
        docker run -d --name ${name} -v /a/b busybox sh -c "${exchange}" > /dev/null
        end=$(($(date +%s) + 4)); while [ $(date +%s) -lt $end ]; do ${copy(name)} 2> /dev/null; done
        docker rm -fv ${name} > /dev/null; grep -c " ${outside}" /proc/self/mountinfo`;
      // The engine of Debian 13 has both fixes: inaccessible on both. See SECURITY.md for engines without.
      for (const side of [engines.bare, engines.guarded]) {
        expect((await side.sh(script)).stdout).toBe('0\n');
        expect(await readdir(outside)).toEqual(['marker']);
        expect(await readFile(path.join(outside, 'marker'), 'utf8')).toBe("the machine's\n");
      }
    },
  );

  it.each([2, 5, 7])(
    'CVE-2026-34040: a body of %i MiB is decided by what the engine would get, or refused',
    async (mebibytes) => {
      const name = `large${mebibytes}`;
      const request = (socket: string) =>
        sendJson(
          socket,
          'POST',
          `/v1.45/containers/create?name=${name}`,
          `{"Image": "busybox",${' '.repeat(mebibytes * 1024 * 1024)}"HostConfig": {"PidMode": "host"}}`,
        );
      // An authorization plugin got no body of more than 1 MiB, and had to decide without it.
      expect((await request(engines.bare.socket)).status).toBe(201);
      const refused = await request(engines.guarded.socket);
      expect([refused.status, refused.body]).toEqual(
        mebibytes > 6
          ? [413, expect.stringMatching(/the body is longer than/)]
          : [403, expect.stringMatching(/--pid=host is blocked/)],
      );
      expect((await engines.guarded.sh(`docker ps -aq --filter name=${name}`)).stdout).toBe('');
      await engines.bare.sh(`docker rm ${name}`);
    },
  );
});

describe('plugins', () => {
  it('CVE-2026-33997: none is installed, whatever rights were agreed to', async () => {
    const [open, bareOpen] = await Promise.all([
      startRegistry(),
      startRegistry({ network: engines.bareNetwork }),
    ]);
    try {
      const plugin = path.join(engines.guarded.scratch, 'plugin');
      await mkdir(path.join(plugin, 'rootfs'), { recursive: true });
      await writeFile(path.join(plugin, 'rootfs/x'), 'x');
      await writeFile(
        path.join(plugin, 'config.json'),
        JSON.stringify({
          description: 'x',
          entrypoint: ['/x'],
          interface: { types: ['docker.volumedriver/1.0'], socket: 'x.sock' },
          network: { type: 'host' },
          linux: { capabilities: [] },
        }),
      );
      const publish = (host: string) =>
        `docker plugin create ${host}/x ${plugin} && docker plugin push ${host}/x && ` +
        `docker plugin rm ${host}/x`;
      const install = (host: string) =>
        `docker plugin install --disable --grant-all-permissions ${host}/x && docker plugin ls -q | wc -l`;
      const published = await engines.bare.sh(publish(bareOpen.host));
      expect(published.code, published.stderr).toBe(0);
      const bare = await engines.bare.sh(install(bareOpen.host));
      expect([bare.code, bare.stdout.trim().split('\n').at(-1)], bare.stderr).toEqual([0, '1']);

      // Past the gateway, as root would: clients can't make one either.
      const byRoot = await engines.guarded.sh(publish(open.host), {
        DOCKER_HOST: `unix://${engines.guarded.engine.socket}`,
      });
      expect(byRoot.code, byRoot.stderr).toBe(0);
      const guarded = await engines.guarded.sh(install(open.host));
      expect(guarded.code).not.toBe(0);
      expect(guarded.stderr).toMatch(/enhanced container isolation: .* is blocked/);
      // Other rights than it takes: what an engine without the fix does not notice.
      const other = '[{"Name": "network", "Description": "", "Value": ["none"]}]';
      const pulled = await sendJson(
        engines.guarded.socket,
        'POST',
        `/v1.45/plugins/pull?remote=${open.host}/x&name=y`,
        other,
      );
      expect([pulled.status, pulled.body]).toEqual([403, expect.stringMatching(/is blocked/)]);
      expect((await engines.guarded.sh('docker plugin ls -q')).stdout).toBe('');
    } finally {
      await engines.bare.sh('docker plugin ls -q | xargs -r docker plugin rm');
      await Promise.all([open.stop(), bareOpen.stop()]);
    }
  });
});

describe('Docker Desktop', () => {
  it('CVE-2025-9074: no container reaches the Engine API over its network', async () => {
    const script = (addresses: string) =>
      'docker run --rm busybox sh -c \'gateway=$(ip route | grep ^default | cut -d " " -f 3); ' +
      `for address in ${addresses}; do for port in 2375 2376; do ` +
      "timeout 3 wget -q -O - http://$address:$port/version 2> /dev/null; done; done; echo $gateway'";
    const guarded = await engines.guarded.sh(script('$gateway 192.168.65.7'));
    expect(guarded.stdout, guarded.stderr).toMatch(/^[0-9.]+\n$/);
    // It would reach what listens there.
    const listening = createServer((_, response) => response.end('reached\n'));
    listening.listen(2375, guarded.stdout.trim());
    await once(listening, 'listening');
    try {
      const answered = await engines.guarded.sh(script('$gateway'));
      expect(answered.stdout, answered.stderr).toBe(`reached\n${guarded.stdout}`);
    } finally {
      listening.close();
    }
  });
});
