import { describe, expect, it } from 'vitest';
import { reportedStatus, startDueVerification } from './due-verification.ts';
import type { Guest } from './guest.ts';
import { parseIdMap } from './product.ts';

const applyMs = 420_000;

/**
 * What an administrator does besides applying, with ECI on: explain, plan, roll back, and recreate a
 * container from before ECI. Leaves settings and containers as they were.
 */
export function administration(guest: () => Guest): void {
  const output = (command: string): Promise<string> => guest().output(command, { timeoutMs: applyMs });
  const newestVersion = () => output('bulkhead settings history --quiet | head -n 1');

  describe('an administrator, with ECI on', () => {
    it('has explained what a command would be refused for', async () => {
      expect((await guest().run('bulkhead explain docker run --pid=host busybox')).stdout).toContain('(A7)');
    });

    it('plans: nothing to do, or what a change does', async () => {
      expect(await output('bulkhead plan')).toContain('There is nothing to apply.');
      await output('bulkhead settings set /bulkhead/mode audit');
      expect(await output('bulkhead plan')).toMatch(/audit/i);
      await output(`bulkhead settings rollback ${await newestVersion()}`);
      expect(await output('bulkhead plan')).toContain('There is nothing to apply.');
    });

    it('audit mode and shared directories are switched, and rolled back, without a restart', async () => {
      const engine = await output('systemctl show --value -p MainPID docker');
      const before = await newestVersion();
      await output(`bulkhead settings set /bulkhead/mode audit
bulkhead settings set /filesharingAllowedDirectories '[{"path":"/srv"}]'
bulkhead apply --yes`);
      expect((await guest().run('docker run --rm --pid=host busybox true', { user: 'alice' })).code).toBe(0);
      expect(await output('bulkhead status')).toMatch(/audit/i);
      await output(`bulkhead settings rollback ${before} && bulkhead apply --yes`);
      expect(
        (await guest().run('docker run --rm --pid=host busybox true', { user: 'alice' })).stderr,
      ).toContain('(A7)');
      expect(await output('systemctl show --value -p MainPID docker')).toBe(engine);
    });

    it('recreates a container from before ECI, which is then isolated', async () => {
      await output('bulkhead settings set /enhancedContainerIsolation/value false && bulkhead apply --yes');
      await output('docker run -d --name earlier -e KEPT=yes busybox sleep 1000000');
      await output('bulkhead settings set /enhancedContainerIsolation/value true && bulkhead apply --yes');
      expect(await output('bulkhead containers recreate earlier --yes')).toContain('earlier');
      expect(parseIdMap(await output('docker exec earlier cat /proc/self/uid_map')).count).toBe(65_536);
      expect(await output("docker exec earlier sh -c 'echo $KEPT'")).toBe('yes');
      await output('docker rm -f earlier');
    });

    it('has it verified again on another kernel, and not if the last verification holds', async () => {
      const before = await reportedStatus(guest());
      await startDueVerification(guest());
      expect((await reportedStatus(guest())).verification).toEqual(before.verification);

      const record = '/var/lib/bulkhead/system/verification.json';
      await output(`sed -i 's/"kernel": "[^"]*"/"kernel": "4.19.0"/' ${record}`);
      expect((await reportedStatus(guest())).protection).toBe('unverified');
      expect(await output('bulkhead status')).toContain('not verified on this kernel');
      const begun = await output('date --utc --iso-8601=seconds');
      await startDueVerification(guest());
      const { protection, engine, verification } = await reportedStatus(guest());
      expect([protection, verification?.kernel]).toEqual(['protected', engine.kernel]);
      expect(Date.parse(verification?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(begun));
    });
  });
}
