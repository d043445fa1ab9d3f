// The changed files for `npm test -- --changed`, and the affected tests.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ActionableError, run } from './console.mjs';
import { at, repository } from './paths.mjs';

/** Maximum number of whole files of engine tests: they take up to minutes each. */
const maxEngineFiles = 3;

/**
 * The commit of `reference`, or the one at which this branch left main, and the files that differ from it:
 * committed, not committed and new ones. Paths are relative to the repository; deleted files are left out.
 */
export async function findChanges(reference) {
  const git = async (...args) => (await run('git', args, { cwd: repository })).stdout.trim();
  const base =
    reference === ''
      ? (await git('merge-base', 'HEAD', 'main')) || (await git('merge-base', 'HEAD', 'origin/main'))
      : await git('rev-parse', '--verify', '--quiet', `${reference}^{commit}`);
  if (base === '')
    throw new ActionableError(
      reference === ''
        ? 'There is no branch main to compare with: name a commit, as in npm test -- --changed HEAD~1.'
        : `--changed takes a commit, and "${reference}" names none.`,
    );
  const listed = await Promise.all([
    git('diff', '--name-only', '-z', base),
    git('ls-files', '--others', '--exclude-standard', '-z'),
  ]);
  const files = [...new Set(listed.flatMap((text) => text.split('\0')))].filter(
    (file) => file !== '' && existsSync(at(file)),
  );
  return { base, files };
}

/** The files that a checker of sources accepts. */
export const sourceFiles = (files) => files.filter((file) => /\.(?:ts|tsx|mjs|js|cjs)$/.test(file));

/** Programs used by tests on a real engine, and the support code of those tests. */
const reachesEngine = new RegExp(
  '^(?:shared|engine|planner|supervisor|gateway|cli|runtime|tests|bin)/|' +
    '^(?:package-lock\\.json|scripts/build\\.mjs)$',
);

/**
 * Engine tests for a change: the small set where the change reaches an engine, changed test files, and those
 * beside changed sources, at most three; `leftOut` has the others.
 *
 * @param {string[]} files changed
 * @param {string[]} engineTests all files of engine tests
 */
export function selectEngineTests(files, engineTests) {
  const sources = files.filter(
    (file) => reachesEngine.test(file) && !/(?<!\.engine)\.test\.tsx?$/.test(file),
  );
  const folders = new Set(sources.map((file) => path.posix.dirname(file)));
  const near = engineTests
    .filter((test) => folders.has(path.posix.dirname(test)))
    .sort((a, b) => Number(files.includes(b)) - Number(files.includes(a)));
  return {
    small: sources.length > 0,
    whole: near.slice(0, maxEngineFiles),
    leftOut: near.slice(maxEngineFiles),
  };
}
