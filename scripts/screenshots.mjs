// `npm run screenshots`: pictures of every page, theme and language. See tests/support/screenshots.ts.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { main } from './console.mjs';
import { at, pinnedNode, repository } from './paths.mjs';
import { setUp } from './set-up.mjs';

await main(async () => {
  await setUp({ also: 'tests' });
  const child = spawn(pinnedNode, [at('tests/support', 'screenshots.ts'), ...process.argv.slice(2)], {
    cwd: repository,
    stdio: 'inherit',
  });
  process.exitCode = await new Promise((resolve) => {
    child
      .once('error', () => {
        resolve(1);
      })
      .once('exit', (code) => {
        resolve(code ?? 1);
      });
  });
});
