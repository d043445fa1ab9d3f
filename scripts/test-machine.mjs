// `npm run test:machine`: builds, boots a real Debian machine in QEMU, and tests Bulkhead in front of that
// machine's own Docker Engine. Prints how long each step took.
//
//   PATH…                test files, by a part of their path
//
// The machine's image is made once and cached. Logs of the machine are in artifacts/machine-*.log.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { build } from './build.mjs';
import { main, note, step } from './console.mjs';
import { installDebianPackages } from './debian-packages.mjs';
import { installNpmPackages } from './npm-packages.mjs';
import { artifacts, at, pinnedNode, repository } from './paths.mjs';
import { countsOf } from './test-results.mjs';

await main(
  async () => {
    const obstacle = await whyNot();
    if (obstacle !== undefined) {
      console.log(`⚠ skipped: ${obstacle}`);
      console.log('0 passed, 0 failed, 1 skipped');
      return;
    }
    await build({ window: false });
    mkdirSync(artifacts, { recursive: true });
    step('Booting the machine');
    const report = path.join(artifacts, 'machine.json');
    rmSync(report, { force: true });
    const code = await runTests(report, process.argv.slice(2));
    const { passed, failed, skipped } = countsOf(
      existsSync(report) ? readFileSync(report, 'utf8') : undefined,
      code,
    );
    process.exitCode = failed === 0 ? 0 : 1;
    console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  },
  { closing: '0 passed, 1 failed' },
);

/** Installs what is needed; resolves with the sentence that says why that can't be, or undefined. */
async function whyNot() {
  if (process.platform !== 'linux' || process.arch !== 'x64' || process.getuid?.() !== 0)
    return 'the machine is made by root on Linux for x86-64.';
  await installNpmPackages();
  try {
    await installDebianPackages({ also: 'machine' });
    return undefined;
  } catch (error) {
    note(String(error.message));
    return 'QEMU cannot be installed here.';
  }
}

function runTests(report, paths) {
  const child = spawn(
    pinnedNode,
    [
      ...[at('node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', 'machine', '--reporter=verbose'],
      ...['--reporter=json', `--outputFile.json=${report}`, ...paths],
    ],
    { cwd: repository, stdio: 'inherit' },
  );
  return new Promise((resolve) => {
    child
      .once('error', () => {
        resolve(1);
      })
      .once('exit', (code) => {
        resolve(code ?? 1);
      });
  });
}
