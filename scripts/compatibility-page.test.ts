import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compatibilityPage, enginesIn, isAsNamed, resultOf, unexplained } from './compatibility-page.mjs';
import { reasons } from './matrix-reasons.mjs';
import { suites } from './matrix-suites.mjs';
import { at } from './paths.mjs';

const test = (fullName: string, status: string) => ({ fullName, status });
const report = (status: string, ...assertionResults: object[]) =>
  JSON.stringify({ testResults: [{ status, assertionResults }] });

const suite = { name: 'docker-cli', what: 'docker', file: 'x.test.ts', docker: true };
const cell = (result: object | null) => ({
  name: '26.1.5/overlay2/26.1.5',
  engine: { docker: '26.1.5', containerd: '1.7.24', runc: '1.1.15' },
  store: 'overlay2',
  client: { docker: '26.1.5', buildx: '0.13.1', compose: '2.26.1' },
  isOwnClient: true,
  suites: [{ name: suite.name, result }],
});
const page = (result: object | null) =>
  compatibilityPage({
    machine: { kernel: '6.18', architecture: 'x64', storage: 'ext4', cgroups: 'v1' },
    cells: [cell(result)],
    suites: [suite],
  });

describe('the results of a suite', () => {
  it('are what passed, failed and was left out', () => {
    const text = report('failed', test('a', 'passed'), test(' b', 'failed'), test('c', 'skipped'));
    expect(resultOf(text)).toEqual({ passed: 1, failed: ['b'], skipped: ['c'] });
  });

  it('are those of its file in a report of many', () => {
    const of = (name: string, status: string) => ({
      name: `/r/tests/${name}`,
      status,
      assertionResults: [test(name, status)],
    });
    const text = JSON.stringify({ testResults: [of('a.test.ts', 'passed'), of('b.test.ts', 'failed')] });
    expect(resultOf(text, 'tests/a.test.ts')).toEqual({ passed: 1, failed: [], skipped: [] });
    expect(resultOf(text, 'tests/b.test.ts')).toEqual({ passed: 0, failed: ['b.test.ts'], skipped: [] });
    expect(resultOf(text, 'tests/c.test.ts')).toBeNull();
  });

  it('are one failure where the file did not load', () => {
    expect(resultOf(report('failed'))).toEqual({ passed: 0, failed: ['the whole suite'], skipped: [] });
  });

  it('without a reason are not explained', () => {
    const open = unexplained([cell({ passed: 1, failed: ['b'], skipped: ['c'] })]);
    expect(open.map(({ title }: { title: string }) => title)).toEqual(['b', 'c']);
    expect(unexplained([cell({ passed: 1, failed: [], skipped: [] }), cell(null)])).toEqual([]);
  });
});

describe('the engines that a suite ran with', () => {
  const line = (text: string) => `\nstdout | x.test.ts\nengine under test: ${text}\n\n`;

  it('are read from its log, and must be those of the cell', () => {
    const right = enginesIn(
      line('26.1.5+dfsg1 26.1.5+dfsg1 overlay2') + line('26.1.5+dfsg1 26.1.5+dfsg1 overlayfs'),
    );
    expect(right).toEqual([
      { engine: '26.1.5', client: '26.1.5', store: 'overlay2' },
      { engine: '26.1.5', client: '26.1.5', store: 'containerd' },
    ]);
    expect(isAsNamed(cell(null), right)).toBe(true);
    expect(isAsNamed(cell(null), enginesIn(line('28.5.2+dfsg4 26.1.5+dfsg1 overlay2')))).toBe(false);
    expect(isAsNamed(cell(null), enginesIn(line('26.1.5+dfsg1 28.5.2 overlay2')))).toBe(false);
    expect(isAsNamed(cell(null), enginesIn(line('26.1.5+dfsg1 26.1.5 overlayfs')))).toBe(false);
    expect(isAsNamed(cell(null), [])).toBe(false);
  });
});

describe('the page', () => {
  it('says what passed, what did not, and what did not run', () => {
    expect(page({ passed: 7, failed: [], skipped: [] })).toMatch(/\| docker-cli: [^|]+ \| 7 \|\n/);
    expect(page({ passed: 7, failed: [], skipped: [] })).toContain('Everything passed.');
    expect(page({ passed: 7, failed: ['b'], skipped: ['c'] })).toMatch(
      /\| 7, 1 failed, 1 left out \|\n[^]*\| failed: b \| 26\.1\.5\/overlay2\/26\.1\.5 \| not known yet \|\n/,
    );
    expect(page(null)).toContain(' | not run |');
  });

  it('is in the repository, of the suites that there are', () => {
    const written = readFileSync(at('docs/compatibility.md'), 'utf8');
    for (const { name, file } of suites) {
      expect(existsSync(at(file)), file).toBe(true);
      expect(written, name).toContain(`| ${name}: `);
    }
    for (const { why } of reasons) expect(written).toContain(why);
    expect(written).not.toContain('not known yet');
  });
});
