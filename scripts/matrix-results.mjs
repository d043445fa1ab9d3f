// The results in a record of test runs (docs/compatibility.json): which suites ran in which cells, and what
// did not pass.
import { reasons } from './matrix-reasons.mjs';
import { machineKey, machinePlace, machineSuites, runsIn, stores, suites } from './matrix-suites.mjs';

/** Order of names with numbers in them, such as versions. */
export const byNumber = (one, other) => one.localeCompare(other, 'en', { numeric: true });

/** Every engine of a record with every store and all clients, and its results: null where none ran. */
export function cellsOf(record) {
  const clients = Object.keys(record.clients).sort(byNumber);
  return Object.keys(record.engines)
    .sort(byNumber)
    .flatMap((engine) => stores.flatMap((store) => clients.map((client) => ({ engine, store, client }))))
    .map((cell) => {
      const name = [cell.engine, cell.store, cell.client].join('/');
      return { ...cell, name, isOwnClient: cell.client === cell.engine, results: record.cells[name] ?? {} };
    });
}

/** Every suite in every cell that it is for: `{ cell, suite, result }`; the result null if it did not run. */
export function entriesOf(record) {
  return cellsOf(record).flatMap((cell) =>
    suites
      .filter((suite) => runsIn(suite, cell))
      .map((suite) => ({ cell, suite, result: cell.results[suite.name] ?? null })),
  );
}

/** The reason why a test can't pass in a cell, or undefined. */
function reasonOf(cell, suite, title) {
  return reasons.find(
    (reason) => reason.suite === suite && reason.title.test(title) && (reason.cell?.test(cell) ?? true),
  )?.why;
}

/** What did not pass, and has no reason: `{ cell, suite, title }` of each. */
export function unexplained(record) {
  return notPassed(record).filter(({ why }) => why === undefined);
}

/** What failed or was left out: `{ cell, suite, title, how, why }` of each; `why` undefined if not known. */
export function notPassed(record) {
  const inCells = entriesOf(record).map(({ cell, suite, result }) => [cell.name, suite.name, result]);
  const onMachines = machineSuites.map((suite) => [
    machinePlace(suite),
    suite.file,
    record.kernels[machineKey(suite)] ?? null,
  ]);
  return [...inCells, ...onMachines].flatMap(([cell, suite, result]) =>
    ['failed', 'skipped'].flatMap((how) =>
      (result?.[how] ?? []).map((title) => ({ cell, suite, title, how, why: reasonOf(cell, suite, title) })),
    ),
  );
}

/** How many cells of the matrix ran: "5 of 84 cells were run, 79 were not run." */
export function counted(record) {
  const entries = entriesOf(record);
  const ran = entries.filter(({ result }) => result !== null).length;
  const notRun = entries.length - ran;
  return `${ran} of ${entries.length} cells were run${notRun > 0 ? `, ${notRun} were not run` : ''}.`;
}
