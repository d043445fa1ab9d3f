// docs/compatibility.md from a record of results (docs/compatibility.json): the same record makes the same
// page.
import { notRunReasons } from './matrix-reasons.mjs';
import { byNumber, cellsOf, counted, entriesOf, notPassed } from './matrix-results.mjs';
import { cellStages, machineKey, machinePlace, machineSuites, suites } from './matrix-suites.mjs';

/** The page's text. */
export function compatibilityPage(record) {
  return [
    '# Compatibility',
    '',
    'Written by `npm run test:matrix` from [compatibility.json](compatibility.json), which has the last',
    'result of each cell, with its date and commit: do not edit either. ECI is on, with the backend',
    '`exclusive`.',
    '',
    ...table(
      ['Docker Engine', 'containerd', 'runc'],
      sorted(record.engines).map(([docker, { containerd, runc }]) => [docker, containerd, runc]),
    ),
    '',
    ...table(
      ['docker (client)', 'buildx', 'Compose'],
      sorted(record.clients).map(([docker, { buildx, compose }]) => [docker, buildx, compose]),
    ),
    '',
    'Docker Engine 29 is not in here: no package of it is available for the tests (not run on a real 29).',
    'Whole machines, with systemd and other kernels: [machine-engine.md](machine-engine.md).',
    'Suites of others, and what they lose: [tests](design/testing.md#tests-of-others).',
    '',
    ...whatRan(record),
    '## Kernels',
    '',
    'The runtime passes layers to an overlay by descriptor on Linux 6.13 and newer, and attaches them on',
    'older ones.',
    '',
    ...kernels(record),
    '',
    '## Which run has which cells',
    '',
    ...runs(),
    '',
    '## When it ran',
    '',
    'A commit with `+` had changes beside it.',
    '',
    ...origins(record),
    '',
    '## What did not pass',
    '',
    ...listed(notPassed(record)),
    counted(record),
    '',
    ...whatDidNotRun(record),
  ].join('\n');
}

function whatRan(record) {
  const all = cellsOf(record);
  return [
    '## What ran where',
    '',
    'The figures are tests that passed; what failed or was left out is beside them, and listed below.',
    '',
    'With the docker command line:',
    '',
    ...results(
      suites.filter(({ docker }) => docker),
      all,
      (cell) => `${cell.engine}, ${cell.store}, docker ${cell.client}`,
    ),
    '',
    'Other clients, and what needs none:',
    '',
    ...results(
      suites.filter(({ docker }) => !docker),
      all.filter(({ isOwnClient }) => isOwnClient),
      (cell) => `${cell.engine}, ${cell.store}`,
    ),
    '',
  ];
}

function results(some, cells, heading) {
  return table(
    ['suite', ...cells.map(heading)],
    some.map((suite) => [
      `${suite.name}: ${suite.what} (\`${suite.file}\`)`,
      ...cells.map((cell) => figures(cell.results[suite.name] ?? null)),
    ]),
  );
}

function figures(result) {
  if (result === null) return 'not run';
  return [
    String(result.passed),
    ...(result.failed.length > 0 ? [`${result.failed.length} failed`] : []),
    ...(result.skipped.length > 0 ? [`${result.skipped.length} left out`] : []),
  ].join(', ');
}

/** Every suite without a result, with the cells where it has none, and why; nothing if there is none. */
function whatDidNotRun(record) {
  const inCells = entriesOf(record).map(({ cell, suite, result }) => [suite.name, cell.name, result]);
  const onMachines = machineSuites.map((suite) => [
    `\`${suite.file}\``,
    machinePlace(suite),
    record.kernels[machineKey(suite)] ?? null,
  ]);
  const rows = [...inCells, ...onMachines]
    .filter(([, , result]) => result === null)
    .map(([suite, cell]) => ({ suite, cell, why: notRunReason(cell, suite) }));
  if (rows.length === 0) return [];
  const places = (same) => [...new Set(same.map(({ cell }) => cell))].join('; ');
  const merged = grouped(rows, ({ suite, why }) => [suite, why]).map((same) => ({
    ...same[0],
    where: places(same),
  }));
  const byPlace = grouped(merged, ({ where, why }) => [where, why]);
  return [
    '## What was not run, and why',
    '',
    ...table(
      ['suites', 'where', 'why'],
      byPlace.map((same) => [same.map(({ suite }) => suite).join(', '), same[0].where, same[0].why]),
    ),
    '',
  ];
}

