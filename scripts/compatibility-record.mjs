// Records of test results: what ran on which engine, image store, clients and kernel, when, and at which
// commit. docs/compatibility.json is one, in the repository, so that a run of some cells keeps the others.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * `engines` and `clients`: versions of their parts, by that of Docker. `cells`: results of suites, by the
 * cell's name. `kernels`: of `engine` (all engine tests) and of tests in machines of their own, by file and
 * kind (`machineKey`).
 */
export const emptyRecord = () => ({ engines: {}, clients: {}, cells: {}, kernels: {} });

export function readRecord(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : emptyRecord();
}

export function writeRecord(file, record) {
  writeFileSync(file, recordText(record));
}

/** JSON with one line for each result. */
export function recordText({ engines, clients, cells, kernels }) {
  const object = (value, indent, inside) => {
    const lines = Object.entries(value).map(
      ([key, each]) => `${indent}  ${JSON.stringify(key)}: ${inside(each, `${indent}  `)}`,
    );
    return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n${indent}}`;
  };
  const oneLine = (value) => JSON.stringify(value);
  const ofOneLine = (value, indent) => object(value, indent, oneLine);
  const sections = { engines, clients, cells, kernels };
  return `${object(sections, '', (section, indent) =>
    object(section, indent, section === cells ? ofOneLine : oneLine),
  )}\n`;
}

/** Of two records the later result of each suite: what did not run again stays. */
export function merged(one, other) {
  const later = (a, b) => (a === undefined || (b !== undefined && b.date >= a.date) ? b : a);
  const each = (a, b, choose) =>
    Object.fromEntries(
      [...new Set([...Object.keys(a), ...Object.keys(b)])]
        .sort((x, y) => x.localeCompare(y, 'en', { numeric: true }))
        .map((key) => [key, choose(a[key], b[key])]),
    );
  return {
    engines: each(one.engines, other.engines, (a, b) => b ?? a),
    clients: each(one.clients, other.clients, (a, b) => b ?? a),
    cells: each(one.cells, other.cells, (a = {}, b = {}) => each(a, b, later)),
    kernels: each(one.kernels, other.kernels, later),
  };
}
