import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importDocker, importSystemd } from '../support/client-images.ts';
import type { Side } from '../support/guarded-engine.ts';
import { comparable, startTwoEngines, type TwoEngines } from '../support/two-engines.ts';
import type { Case } from './case.ts';
import { inDocker, inPrivileged } from './cases/docker-in-docker.ts';

let engines: TwoEngines;
/**
 * `docker run --privileged` of a dockerd, its data on a volume (below an overlay no overlay can be made, on a
 * stock engine neither).
 */
const startInner = async (side: Side) => {
  const started = await side.sh(
    'docker run -d --privileged --init --name outer -v /var/lib/docker dind sh -c "dockerd > ' +
      '/dockerd.log 2>&1; exec sleep 1000" && for i in $(seq 100); ' +
      'do docker exec outer docker version >/dev/null 2>&1 && exit; sleep .1; done; ' +
      'docker exec outer cat /dockerd.log; exit 1',
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

const inside = async (side: Side, script: string) => {
  const outcome = await side.sh('docker exec outer sh -c "$SCRIPT"', { SCRIPT: script });
  return {
    code: outcome.code,
    stdout: comparable(outcome.stdout, side),
    stderr: comparable(outcome.stderr, side),
  };
};

async function same({ script, shows, code = 0, quietly = false }: Case): Promise<void> {
  const [guarded, bare] = await Promise.all([inside(engines.guarded, script), inside(engines.bare, script)]);
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
  // If the machine has cgroup v1, systemd has to be configured for it.
  const boot = `docker run -d --name sd --privileged --cgroupns private --tmpfs /run --tmpfs /tmp systemd \\
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
