import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compatibilityPage } from './compatibility-page.mjs';
import { unexplained } from './matrix-results.mjs';
import { printedRecord } from './printed-record.mjs';
import { readRecord, recordText } from './compatibility-record.mjs';
import { notRunReasons, reasons } from './matrix-reasons.mjs';
import { cellStages, machineKey, machineSuites, suites } from './matrix-suites.mjs';
import { at } from './paths.mjs';

const origin = { date: '2026-11-30T07:41:02Z', commit: '0123abcd', kernel: '6.18' };
const cell = '26.1.5/overlay2/26.1.5';
/** A record in which nothing but the suite docker-cli ran, and that in one cell. */
const record = (result: object | null) => ({
  engines: { '26.1.5': { containerd: '1.7.24', runc: '1.1.15' } },
  clients: { '26.1.5': { buildx: '0.13.1', compose: '2.26.1' } },
  cells: result === null ? {} : { [cell]: { 'docker-cli': { ...result, ...origin } } },
  kernels: {
    'tests/machine/system-engine.machine.test.ts': {
      ...{ kernel: '6.12', machine: 'x64, cgroup v2, systemd 257', docker: '26.1.5' },
      ...{ containerd: '1.7.24', runc: '1.1.15', passed: 27, failed: [], skipped: [] },
      ...{ date: '2026-11-29T01:02:03Z', commit: '4567cdef' },
    },
  },
});
const good = { passed: 7, failed: [], skipped: [] };
const bad = { passed: 7, failed: ['b'], skipped: ['c'] };
/** One engine and its own clients with two stores. */
const countLine = `1 of ${suites.length * 2} cells were run, ${suites.length * 2 - 1} were not run.`;
const page = (result: object | null) => compatibilityPage(record(result));

describe('the page', () => {
  it('says what passed, what did not, and what did not run', () => {
    expect(page(good)).toMatch(/\| docker-cli: [^|]+ \| 7 \| not run \|\n/);
    expect(page(bad)).toMatch(/\| 7, 1 failed, 1 left out \| not run \|\n/);
    expect(page(bad)).toContain(`| failed: b | ${cell} | not known yet |\n`);
    expect(page(null)).toMatch(/\| docker-cli: [^|]+ \| not run \| not run \|\n/);
  });

  it('counts the cells that were not run, and calls only those that were passed', () => {
    expect(page(good)).toContain(`\nAll tests that ran passed.\n${countLine}\n`);
    expect(page(bad)).not.toContain('All tests that ran passed.');
    expect(page(bad)).toContain(`\n${countLine}\n`);
  });

  it('says why cells and machines were not run, and nothing once all were', () => {
    const [inMachine, anywhere] = ['QEMU', 'x/y/z'].map(
      (place) => notRunReasons.find((reason) => reason.cell?.test(place) ?? true)?.why,
    );
    const rows = page(good).split('## What was not run, and why\n')[1]?.split('\n');
    expect(rows).toContainEqual(expect.stringMatching(/^\| comparison, .*\| 26\.1\.5\/overlay2\/26\.1\.5; /));
    expect(rows).toContain(`| docker-cli | 26.1.5/containerd/26.1.5 | ${anywhere} |`);
    expect(rows?.join('\n')).toMatch(/\| `tests\/machine\/packages[^|]* \| QEMU \| /);
    expect(rows?.join('\n')).toContain(`| QEMU | ${inMachine} |`);
    expect(rows?.join('\n')).not.toMatch(/system-engine[^|]*\| QEMU/);

    const each = (names: string[]) => Object.fromEntries(names.map((name) => [name, { ...good, ...origin }]));
    const files = machineSuites.map(machineKey);
    const names = suites.map(({ name }) => name);
    const whole = {
      ...record(null),
      cells: Object.fromEntries(['overlay2', 'containerd'].map((s) => [`26.1.5/${s}/26.1.5`, each(names)])),
      kernels: each(files),
    };
    expect(compatibilityPage(whole)).not.toContain('What was not run');
  });

  it('has the kernels, with what ran on them and what did not', () => {
    expect(page(good)).toMatch(
      new RegExp(
        '\\| 6\\.12 \\| QEMU, Debian 13, x64, cgroup v2, systemd 257 \\| 26\\.1\\.5, [^|]+ ' +
          '\\| [^|]+system-engine[^|]+ \\| 27 \\| nightly \\|\n',
      ),
    );
    expect(page(good)).toMatch(/\| [^|]+newer-engine[^|]+ \| not run \| nightly \|\n/);
  });

  it('says which run has which cells, and when each ran', () => {
    for (const { name } of cellStages) expect(page(good)).toContain(`stage \`${name}\``);
    expect(page(good)).toContain(
      `| 2026-11-30 | 0123abcd | 6.18 | ${cell}: docker-cli |\n` +
        '| 2026-11-29 | 4567cdef | 6.12 | kernels: tests/machine/system-engine.machine.test.ts |\n',
    );
  });

  it('is in the repository, of the results and the suites there', () => {
    const file = at('docs/compatibility.json');
    const written = readFileSync(at('docs/compatibility.md'), 'utf8');
    expect(written).toBe(compatibilityPage(readRecord(file)));
    expect(readFileSync(file, 'utf8')).toBe(recordText(readRecord(file)));
    for (const { file } of [...suites, ...machineSuites]) expect(existsSync(at(file)), file).toBe(true);
    for (const { why } of reasons) expect(written).toContain(why);
    expect(written).not.toContain('not known yet');
  });
});

describe('results without a reason', () => {
  it('are not explained', () => {
    const open = unexplained(record(bad));
    expect(open.map(({ title }: { title: string }) => title)).toEqual(['b', 'c']);
    expect(unexplained(record(good))).toEqual([]);
    expect(unexplained(record(null))).toEqual([]);
  });
});

describe('the printed record', () => {
  it('has the cells that ran, and how many did not', () => {
    const lines = printedRecord(record(bad)).split('\n');
    expect(lines).toContain('docker-cli            7/9');
    expect(lines).toContain('                 overlay2');
    expect(lines.join('\n')).not.toContain('containerd');
    expect(lines).toContain(countLine);
    expect(lines.at(-1)).toBe(
      'Linux 6.12, Docker Engine 26.1.5: 27 passed, tests/machine/system-engine.machine.test.ts',
    );
  });

  it('is empty without results', () => {
    expect(printedRecord({ ...record(null), kernels: {} })).toBe('');
  });
});

describe('the stages of npm test', () => {
  it.each(cellStages)('$name runs suites that there are, of its cell', (stage) => {
    for (const name of stage.suites) {
      const suite = suites.find((each: { name: string }) => each.name === name);
      expect(suite, name).toBeDefined();
      expect(suite?.docker === true || stage.engine === stage.client, name).toBe(true);
    }
  });
});
