import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Guest } from './guest.ts';
import { everydayDockerUse } from './everyday-docker-use.ts';
import { expectIsolatedOverLayers } from './many-layers.ts';
import { applySetting, engineFiles, installPackage, parseIdMap, runningSince } from './product.ts';

// Debian's unstable release: newer versions of kernel, systemd, Docker Engine, containerd and runc.
describe("the machine's own Docker Engine on Debian unstable", () => {
  let guest: Guest;
  let filesBefore: string;

  beforeAll(async () => {
    guest = await Guest.boot({ suite: 'sid' });
    await guest.output(`docker import -c 'CMD ["sh"]' /usr/local/share/busybox.tar busybox
docker run -d --name old --restart always busybox sleep 1000000`);
    console.log(
      await guest.output(`uname -r; systemctl --version | head -n 1; runc --version | head -n 1
docker version --format '{{range .Server.Components}}{{.Name}} {{.Version}}; {{end}}'`),
    );
  }, 1_800_000);
  afterAll(async () => {
    await guest?.saveOutput('journalctl --no-pager -o short-precise', 'machine-newer-journal.log');
    await guest?.stop();
  }, 120_000);

  it('is newer than the stable one', async () => {
    const engine = await guest.output("docker version --format '{{.Server.Version}}'");
    expect(Number(engine.split('.')[0])).toBeGreaterThanOrEqual(28);
  });

  it('is put behind the gateway and isolated, by the package', async () => {
    await installPackage(guest);
    filesBefore = await engineFiles(guest);
    await guest.output('bulkhead install --yes', { timeoutMs: 600_000 });
    const before = await runningSince(guest, 'old');
    expect(await applySetting(guest, '/enhancedContainerIsolation/value', 'true')).toMatch(
      /Verify from inside +\d/,
    );
    expect(await runningSince(guest, 'old')).toBe(before);
  });

  everydayDockerUse(() => guest);

  it.each([70, 120])('an isolated container over %i layers', (layers) =>
    expectIsolatedOverLayers(guest, layers),
  );

  it('restarts containers after a reboot, isolated', async () => {
    await guest.reboot();
    await guest.output('systemctl start docker', { timeoutMs: 300_000 });
    const map = parseIdMap(await guest.output('docker exec web cat /proc/self/uid_map'));
    expect(map.count).toBe(65_536);
  });

  it('is restored by `bulkhead uninstall`, byte for byte', async () => {
    await guest.output('bulkhead uninstall --yes', { timeoutMs: 600_000 });
    expect(await engineFiles(guest)).toBe(filesBefore);
  });
});
