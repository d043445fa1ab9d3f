import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle, gatewayBundles, makeCodeCache } from './bundle.mjs';
import * as paths from './paths.mjs';

let directory = '';
const at = (...names: string[]) => path.join(directory, ...names);
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-gateway-bundle-'));
  await symlink(paths.at('node_modules'), at('node_modules'));
  // The gateway looks for its programs beside the launcher.
  await mkdir(at('bin'));
  await writeFile(at('bin', 'bulkhead'), '');
  for (const options of gatewayBundles(at('dist'))) await bundle(options);
  await makeCodeCache('gateway', at('dist'));
}, 60_000);
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

it("the gateway's bundle has one-byte characters only", async () => {
  expect(await readFile(at('dist', 'program.cjs'), 'utf8')).not.toMatch(/[^\0-\x7f]/);
});

it("the gateway's bundle imports nothing by import(), which code from a cache cannot", async () => {
  expect(await readFile(at('dist', 'program.cjs'), 'utf8')).not.toMatch(/[^.\w$]import\(/);
});

/** Whether V8 refuses the program's code cache in a Node with these flags. */
async function isCacheRefused(flags: readonly string[]): Promise<unknown> {
  await writeFile(
    at('load.mjs'),
    `import { createRequire } from 'node:module';
     import { cachedRequire } from ${JSON.stringify(paths.at('cli', 'cached-require.ts'))};
     const directory = ${JSON.stringify(at('dist'))};
     process.argv = [process.execPath, directory + '/main.cjs', '--help'];
     let refused;
     process.on('exit', () => process.stdout.write('\\nrefused: ' + refused));
     cachedRequire(createRequire(process.argv[1]), directory, (_file, _source, script) => {
       refused = script.cachedDataRejected;
     })('./program.cjs');`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, at('load.mjs')]);
  return JSON.parse(/\nrefused: (.*)$/.exec(stdout)?.[1] ?? 'null');
}

it('the gateway is loaded from the code cache with the flags of bin/bulkhead alone', async () => {
  const launcher = await readFile(paths.at('bin', 'bulkhead'), 'utf8');
  const flags = /flags="\$flags (--.*)"/.exec(launcher)?.[1]?.split(' ') ?? [];
  expect(flags).not.toEqual([]);
  expect(await isCacheRefused(flags)).toBe(false);
  expect(await isCacheRefused([])).toBe(true);
});
