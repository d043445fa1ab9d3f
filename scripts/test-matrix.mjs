// `npm run test:matrix`: A1 and the claims on two Docker Engines, two image stores and two sets of clients,
// as root. Writes what came of it to docs/compatibility.md.
//
//   CELL…              cells, by a part of their name (engine/store/client): 28.5.2/containerd
//   --suite NAME[,…]   suites, by a part of their name: docker-py
//   --page             runs nothing, and writes the page
//
// Results of other cells and suites are kept from earlier runs, in artifacts/matrix; where there are none,
// those of the stages of `npm test` count, in artifacts.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { compatibilityPage, enginesIn, isAsNamed, resultOf, unexplained } from './compatibility-page.mjs';
import { ActionableError, main, note, step } from './console.mjs';
import { stores, suites } from './matrix-suites.mjs';
import { fetchNewerEngine } from './newer-engine.mjs';
import { artifacts, at } from './paths.mjs';
import { setUp } from './set-up.mjs';
import { runStage } from './test-stage.mjs';
import { closingLine } from './test-results.mjs';

const results = path.join(artifacts, 'matrix');
const page = at('docs', 'compatibility.md');
const minutes = 60_000;

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { suite: { type: 'string' }, page: { type: 'boolean', default: false } },
  });
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new ActionableError(
      'These tests drive real engines and need root on Linux: run `sudo npm run test:matrix`.',
    );
  await setUp({ also: 'tests' });
  const newer = await fetchNewerEngine();
  if (!values.page) await build();
  const all = cells(newer);
  const wantedCells = all.filter((cell) => isWanted(cell.name, positionals));
  const wantedSuites = suites.filter((suite) => isWanted(suite.name, values.suite?.split(',') ?? []));
  const runs = [];
  for (const cell of values.page ? [] : wantedCells)
    for (const suite of wantedSuites) if (runsIn(suite, cell)) runs.push(await runSuite(cell, suite));
  if (runs.length === 0 && !values.page)
    throw new ActionableError(`Nothing is called so. Cells: ${all.map(({ name }) => name).join(', ')}.`);

  const shown = all.map((cell) => ({
    ...cell,
    suites: suites.map((suite) => ({
      name: suite.name,
      result: runsIn(suite, cell) ? readResult(cell, suite) : 'not-part',
    })),
  }));
  writeFileSync(page, compatibilityPage({ machine: machine(), cells: shown, suites }));
  note(`Written: docs/compatibility.md`);
  const open = unexplained(shown);
  for (const { cell, suite, title } of open) console.error(`✗ ${cell} ${suite}: ${title}`);
  if (open.length > 0) {
    process.exitCode = 1;
    console.log('Repair these, or add why they can’t pass to scripts/matrix-reasons.mjs.');
  }
  console.log(closingLine(runs));
});

function isWanted(name, parts) {
  return parts.length === 0 || parts.some((part) => name.includes(part));
}

/** Suites without the docker command line need no second set of clients. */
function runsIn(suite, cell) {
  return suite.docker || cell.isOwnClient;
}

/** Every engine with every store and every set of clients. */
function cells(newer) {
  const machine = { engine: undefined, client: undefined };
  const engines = [machine, newer].map((directories) => ({
    directories,
    versions: versions(directories),
  }));
  return engines.flatMap((engine) =>
    stores.flatMap((store) =>
      engines.map((client) => ({
        name: [engine.versions.engine.docker, store, client.versions.client.docker].join('/'),
        engine: engine.versions.engine,
        store,
        client: client.versions.client,
        isOwnClient: client === engine,
        env: {
          BULKHEAD_TEST_STORE: store,
          ...(engine.directories.engine === undefined
            ? {}
            : { BULKHEAD_TEST_ENGINE: engine.directories.engine }),
          ...(client.directories.client === undefined
            ? {}
            : { BULKHEAD_TEST_CLIENT: client.directories.client }),
        },
      })),
    ),
  );
}

/** Upstream versions, as the programs say them. */
function versions({ engine = '/', client = '/' }) {
  const of = (file, ...args) =>
    /\d+\.\d+\.\d+/.exec(execFileSync(file, args, { encoding: 'utf8' }))?.[0] ?? '?';
  const plugins = path.join(client, 'usr/libexec/docker/cli-plugins');
  return {
    engine: {
      docker: of(path.join(engine, 'usr/sbin/dockerd'), '--version'),
      containerd: of(path.join(engine, 'usr/bin/containerd'), '--version'),
      runc: of(path.join(engine, 'usr/sbin/runc'), '--version'),
    },
    client: {
      docker: of(path.join(client, 'usr/bin/docker'), '--version'),
      buildx: of(path.join(plugins, 'docker-buildx'), 'version'),
      compose: of(path.join(plugins, 'docker-compose'), 'version'),
    },
  };
}

async function runSuite(cell, suite) {
  step(`${cell.name}: ${suite.name}`);
  const name = path.join('matrix', cell.name, suite.name);
  mkdirSync(path.dirname(path.join(artifacts, name)), { recursive: true });
  rmSync(path.join(artifacts, `${name}.json`), { force: true });
  const result = await runStage(
    { name, projects: ['engine'], workers: 1, timeout: 20 * minutes, paths: [suite.file], env: cell.env },
    [],
  );
  const used = enginesIn(readFileSync(path.join(artifacts, `${name}.log`), 'utf8'));
  if (!isAsNamed(cell, used)) {
    rmSync(path.join(artifacts, `${name}.json`), { force: true });
    throw new ActionableError(
      `${name} ran with ${used.map(Object.values).join('; ') || 'no engine'}: repair that first.`,
    );
  }
  return result;
}

/** What the last run of a suite in a cell left, or null where there was none. */
function readResult(cell, suite) {
  const report = path.join(results, cell.name, `${suite.name}.json`);
  return existsSync(report) ? resultOf(readFileSync(report, 'utf8')) : resultOfStage(cell, suite);
}

/** What a stage of `npm test` left, if it ran on the cell's engine with the cell's clients. */
function resultOfStage(cell, suite) {
  const { BULKHEAD_TEST_ENGINE: engine, BULKHEAD_TEST_CLIENT: client } = cell.env;
  const isMachines = engine === undefined && client === undefined && cell.store === 'overlay2';
  const stage = isMachines ? 'engine' : `newer-${cell.store}`;
  const [report, log] = ['json', 'log'].map((ending) => path.join(artifacts, `${stage}.${ending}`));
  if (!existsSync(report) || !existsSync(log)) return null;
  // The engine stage names none: no variable chose another than the machine's.
  const named = enginesIn(readFileSync(log, 'utf8'));
  if (isMachines ? named.length > 0 : !isAsNamed(cell, named)) return null;
  return resultOf(readFileSync(report, 'utf8'), suite.file);
}

/** The kernel, the file system of the engines' data, and the version of its cgroups. */
function machine() {
  const [major, minor] = os.release().split('.');
  const ask = (program, ...args) => execFileSync(program, args, { encoding: 'utf8' }).trim();
  return {
    kernel: `${major}.${minor}`,
    architecture: process.arch,
    storage: ask('df', '--output=fstype', '/tmp').split('\n').at(-1),
    cgroups: ask('stat', '-f', '-c', '%T', '/sys/fs/cgroup') === 'cgroup2fs' ? 'v2' : 'v1',
  };
}
