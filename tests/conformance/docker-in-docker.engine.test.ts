import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { Duplex } from 'node:stream';
import { importDocker, importSystemd } from '../support/client-images.ts';
import { grpcClientOn } from '../support/grpc-client.ts';
import type { Side } from '../support/guarded-engine.ts';
import { comparable, startTwoEngines, type TwoEngines } from '../support/two-engines.ts';
import type { Case } from './case.ts';
import { inDocker, inPrivileged } from './cases/docker-in-docker.ts';
import { inspectNode, nestedEngines, startNode, waitForResponse } from './cases/nested-engines.ts';

let engines: TwoEngines;
/**
 * `docker run --privileged` of a dockerd, its data on a volume (below an overlay no overlay can be made, on a
 * stock engine neither).
 */
const startInner = async (side: Side) => {
  const started = await side.sh(
    'docker run -d --privileged --init --name outer -v /var/lib/docker dind sh -c "dockerd > ' +
      '/dockerd.log 2>&1; exec sleep 1000" || exit' +
      waitForResponse('outer', 60, 'docker exec outer cat /dockerd.log'),
  );
  if (started.code !== 0) throw new Error(started.stdout + started.stderr);
};
beforeAll(async () => {
  engines = await startTwoEngines();
  await Promise.all([
    importDocker(engines.bare.socket, 'dind'),
    importDocker(engines.guarded.engine.socket, 'dind'),
  ]);
  await Promise.all([startInner(engines.bare), startInner(engines.guarded)]);
});
afterAll(async () => {
  await engines?.stop();
});

const outside = async (side: Side, script: string, environment?: Readonly<Record<string, string>>) => {
  const outcome = await side.sh(script, environment);
  return {
    code: outcome.code,
    stdout: comparable(outcome.stdout, side),
    stderr: comparable(outcome.stderr, side),
  };
};
const inside = (side: Side, script: string) =>
  outside(side, 'docker exec outer sh -c "$SCRIPT"', { SCRIPT: script });

async function same({ script, shows, code = 0, quietly = false }: Case, run = inside): Promise<void> {
  const [guarded, bare] = await Promise.all([run(engines.guarded, script), run(engines.bare, script)]);
  const compared = (outcome: typeof bare) =>
    quietly ? { code: outcome.code, stdout: outcome.stdout } : outcome;
  expect(bare, `the stock engine: ${bare.stderr}`).toMatchObject({
    code,
    ...(shows === undefined ? {} : { stdout: expect.stringMatching(shows) as string }),
  });
  expect(compared(guarded), guarded.stderr).toEqual(compared(bare));
}

describe('A4: an engine in a privileged container works under ECI as on a stock engine', () => {
  for (const one of inDocker) it(one.does, () => same(one));

  for (const one of inPrivileged) it(one.does, () => same(one));

  it("A2 its containers are in the outer container's range", async () => {
    const outer = (await inside(engines.guarded, 'cat /proc/self/uid_map')).stdout;
    expect(outer).not.toMatch(/^\s*0\s+0\s/);
    expect(
      (
        await inside(
          engines.guarded,
          'docker run --rm --privileged --userns host inner cat /proc/self/uid_map',
        )
      ).stdout,
    ).toBe(outer);
  });
});

it('A4: systemd boots in a privileged container, limits its services, and ends on request', async () => {
  const services = {
    'web.service': '[Service]\nExecStart=/bin/busybox httpd -f -p 80 -h /etc\nMemoryMax=32M\nTasksMax=10\n',
    'once.service':
      '[Service]\nType=oneshot\nRemainAfterExit=yes\nPrivateTmp=yes\nProtectSystem=full\n' +
      'ExecStart=/bin/busybox sh -c "id -u > /var/once"\n',
  };
  // If the machine has cgroup v1, systemd has to be configured for it. With the label of KinD's nodes, which
  // boot systemd.
  const boot = `docker run -d --name sd --privileged --cgroupns private --tmpfs /run --tmpfs /tmp \\
  --label io.x-k8s.kind.role=worker systemd \\
  /usr/lib/systemd/systemd systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1 >/dev/null
for i in $(seq 100); do
  [ "$(docker exec sd systemctl is-system-running 2>/dev/null)" = running ] && break; sleep .1
done
docker exec sd systemctl is-system-running
docker exec sd systemctl --no-pager --plain --no-legend list-units --type=service
docker exec sd systemctl is-active sys-kernel-debug.mount sys-kernel-tracing.mount
docker exec sd sh -c 'cat /var/once; wget -qO- http://127.0.0.1/passwd; cd /sys/fs/cgroup
cat memory/system.slice/web.service/memory.limit_in_bytes pids/system.slice/web.service/pids.max \\
  system.slice/web.service/memory.max 2>/dev/null'
docker stop -t 20 sd; docker inspect -f '{{.State.ExitCode}}' sd; docker rm sd`;
  await Promise.all([
    importSystemd(engines.bare.socket, 'systemd', services),
    importSystemd(engines.guarded.engine.socket, 'systemd', services),
  ]);
  const [guarded, bare] = await Promise.all([engines.guarded.sh(boot), engines.bare.sh(boot)]);
  expect(bare.stdout, bare.stderr).toMatch(
    new RegExp(
      '^running\n[^]*web\\.service +loaded active running' +
        '[^]*\nactive\nactive\n0\nroot:x:0:0:[^]*33554432\n[^]*\nsd\n130\nsd\n$',
    ),
  );
  expect(guarded).toEqual(bare);
});

