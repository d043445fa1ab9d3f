// Evaluates the reports of the runners of `npm test`.
import path from 'node:path';

/**
 * Counts of a report in Vitest's JSON format. A file that failed without a failing test (it did not load, a
 * hook threw), an absent or unreadable report, and a bad exit code that no failure explains count as one
 * failure each: no failure goes uncounted.
 */
export function countsOf(report, exitCode) {
  let parsed;
  try {
    parsed = report === undefined ? undefined : JSON.parse(report);
  } catch {
    parsed = undefined;
  }
  if (parsed === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const files = parsed.testResults ?? [];
  const broken = files.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = (parsed.numFailedTests ?? 0) + broken;
  return {
    passed: parsed.numPassedTests ?? 0,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: (parsed.numPendingTests ?? 0) + (parsed.numTodoTests ?? 0),
  };
}

/** One paragraph per failure: file, name, first and last lines of the message. */
export function failuresOf(report, repository) {
  let parsed;
  try {
    parsed = JSON.parse(report);
  } catch {
    return [];
  }
  return (parsed.testResults ?? [])
    .filter((file) => file.status === 'failed')
    .flatMap((file) => {
      const name = path.relative(repository, file.name);
      const failing = file.assertionResults.filter((test) => test.status === 'failed');
      if (failing.length === 0) return [paragraph(name, file.message)];
      return failing.map((test) => paragraph(`${name} › ${test.fullName}`, test.failureMessages.join('\n')));
    });
}

const shownAtStart = 12;
const shownAtEnd = 30;

/** What a command printed has its error at its end, after which only the stack follows. */
function paragraph(title, message) {
  const all = (message ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.includes('/node_modules/'));
  const lines =
    all.length <= shownAtStart + shownAtEnd
      ? all
      : [...all.slice(0, shownAtStart), '[...]', ...all.slice(-shownAtEnd)];
  return [`  ✗ ${title}`, ...lines.map((line) => `      ${line}`)].join('\n');
}

export const hasPassed = (result) => result.failed === 0;

/** The counts of all stages, for display. */
export function table(results) {
  const rows = results.map((result) => [
    result.name,
    String(result.passed),
    String(result.failed),
    String(result.skipped),
    `${result.seconds.toFixed(0)} s`,
  ]);
  const all = [['', 'passed', 'failed', 'skipped', 'time'], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
        .join('  '),
    )
    .join('\n');
}

/** What was not run, and why: no failure, but nothing that may go unseen. */
export function withoutRun(name, why) {
  return { name, passed: 0, failed: 0, skipped: 1, seconds: 0, log: undefined, notRun: why };
}

/** A line for each reason why stages were not run, with their names. */
export function notRunLines(results) {
  const reasons = new Set(results.flatMap(({ notRun }) => (notRun === undefined ? [] : [notRun])));
  return [...reasons].map((why) => {
    const names = results.filter(({ notRun }) => notRun === why).map(({ name }) => name);
    return `Not run: ${names.join(', ')}: ${why}`;
  });
}

/** The last line: `N passed, M failed`, with `, K skipped` only if there are any. */
export function closingLine(results) {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const skipped = sum('skipped');
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
