import { execFile } from 'node:child_process';
import { readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { settled, verificationSchema } from '../shared/verify/claims.ts';
import { bulkheadCommand, setStage, type Stage } from './app.ts';
import { pageObjects } from './page-objects.ts';

let stage: Stage;
beforeAll(async () => {
  const settings = {
    configurationFileVersion: 2,
    enhancedContainerIsolation: { locked: true, value: true },
    filesharingAllowedDirectories: [{ path: '$TMP', sharedByDefault: true }],
  };
  stage = await setStage({
    engine: true,
    prepare: (paths) => writeFile(paths.settings, `${JSON.stringify(settings, null, 2)}\n`),
  });
});
afterAll(() => stage.end());

/** `bulkhead verify`: exit code and claims that leave something open. */
const verify = () =>
  new Promise<{ code: number | null; open: string[] }>((resolve, reject) => {
    const child = execFile(
      bulkheadCommand,
      ['verify', '--json', '--root', stage.paths.root],
      (_error, stdout, stderr) => {
        if (stdout === '') {
          reject(new Error(stderr));
          return;
        }
        const { claims } = verificationSchema.parse(JSON.parse(stdout));
        resolve({
          code: child.exitCode,
          open: claims
            .filter(({ verdict }) => !settled(verdict))
            .map(({ id, evidence }) => `${id}: ${evidence}`),
        });
      },
    );
  });

it('a replaced runtime is shown as "on, not verified", with the reason, until it is restored', async () => {
  const { runtimeBinary } = stage.paths;
  expect(await verify()).toMatchObject({ code: 0, open: [] });
  const window = await stage.open();
  const pages = pageObjects(window);
  const main = window.page.getByRole('main');
  await expect.poll(() => pages.sentence(), { timeout: 60_000 }).toMatch(/^Protected and verified /);

  // As an administrator might "repair" Docker: the registered runtime is plain runc from now on.
  await rename(runtimeBinary, `${runtimeBinary}.ours`);
  await symlink(await real('/usr/sbin/runc', '/usr/bin/runc'), runtimeBinary);
  try {
    await main.getByRole('button', { name: 'Verify now' }).first().click();
    const { verification } = await window.until(
      'the verification has ended',
      (s) => s.verification?.claims.some((claim) => claim.verdict === 'fail') === true,
      60_000,
    );
    expect(verification?.claims.find(({ id }) => id === 'A2-user-namespace')).toMatchObject({
      verdict: 'fail',
      evidence: 'uid_map "0 0 4294967295"',
    });
    expect(verification?.claims.find(({ id }) => id === 'A5-privileged-confined')).toMatchObject({
      verdict: 'fail',
      evidence: expect.stringContaining('write kernel.core_pattern (ok)') as string,
    });
    await expect.poll(() => pages.sentence()).toBe('On, but not verified');
    await main.getByRole('button', { name: 'See results' }).click();
    await window.page.getByText('uid_map "0 0 4294967295"', { exact: true }).waitFor();
    await window.screenshot('overview-claim-failed');
    expect((await verify()).code).toBe(1);
  } finally {
    await rm(runtimeBinary);
    await rename(`${runtimeBinary}.ours`, runtimeBinary);
  }
  // By another user, on the command line: the window shows it all the same.
  expect((await verify()).code).toBe(0);
  await expect.poll(() => pages.sentence()).toMatch(/^Protected and verified /);
  expect(await stage.docker('ps', '-aq')).toBe('');
  expect(await stage.docker('images', '-q', 'bulkhead/probe')).toBe('');
});

/** The first of these that is there. */
async function real(...paths: string[]): Promise<string> {
  for (const path of paths)
    if (
      await readFile(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  throw new Error(`none of ${paths.join(', ')} is there`);
}