describe('A4: images that run an engine work under ECI as on a stock engine', { timeout: 180_000 }, () => {
  for (const one of nestedEngines) it(one.does, () => same(one, outside));

  it("Dagger's engine: calls over `docker exec -i … dial-stdio`; its volume is kept", async () => {
    const { guarded } = engines;
    const start = await guarded.sh(
      'docker run -d --name dagger --privileged --restart always -v dagger:/var/lib/dagger dind sh -c ' +
        "'mkdir -p /run/buildkit; exec containerd --root /var/lib/dagger --state /run/buildkit/state " +
        "-a /run/buildkit/buildkitd.sock'; " +
        'until docker exec dagger test -S /run/buildkit/buildkitd.sock; do sleep .1; done',
    );
    expect(start.code, start.stderr).toBe(0);
    const dial = () => {
      // As `buildctl dial-stdio`: bytes between its standard streams and the socket.
      const dialer = '-H unix:///run/buildkit/buildkitd.sock system dial-stdio'.split(' ');
      const args = ['-H', `unix://${guarded.socket}`, 'exec', '-i', 'dagger', 'docker', ...dialer];
      // The client first tries HTTP/1 on the socket, and reports that it got something else.
      const child = spawn('docker', args, { stdio: ['pipe', 'pipe', 'ignore'] });
      return grpcClientOn(Duplex.from({ readable: child.stdout, writable: child.stdin }));
    };
    const version = '/containerd.services.version.v1.Version/Version';
    const clients = [dial(), dial(), dial()];
    // An unknown field (number 100, bytes) in a message of 3 MB: it has to pass the whole way.
    const size = 3 * 1024 * 1024;
    const large = Buffer.concat([Buffer.from([0xa2, 0x06, 0x80, 0x80, 0xc0, 0x01]), Buffer.alloc(size)]);
    const answers = await Promise.all(
      clients.flatMap((client) => [client.call(version, large), client.call(version, new Uint8Array())]),
    );
    for (const client of clients) client.close();
    for (const { status, message, messages } of answers) {
      expect({ status, message }).toEqual({ status: 0, message: '' });
      expect(Buffer.from(messages[0] ?? []).toString('latin1')).toMatch(/\d+\.\d+\.\d+/);
    }
    const kept = await guarded.sh(
      'in="docker exec dagger ctr -a /run/buildkit/buildkitd.sock namespaces"; $in create kept; ' +
        'docker restart -t 1 dagger; until $in ls -q 2>/dev/null; do sleep .1; done; ' +
        'docker rm -f dagger; docker volume rm dagger',
    );
    expect(kept).toMatchObject({ code: 0, stdout: 'dagger\nkept\ndagger\ndagger\n' });
  });

  // Docker Desktop 4.86: nodes of KinD did not come back.
  it('a node of KinD: its pods run again after it was restarted, and after the machine was', async () => {
    const restarted = 'state\nstate\npod running\n0:0 /etc/passwd\n0:0 /var/lib/docker\n0:0 /run\n';
    await same(
      {
        does: 'restart',
        script: `${startNode}; docker restart -t 5 node > /dev/null; ${inspectNode}`,
        shows: new RegExp(`^${restarted}$`),
      },
      outside,
    );
    await engines.guarded.engine.reboot();
    const { stdout, stderr } = await outside(engines.guarded, inspectNode);
    expect(stdout, stderr).toBe(`state\n${restarted}`);
    // What kubelet writes is the node's own (A4); its pods, and their user namespaces, mount a /proc.
    const machine = (await readFile('/proc/sys/kernel/panic', 'utf8')).trim();
    const settings = await outside(
      engines.guarded,
      `docker exec node sh -c 'printf 321 > /proc/sys/kernel/panic; cat /proc/sys/kernel/panic; echo
        docker run --rm --privileged inner busybox unshare -Urmpf busybox sh -c \
          "busybox mount -t proc p /proc; busybox cat /proc/sys/kernel/panic"'`,
    );
    expect(settings.stdout, settings.stderr).toBe(`321\n${machine}\n`);
    expect((await readFile('/proc/sys/kernel/panic', 'utf8')).trim()).toBe(machine);
  });
});
