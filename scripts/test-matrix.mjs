// `npm run test:matrix`: A1 and the claims on two Docker Engines, two image stores and two sets of clients,
// as root. Writes the results to docs/compatibility.json and docs/compatibility.md.
//
//   CELL…              cells, by a part of their name (engine/store/client): 28.5.2/containerd
//   --suite NAME[,…]   suites, by a part of their name: docker-py
//   --page             runs nothing: takes what `npm test` has left in artifacts, and writes the page
//
// Results of other cells and suites stay as an earlier run has written them.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { compatibilityPage } from './compatibility-page.mjs';
import { unexplained } from './matrix-results.mjs';
import { printedRecord } from './printed-record.mjs';
import { merged, readRecord, writeRecord } from './compatibility-record.mjs';
import { ActionableError, main, note, step } from './console.mjs';
import { addResult, cells, origin, recordFile, resultIn } from './matrix-cells.mjs';
import { runsIn, suites } from './matrix-suites.mjs';
import { fetchNewerEngine, OtherVersionError } from './newer-engine.mjs';
import { artifacts, at } from './paths.mjs';
import { setUp } from './set-up.mjs';
import { runStage } from './test-stage.mjs';
import { closingLine, notRunLines, withoutRun } from './test-results.mjs';

const inRepository = at('docs', 'compatibility.json');
const page = at('docs', 'compatibility.md');
const minutes = 60_000;

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { suite: { type: 'string' }, page: { type: 'boolean', default: false } },
  });
  const record = merged(readRecord(inRepository), readRecord(recordFile));
  const runs = values.page ? [] : await runAll(record, positionals, values.suite?.split(',') ?? []);

  write(record);
  note('Written: docs/compatibility.json, docs/compatibility.md');
  const open = unexplained(record);
  for (const { cell, suite, title } of open) console.error(`✗ ${cell} ${suite}: ${title}`);
  console.log(`\nNow or earlier:\n\n${printedRecord(record)}\n`);
  for (const line of notRunLines(runs)) console.log(line);
  if (open.length > 0) {
    process.exitCode = 1;
    console.log('Repair these, or add why they can’t pass to scripts/matrix-reasons.mjs.');
  }
  console.log(closingLine(runs));
});

/** Runs the wanted suites in the wanted cells, one after the other, and adds each result to the record. */
async function runAll(record, wantedCells, wantedSuites) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new ActionableError(
      'These tests drive real engines and need root on Linux: run `sudo npm run test:matrix`.',
    );
  await setUp({ also: 'tests' });
  const { newer, left } = await newerEngine();
  await build();
  const from = origin();
  const all = cells(newer);
  const runs = [];
  for (const cell of all.filter(({ name }) => isWanted(name, wantedCells)))
    for (const suite of suites.filter(({ name }) => isWanted(name, wantedSuites)))
      if (runsIn(suite, cell)) {
        runs.push(await runSuite(cell, suite, record, from));
        // An interrupted run keeps what it has.
        write(record);
      }
  if (runs.length === 0 && left.length === 0)
    throw new ActionableError(`Nothing is called so. Cells: ${all.map(({ name }) => name).join(', ')}.`);
  return [...runs, ...left];
}

/** The directories of the newer engine and its clients; null, and what is left out, if Debian has another. */
async function newerEngine() {
  try {
    return { newer: await fetchNewerEngine(), left: [] };
  } catch (error) {
    if (!(error instanceof OtherVersionError)) throw error;
    const left = withoutRun('cells with the newer engine or its clients', error.message);
    return { newer: null, left: [left] };
  }
}

function isWanted(name, parts) {
  return parts.length === 0 || parts.some((part) => name.includes(part));
}

function write(record) {
  writeRecord(inRepository, record);
  writeFileSync(page, compatibilityPage(record));
}

async function runSuite(cell, suite, record, from) {
  step(`${cell.name}: ${suite.name}`);
  const name = path.join('matrix', cell.name, suite.name);
  const report = path.join(artifacts, `${name}.json`);
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const run = await runStage(
    { name, projects: ['engine'], workers: 1, timeout: 20 * minutes, paths: [suite.file], env: cell.env },
    [],
  );
  const result = resultIn(name, cell, suite);
  if (result === null) {
    const log = path.join(artifacts, `${name}.log`);
    const lines = readFileSync(log, 'utf8').match(/^engine under test: .*$/gm) ?? ['no engine'];
    throw new ActionableError(`${name} ran with ${lines.join('; ')}: repair that first (${log}).`);
  }
  addResult(record, cell, suite, result, from);
  return run;
}
