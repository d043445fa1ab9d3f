// Which stages `npm test` runs, with which arguments.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { findChanges, selectEngineTests, sourceFiles } from './changes.mjs';
import { artifacts, at } from './paths.mjs';

export const coverageDirectory = path.join(artifacts, 'coverage');

/** All sources count, including those that no test imports. */
const coverageOptions = [
  '--coverage.enabled',
  '--coverage.reporter=json-summary',
  `--coverage.reportsDirectory=${coverageDirectory}`,
  '--coverage.include={shared,engine,supervisor,planner,gateway,cli,electron,renderer}/**/*.{ts,tsx}',
  '--coverage.exclude=renderer/dev/**',
];

const engineTestFolders = ['engine', 'supervisor', 'planner', 'gateway', 'cli', 'runtime', 'tests'];

/** Test files, in posix form and relative to the repository. Runs under the Node that the machine has. */
const engineTests = () =>
  engineTestFolders
    .flatMap((folder) =>
      readdirSync(at(folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.engine.test.ts'))
        .map((file) => path.posix.join(folder, file.split(path.sep).join('/'))),
    )
    .sort();

/** A tag of a whole file (`@module-tag small`) or of single tests. */
const smallTag = /@module-tag small\b|tags: \[?'small'/;

/** The small set of a stage of engine tests: its files, and the tagged tests in them. */
const smallSet = () => ({
  paths: engineTests().filter((file) => smallTag.test(readFileSync(at(file), 'utf8'))),
  options: ['--tagsFilter=small'],
});

/**
 * The stages to run, in their order, and notes about what is left out. `options` is the result of
 * parseArguments in test-arguments.mjs.
 */
export async function planStages(stages, { only, changed, small, coverage, paths }) {
  const wanted = stages.filter(
    ({ name, architecture = process.arch, cell, isOnlyByName = false }) =>
      architecture === process.arch &&
      (only === undefined ? !isOnlyByName : only.includes(name)) &&
      // These have files of their own, which the engine stage runs if they are given.
      !(cell !== undefined && paths.length > 0),
  );
  const whole = wanted.map((stage) => ({
    ...stage,
    ...(small && stage.name === 'engine' ? smallSet() : {}),
    ...(coverage && stage.name === 'unit' ? { options: coverageOptions, coverage: true } : {}),
    ...(wanted.length > 1 && paths.length === 0 && stage.pathsAmongOthers !== undefined
      ? { paths: stage.pathsAmongOthers }
      : {}),
  }));
  if (changed === undefined) return { stages: whole, notes: [] };
  const { base, files } = await findChanges(changed);
  const engine = selectEngineTests(files, engineTests());
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  const left = [];
  const planned = whole.flatMap((stage) => {
    if (stage.cell !== undefined) return [];
    switch (stage.name) {
      case 'lint': {
        const args = [...sourceFiles(files)];
        return args.length === 0 ? [] : [{ ...stage, args }];
      }
      case 'format':
        return files.length === 0
          ? []
          : [{ ...stage, args: [...stage.args.filter((arg) => arg !== '.'), '--ignore-unknown', ...files] }];
      case 'unit':
        return [{ ...stage, options: [...(stage.options ?? []), `--changed=${base}`], mayBeEmpty: true }];
      case 'engine': {
        if (!engine.small) return [];
        left.push('engine tests but the small set (npm run test:engine)');
        if (!isRoot) return [];
        return [
          { ...stage, name: 'engine-small', ...smallSet() },
          ...(engine.whole.length === 0 ? [] : [{ ...stage, options: [], paths: engine.whole }]),
        ];
      }
      case 'e2e':
        left.push('end-to-end tests (npm run test:e2e)');
        return [];
      case 'machine':
        left.push("tests on a machine's own engine (npm run test:machine)");
        return [];
      default:
        return [stage];
    }
  });
  return { stages: planned, notes: leftOutNotes({ base, files, engine, left, isRoot }) };
}

function leftOutNotes({ base, files, engine, left, isRoot }) {
  return [
    `${files.length} files differ from ${base.slice(0, 12)}`,
    ...(left.length === 0 ? [] : [`Left out: ${left.join(', ')}`]),
    ...(engine.leftOut.length === 0 ? [] : [`Left out beside the change: ${engine.leftOut.join(' ')}`]),
    ...(engine.small && !isRoot ? ['Left out without root: the small engine set'] : []),
  ];
}