/** The reason why a suite has no result in a cell: the last of the list is for all. */
function notRunReason(cell, suite) {
  return notRunReasons.find(
    (reason) => (reason.suite?.test(suite) ?? true) && (reason.cell?.test(cell) ?? true),
  )?.why;
}

/** Rows of the engine tests and of the virtual machines, by kernel; what did not run is last. */
function kernels(record) {
  const rows = [
    {
      result: record.kernels.engine ?? null,
      machine: 'Debian 13',
      what: "all engine tests: claims, the runtime's requirements, both ways to mount layers",
      file: '*.engine.test.ts',
      run: 'every change',
    },
    ...machineSuites.map((suite) => ({ ...suite, result: record.kernels[machineKey(suite)] ?? null })),
  ];
  const byKernel = (one, other) => byNumber(one.result?.kernel ?? '999', other.result?.kernel ?? '999');
  return table(
    ['Linux', 'machine', 'Docker Engine', 'what', 'tests passed', 'run'],
    rows
      .sort(byKernel)
      .map(({ result, machine, what, file, run }) => [
        result?.kernel ?? '',
        result === null ? machine : `${machine}, ${result.machine}`,
        result === null ? '' : `${result.docker}, containerd ${result.containerd}, runc ${result.runc}`,
        `${what} (\`${file}\`)`,
        figures(result),
        run,
      ]),
  );
}

function runs() {
  const of = { machine: "Debian 13's", newer: "Debian unstable's" };
  return table(
    ['run', 'engine', 'image store', 'clients', 'suites'],
    [
      ['every change: `npm test`, stage `engine`', of.machine, 'overlay2', of.machine, 'all'],
      ...cellStages.map((stage) => [
        `every change: \`npm test\`, stage \`${stage.name}\``,
        of[stage.engine],
        stage.store,
        of[stage.client],
        stage.suites.join(', '),
      ]),
      ['nightly and before a release: `npm run test:matrix`', 'both', 'both', 'both', 'all'],
      ['by hand: `npm run test:matrix -- CELL --suite NAME`', "CELL's", "CELL's", "CELL's", 'NAME'],
    ],
  );
}

/** What ran on which day, at which commit, and on which kernel; the latest first. */
function origins(record) {
  const all = [
    ...entriesOf(record).map(({ cell, suite, result }) => ({ result, where: cell.name, what: suite.name })),
    ...Object.entries(record.kernels).map(([what, result]) => ({
      result,
      where: 'kernels',
      what: what === 'engine' ? 'all engine tests' : what,
    })),
  ].filter(({ result }) => result !== null);
  const keyOf = ({ date, commit, kernel }) => [date.slice(0, 10), commit, kernel];
  const latest = all.sort((one, other) => (one.result.date < other.result.date ? 1 : -1));
  const keys = new Map(latest.map(({ result }) => [keyOf(result).join(), keyOf(result)]));
  return table(
    ['date', 'commit', 'Linux', 'what'],
    [...keys].map(([key, columns]) => {
      const same = all.filter(({ result }) => keyOf(result).join() === key);
      const places = [...new Set(same.map(({ where }) => where))].sort(byNumber);
      const text = (place) => same.filter(({ where }) => where === place).map(({ what }) => what);
      return [...columns, places.map((place) => `${place}: ${text(place).sort().join(', ')}`).join('; ')];
    }),
  );
}

function listed(rows) {
  if (rows.length === 0) return ['All tests that ran passed.'];
  const byTest = grouped(rows, ({ suite, how, title, why }) => [suite, how, title, why]);
  return [
    ...table(
      ['suite', 'test', 'where', 'why'],
      byTest.map((same) => {
        const [{ suite, how, title, why }] = same;
        const where = same.map(({ cell }) => cell).join('; ');
        const outcome = how === 'failed' ? 'failed' : 'left out';
        return [suite, `${outcome}: ${title}`, where, why ?? 'not known yet'];
      }),
    ),
    '',
  ];
}

/** Lists of the rows of which `keyOf` tells the same, in the order of their first ones. */
function grouped(rows, keyOf) {
  const groups = new Map();
  for (const row of rows) {
    const key = keyOf(row).join('\n');
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

const sorted = (object) => Object.entries(object).sort(([one], [other]) => byNumber(one, other));

/** Rows of Markdown; one that is there already is left out. */
function table(heads, rows) {
  const cell = (text) => text.replaceAll('\n', ' ').replaceAll('|', '\\|');
  const lines = [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`);
  return [...new Set(lines)];
}
