// `npm run screenshots`: pictures of every page, theme and language. See tests/support/screenshots.ts.
import process from 'node:process';
import { main, runProgram } from './console.mjs';
import { at } from './paths.mjs';
import { setUp } from './set-up.mjs';

await main(async () => {
  await setUp({ also: 'tests' });
  await runProgram(at('tests/support', 'screenshots.ts'), process.argv.slice(2));
});
