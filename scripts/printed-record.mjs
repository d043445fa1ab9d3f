// A record of test runs as text for the terminal.
import { cellsOf, counted } from './matrix-results.mjs';
import { runsIn, suites } from './matrix-suites.mjs';

/**
 * A record for the terminal: tests that passed, by suite and by cells with any result, and by kernel. Empty
 * if there is no result.
 */
export function printedRecord(record) {
  const all = cellsOf(record).filter(({ results }) => Object.keys(results).length > 0);
  const shown = suites.filter(({ name }) => all.some(({ results }) => results[name] !== undefined));
  const rows = [
    ['', ...all.map(({ engine }) => engine)],
    ['', ...all.map(({ store }) => store)],
    ['', ...all.map(({ client }) => `docker ${client}`)],
    ...shown.map((suite) => [
      suite.name,
      ...all.map((cell) => (runsIn(suite, cell) ? shortFigures(cell.results[suite.name]) : '')),
    ]),
  ];
  const kernelLines = Object.entries(record.kernels).map(
    ([name, result]) =>
      `Linux ${result.kernel}, Docker Engine ${result.docker}: ${shortFigures(result)} passed, ` +
      (name === 'engine' ? 'all engine tests' : name),
  );
  return [
    ...(all.length === 0
      ? []
      : ['Tests passed, by engine, image store and clients:', '', aligned(rows), '', counted(record), '']),
    ...kernelLines,
  ]
    .join('\n')
    .trim();
}

/** "70", or "69/70" if not all passed. */
function shortFigures(result) {
  if (result === undefined) return 'not run';
  const { passed, failed, skipped } = result;
  const others = failed.length + skipped.length;
  return others === 0 ? String(passed) : `${passed}/${passed + others}`;
}

function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
