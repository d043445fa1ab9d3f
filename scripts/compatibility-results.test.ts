import { describe, expect, it } from 'vitest';
import { enginesIn, guestsIn, isAsNamed, resultOf, startOf } from './compatibility-results.mjs';

const test = (fullName: string, status: string) => ({ fullName, status });
const report = (status: string, ...assertionResults: object[]) =>
  JSON.stringify({ testResults: [{ status, assertionResults }] });

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

  it('have the time at which they began', () => {
    expect(startOf(JSON.stringify({ startTime: Date.UTC(2026, 10, 30, 7, 41, 2, 345) }))).toBe(
      '2026-11-30T07:41:02Z',
    );
  });
});

describe('the engines that a suite ran with', () => {
  const line = (text: string) => `\nstdout | x.test.ts\nengine under test: ${text}\n\n`;
  const cell = (engine: string, store: string, client: string) => ({
    engine: { docker: engine },
    store,
    client: { docker: client },
  });

  it('are read from its log, and must be those of the cell', () => {
    const of = cell('26.1.5', 'overlay2', '26.1.5');
    const right = enginesIn(
      line('26.1.5+dfsg1 26.1.5+dfsg1 overlay2') + line('26.1.5+dfsg1 26.1.5+dfsg1 overlayfs'),
    );
    expect(right).toEqual([
      { engine: '26.1.5', client: '26.1.5', store: 'overlay2' },
      { engine: '26.1.5', client: '26.1.5', store: 'containerd' },
    ]);
    expect(isAsNamed(of, right)).toBe(true);
    expect(isAsNamed(of, enginesIn(line('28.5.2+dfsg4 26.1.5+dfsg1 overlay2')))).toBe(false);
    expect(isAsNamed(of, enginesIn(line('26.1.5+dfsg1 28.5.2 overlay2')))).toBe(false);
    expect(isAsNamed(of, enginesIn(line('26.1.5+dfsg1 26.1.5 overlayfs')))).toBe(false);
    expect(isAsNamed(of, [])).toBe(false);
  });

  it('may be of one version, and the clients of another', () => {
    const crossed = enginesIn(line('28.5.2+dfsg4 26.1.5+dfsg1 overlay2'));
    expect(isAsNamed(cell('28.5.2', 'overlay2', '26.1.5'), crossed)).toBe(true);
    expect(isAsNamed(cell('26.1.5', 'overlay2', '28.5.2'), crossed)).toBe(false);
  });

  it('have neither clients nor a store where only their program is read', () => {
    const program = enginesIn(line('28.5.2'));
    expect(program).toEqual([{ engine: '28.5.2' }]);
    expect(isAsNamed(cell('28.5.2', 'containerd', '28.5.2'), program)).toBe(true);
    expect(isAsNamed(cell('26.1.5', 'overlay2', '26.1.5'), program)).toBe(false);
  });
});

describe('the virtual machines', () => {
  it('are read from the log, by test file', () => {
    expect(
      guestsIn(`stdout | tests/machine/x.machine.test.ts
machine under test: tests/machine/x.machine.test.ts kind=qemu kernel=6.12.57+deb13-cloud-amd64 \
containerd=1.7.24~ds1-6 docker=26.1.5+dfsg1-9+b9 runc=1.1.15+ds1-2 systemd=257.9-1~deb13u1
`),
    ).toEqual([
      {
        file: 'tests/machine/x.machine.test.ts',
        kind: 'qemu',
        versions: {
          ...{ kernel: '6.12.57', systemd: '257.9' },
          ...{ docker: '26.1.5', containerd: '1.7.24', runc: '1.1.15' },
        },
      },
    ]);
    expect(guestsIn('')).toEqual([]);
  });
});
