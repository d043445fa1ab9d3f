// docs/compatibility.md, as `npm run test:matrix` writes it. It has neither dates nor durations: the same
// results make the same page.
import { reasons } from './matrix-reasons.mjs';

/**
 * What a suite left in Vitest's JSON form: how many tests passed, and the titles of the others. A file that
 * failed as a whole is one failure. With a `file`, relative to the repository, of a report of many files:
 * null if it is not among them.
 */
export function resultOf(report, file = '') {
  const { testResults: all = [] } = JSON.parse(report);
  const testResults = all.filter(({ name = '' }) => file === '' || name.endsWith(`/${file}`));
  if (file !== '' && testResults.length === 0) return null;
  const tests = testResults.flatMap((file) => file.assertionResults);
  const titles = (...statuses) =>
    tests.filter(({ status }) => statuses.includes(status)).map(({ fullName }) => fullName.trim());
  const failed = titles('failed');
  const broken = testResults.filter(({ status }) => status === 'failed').length > 0 && failed.length === 0;
  return {
    passed: titles('passed').length,
    failed: broken ? ['the whole suite'] : failed,
    skipped: titles('skipped', 'pending', 'todo', 'disabled'),
  };
}

/** The engines that a suite's log says it ran with (tests/support/real-engine.ts). */
export function enginesIn(log) {
  return [...log.matchAll(/^engine under test: (\d+\.\d+\.\d+)\S* (\d+\.\d+\.\d+)\S* (\S+)$/gm)].map(
    ([, engine, client, driver]) => ({
      engine,
      client,
      store: driver === 'overlayfs' ? 'containerd' : driver,
    }),
  );
}

/** Whether they are those of the cell. A test may choose a store of its own beside them. */
export function isAsNamed(cell, engines) {
  return (
    engines.some(({ store }) => store === cell.store) &&
    engines.every(({ engine, client }) => engine === cell.engine.docker && client === cell.client.docker)
  );
}

/** The reason why a test can't pass in a cell, or undefined. */
function reasonOf(cell, suite, title) {
  return reasons.find(
    (reason) => reason.suite === suite && reason.title.test(title) && (reason.cell?.test(cell) ?? true),
  )?.why;
}

/** What did not pass, and has no reason: `{ cell, suite, title }` of each. */
export function unexplained(cells) {
  return notPassed(cells).filter(({ why }) => why === undefined);
}

function notPassed(cells) {
  return cells.flatMap((cell) =>
    cell.suites.flatMap(({ name: suite, result }) =>
      result === null || result === 'not-part'
        ? []
        : ['failed', 'skipped'].flatMap((how) =>
            result[how].map((title) => ({
              cell: cell.name,
              suite,
              title,
              how,
              why: reasonOf(cell.name, suite, title),
            })),
          ),
    ),
  );
}

/** The page. `cells` have their suites' results: of `resultOf`, null where it did not run, or 'not-part'. */
export function compatibilityPage({ machine, cells, suites }) {
  const own = cells.filter((cell) => cell.isOwnClient);
  return [
    '# Compatibility',
    '',
    'Written by `npm run test:matrix` from what it ran: do not edit it. ECI is on, with the backend',
    '`exclusive`.',
    '',
    `Machine: Linux ${machine.kernel} (${machine.architecture}), cgroup ${machine.cgroups}, ` +
      `the engines' data on ${machine.storage}.`,
    '',
    ...table(
      ['Docker Engine', 'containerd', 'runc'],
      own.map(({ engine }) => [engine.docker, engine.containerd, engine.runc]),
    ),
    '',
    ...table(
      ['docker (client)', 'buildx', 'Compose'],
      own.map(({ client }) => [client.docker, client.buildx, client.compose]),
    ),
    '',
    'Docker Engine 29 is not in here: no package of it can be had for the tests (not run on a real 29).',
    'Whole machines, with systemd and other kernels: [machine-engine.md](machine-engine.md).',
    '',
    '## What ran where',
    '',
    'The figures are tests that passed; what failed or was left out is beside them, and listed below.',
    '',
    'With the docker command line:',
    '',
    ...results(
      suites.filter(({ docker }) => docker),
      cells,
      (cell) => `${cell.engine.docker}, ${cell.store}, docker ${cell.client.docker}`,
    ),
    '',
    'Other clients, and what needs none:',
    '',
    ...results(
      suites.filter(({ docker }) => !docker),
      own,
      (cell) => `${cell.engine.docker}, ${cell.store}`,
    ),
    '',
    '## What did not pass',
    '',
    ...listed(notPassed(cells)),
    '',
  ].join('\n');
}

function results(suites, cells, heading) {
  return table(
    ['suite', ...cells.map(heading)],
    suites.map((suite) => [
      `${suite.name}: ${suite.what} (\`${suite.file}\`)`,
      ...cells.map((cell) => figures(cell.suites.find(({ name }) => name === suite.name)?.result ?? null)),
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

function listed(rows) {
  if (rows.length === 0) return ['Everything passed.'];
  const byTest = new Map();
  for (const row of rows) {
    const key = [row.suite, row.how, row.title, row.why].join('\n');
    byTest.set(key, [...(byTest.get(key) ?? []), row]);
  }
  return table(
    ['suite', 'test', 'where', 'why'],
    [...byTest.values()].map((same) => {
      const [{ suite, how, title, why }] = same;
      const where = same.map(({ cell }) => cell).join('; ');
      return [suite, `${how === 'failed' ? 'failed' : 'left out'}: ${title}`, where, why ?? 'not known yet'];
    }),
  );
}

/** Rows of Markdown; one that is there already is left out. */
function table(heads, rows) {
  const cell = (text) => text.replaceAll('\n', ' ').replaceAll('|', '\\|');
  const lines = [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`);
  return [...new Set(lines)];
}
