// The arguments of `npm test`.
import { parseArgs } from 'node:util';
import { ActionableError } from './console.mjs';

/**
 * Stages (undefined: all), paths for the test runner, and what of them to run. `changed` is undefined without
 * `--changed`, '' without a reference. Rejects what is no option and no stage.
 *
 * @param {string[]} args
 * @param {string[]} names all stages
 */
export function parseArguments(args, names) {
  let values, positionals;
  try {
    ({ values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        only: { type: 'string' },
        changed: { type: 'boolean', default: false },
        small: { type: 'boolean', default: false },
        coverage: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new ActionableError(`${error.message}. See npm test -- --help.`);
  }
  const only = values.only?.split(',');
  const unknown = only?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length > 0)
    throw new ActionableError(`--only takes ${names.join(', ')}, not "${unknown.join(',')}".`);
  if (values.changed && positionals.length > 1)
    throw new ActionableError('--changed takes one reference, such as main or HEAD~3, and no paths.');
  return {
    only: only ?? stagesOfPaths(values.changed ? [] : positionals, names),
    paths: values.changed ? [] : positionals,
    changed: values.changed ? (positionals[0] ?? '') : undefined,
    small: values.small,
    coverage: values.coverage,
  };
}

/** Paths are for the test runner: unless stages are given, lint, types and tests of others are left out. */
function stagesOfPaths(paths, names) {
  const others = ['lint', 'typecheck', 'upstream'];
  return paths.length > 0 ? names.filter((name) => !others.includes(name)) : undefined;
}
