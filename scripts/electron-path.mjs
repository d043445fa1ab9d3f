// `npm run -s electron:path`: the path of the Electron binary in use, and nothing else.
import { ActionableError, main } from './console.mjs';
import { findElectron } from './electron-runtime.mjs';

await main(async () => {
  const found = findElectron();
  if (found === undefined)
    throw new ActionableError('There is no Electron runtime yet: run `npm run set-up`.');
  console.log(found.path);
});
