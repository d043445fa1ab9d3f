import { describe, expect, it } from 'vitest';
import {
  closingLine,
  countsOf,
  failuresOf,
  hasPassed,
  notRunLines,
  table,
  withoutRun,
} from './test-results.mjs';

const stage = (name: string, passed: number, failed: number, skipped = 0) => ({
  name,
  passed,
  failed,
  skipped,
  seconds: 1.4,
  log: '/x',
});

describe('closing line', () => {
  it('adds up all stages and names skipped tests only where there are any', () => {
    expect(closingLine([stage('lint', 1, 0), stage('unit', 20, 3)])).toBe('21 passed, 3 failed');
    expect(closingLine([stage('unit', 20, 0, 2)])).toBe('20 passed, 0 failed, 2 skipped');
  });

  it('keeps one row per stage in the table', () => {
    expect(table([stage('lint', 1, 0), stage('unit', 20, 3)]).split('\n')).toHaveLength(3);
  });
});

describe('stages that were not run', () => {
  it('are named with the reason, fail nothing, and count as skipped', () => {
    const results = [withoutRun('newer-overlay2', 'sid is at 29.'), stage('engine', 9, 0)];
    const all = [...results, withoutRun('newer-clients', 'sid is at 29.'), withoutRun('other', 'No disk.')];
    expect(notRunLines(all)).toEqual([
      'Not run: newer-overlay2, newer-clients: sid is at 29.',
      'Not run: other: No disk.',
    ]);
    expect(all.every(hasPassed)).toBe(true);
    expect(closingLine(results)).toBe('9 passed, 0 failed, 1 skipped');
    expect(notRunLines([stage('engine', 9, 0)])).toEqual([]);
  });
});

describe('counts of a report', () => {
  const report = (value: object) => JSON.stringify(value);

  it('reads passed, failed and skipped tests', () => {
    const text = report({
      numPassedTests: 5,
      numFailedTests: 1,
      numPendingTests: 2,
      numTodoTests: 1,
      testResults: [],
    });
    expect(countsOf(text, 1)).toEqual({ passed: 5, failed: 1, skipped: 3 });
  });

  it('counts a file that did not load as a failure', () => {
    const text = report({
      numPassedTests: 5,
      numFailedTests: 0,
      testResults: [{ name: '/r/a.test.ts', status: 'failed', message: 'SyntaxError', assertionResults: [] }],
    });
    expect(countsOf(text, 1)).toEqual({ passed: 5, failed: 1, skipped: 0 });
    expect(failuresOf(text, '/r')[0]).toContain('a.test.ts\n      SyntaxError');
  });

  it('counts a crash, a hang and a bad exit code that no test explains as a failure', () => {
    expect(countsOf(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(countsOf('{"numPass', 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
    const good = report({ numPassedTests: 5, numFailedTests: 0, testResults: [] });
    expect(countsOf(good, 0).failed).toBe(0);
    expect(countsOf(good, 1).failed).toBe(1);
    expect(countsOf(good, null).failed).toBe(1);
  });

  it('shows file, test and message of a failure', () => {
    const text = report({
      testResults: [
        {
          name: '/r/shared/a.test.ts',
          status: 'failed',
          assertionResults: [
            { status: 'passed', fullName: 'good', failureMessages: [] },
            {
              status: 'failed',
              fullName: 'adds up',
              failureMessages: ['expected 2 to be 3\n    at /r/node_modules/x.js'],
            },
          ],
        },
      ],
    });
    expect(failuresOf(text, '/r')).toEqual(['  ✗ shared/a.test.ts › adds up\n      expected 2 to be 3']);
  });

  it('shows start and end of a long message, whose error is at its end', () => {
    const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`);
    const file = { name: '/r/a.test.ts', status: 'failed', assertionResults: [], message: lines.join('\n') };
    const shown = failuresOf(report({ testResults: [file] }), '/r')[0]?.split('\n') ?? [];
    expect([shown[1], shown.at(-1), shown.length]).toEqual(['      line 0', '      line 99', 44]);
    expect(shown).toContain('      [...]');
  });
});
