// `npm run bench -- NAME`: builds and runs tests/bench/NAME.ts under the pinned Node; without a name it lists
// them.
import { readFileSync, readdirSync } from 'node:fs';
import process from 'node:process';
import { ActionableError, headComment, main, runProgram } from './console.mjs';
import { build } from './build.mjs';
import { at } from './paths.mjs';
import { setUp } from './set-up.mjs';

const names = readdirSync(at('tests/bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length));
const [name, ...args] = process.argv.slice(2);

// Of one benchmark: its own help.
if (
  name !== undefined &&
  names.includes(name) &&
  args.some((argument) => argument === '--help' || argument === '-h')
) {
  console.log(headComment(readFileSync(at('tests/bench', `${name}.ts`), 'utf8')));
} else
  await main(async () => {
    if (name === undefined || !names.includes(name))
      throw new ActionableError(`Say which benchmark: npm run bench -- ${names.join(' | ')}`);
    await setUp({ also: 'tests' });
    await build();
    await runProgram(at('tests/bench', `${name}.ts`), args);
  });
