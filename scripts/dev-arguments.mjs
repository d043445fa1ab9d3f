// The arguments of `npm run dev`.
import { URLSearchParams } from 'node:url';
import { parseArgs } from 'node:util';
import { ActionableError } from './console.mjs';

/** Options of scripts/dev.mjs, as described at its head. Rejects unknown ones. */
export function parseDevArguments(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        state: { type: 'string' },
        lang: { type: 'string' },
        browser: { type: 'boolean', default: false },
        route: { type: 'string' },
        'debugging-port': { type: 'string' },
      },
    }));
  } catch (error) {
    throw new ActionableError(`${error.message}. See npm run dev -- --help.`);
  }
  if (values.state === undefined && (values.browser || values.lang !== undefined))
    throw new ActionableError(
      '--browser and --lang belong to an invented state: name one, as in --state off.',
    );
  const port = values['debugging-port'];
  if (port !== undefined && !/^[1-9]\d{0,4}$/.test(port))
    throw new ActionableError(`--debugging-port takes a port, not "${port}".`);
  return values;
}

/**
 * Path, query and fragment of the page that shows an invented state.
 *
 * @param {{ state: string, lang?: string, route?: string }} options
 */
export function inventedPage({ state, lang, route = 'overview' }) {
  const query = new URLSearchParams({ state, ...(lang === undefined ? {} : { lang }) });
  return `dev/index.html?${query}#/${route}`;
}
