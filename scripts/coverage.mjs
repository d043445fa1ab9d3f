// The coverage of unit and component tests, as a table.
import path from 'node:path';

const kinds = ['statements', 'branches', 'functions'];

/**
 * Percentages of a report in Istanbul's form `json-summary`, one line a top-level folder.
 *
 * @param {string} report text of the report
 * @param {string} repository its root
 */
export function coverageTable(report, repository) {
  const { total, ...files } = JSON.parse(report);
  const folders = new Map();
  for (const [file, counts] of Object.entries(files)) {
    const [folder] = path.relative(repository, file).split(path.sep);
    const sums =
      folders.get(folder) ?? Object.fromEntries(kinds.map((kind) => [kind, { covered: 0, total: 0 }]));
    for (const kind of kinds) {
      sums[kind].covered += counts[kind].covered;
      sums[kind].total += counts[kind].total;
    }
    folders.set(folder, sums);
  }
  const rows = [...[...folders].sort(([a], [b]) => a.localeCompare(b)), ['all', total]].map(
    ([name, sums]) => [name, ...kinds.map((kind) => percentage(sums[kind]))],
  );
  const all = [['coverage', ...kinds], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
        .join('  '),
    )
    .join('\n');
}

const percentage = ({ covered, total }) => (total === 0 ? '-' : `${((100 * covered) / total).toFixed(1)} %`);
