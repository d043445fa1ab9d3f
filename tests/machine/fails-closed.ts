import { expect, it } from 'vitest';
import type { Guest } from './guest.ts';
import { parseIdMap } from './product.ts';

const forbidden = 'docker run --rm --pid=host busybox true';
const settings = '/etc/bulkhead/admin-settings.json';

/**
 * Gateway and planner that hang, and settings that cannot be used: nothing is undecided meanwhile. For an
 * engine with ECI on. Takes minutes, those of systemd's watchdog: killed and stopped services are in
 * system-engine.
 */
export function failsClosed(guest: () => Guest): void {
  const alice = (command: string) => guest().run(command, { user: 'alice' });
  const mainPid = (unit: string) => guest().output(`systemctl show --value -p MainPID ${unit}`);
  const hang = (unit: string) => guest().output(`systemctl kill --kill-whom=main -s STOP ${unit}`);
  /** Until the watchdog has replaced a process, and the service runs again. */
  const untilReplaced = async (unit: string, before: string) => {
    await expect.poll(() => mainPid(unit), { timeout: 240_000, interval: 2000 }).not.toBe(before);
    await guest().output(`until systemctl is-active -q ${unit}; do sleep 0.5; done`);
    const why = `journalctl -q --no-pager -b -u ${unit} --grep 'Watchdog timeout' | wc -l`;
    expect(await guest().output(why)).not.toBe('0');
  };

  it('the gateway hangs: requests wait until the watchdog has replaced it, at the same socket', async () => {
    const before = await mainPid('bulkhead-gateway');
    const inode = await guest().output('stat -c %i /run/docker.sock');
    await hang('bulkhead-gateway');
    expect((await alice(forbidden)).stderr).toContain('(A7)');
    await untilReplaced('bulkhead-gateway', before);
    expect(await guest().output('stat -c %i /run/docker.sock')).toBe(inode);
  });

  it('the planner hangs: a container waits for its successor, or is refused', async () => {
    const before = await mainPid('bulkhead-planner');
    await hang('bulkhead-planner');
    const ownMap = 'docker run --rm busybox cat /proc/self/uid_map';
    const { code, stdout, stderr } = await alice(ownMap);
    if (code === 0) expect(parseIdMap(stdout).count).toBe(65_536);
    else expect(stderr).toContain('isolation planner');
    await untilReplaced('bulkhead-planner', before);
    expect(parseIdMap((await alice(ownMap)).stdout).count).toBe(65_536);
  });

  it('unusable settings never allow more, even after a restart; `status` reports them', async () => {
    await guest().output(`cp -p ${settings} settings.kept && echo '{ "enhanced' > ${settings}`);
    try {
      expect((await alice(forbidden)).code).toBe(125);
      await guest().output('systemctl restart bulkhead-gateway bulkhead-planner');
      const { code, stdout, stderr } = await alice(forbidden);
      expect({ code, stdout }).toEqual({ code: 125, stdout: '' });
      expect(stderr).toContain('enhanced container isolation');
      expect((await guest().run('bulkhead status')).stdout).toContain("settings can't be used");
    } finally {
      await guest().output(`cp -p settings.kept ${settings}`);
    }
    await expect
      .poll(async () => (await alice('docker run --rm busybox echo usable')).stdout, { timeout: 120_000 })
      .toBe('usable\n');
  });
}
