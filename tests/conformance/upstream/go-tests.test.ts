import { describe, expect, it } from 'vitest';
import { differences, outdated, passed, unexplained, type KnownDifference } from './differences.ts';
import { GoTestReader } from './go-tests.ts';
import type { Outcome, TestResults } from './results.ts';

const tests = (outcomes: Readonly<Record<string, Outcome>>): TestResults =>
  new Map(Object.entries(outcomes).map(([name, outcome]) => [name, { outcome, output: `of ${name}` }]));

describe("results of Go's tests", () => {
  it('are read with the output of each test, and what did not end', () => {
    const reader = new GoTestReader();
    for (const line of [
      'INFO: Testing against a local daemon',
      '\u0016=== RUN   TestSuite',
      '\u0016=== RUN   TestSuite/TestOne',
      '    one_test.go:1: said',
      'without an end\u0016--- FAIL: TestSuite/TestOne (0.50s)',
      '\u0016=== RUN   TestSuite/TestTwo',
      '--- PASS: TestSuite/TestTwo (0.00s)',
      '\u0016    --- SKIP: TestSuite/TestTwo (0.00s)',
      '    requirement.go:2: unmatched',
      '\u0016=== RUN   TestSuite/TestThree',
    ])
      reader.read(line);
    expect([...reader.tests]).toEqual([
      ['TestSuite/TestOne', { outcome: 'failed', output: '    one_test.go:1: said\n' }],
      [
        'TestSuite/TestTwo',
        {
          outcome: 'skipped',
          output: '--- PASS: TestSuite/TestTwo (0.00s)\n    requirement.go:2: unmatched\n',
        },
      ],
    ]);
    expect(reader.unfinished).toEqual(['TestSuite', 'TestSuite/TestThree']);
  });
});

it('names of subtests have no addresses of memory, which differ in each run', () => {
  const reader = new GoTestReader();
  reader.read('\u0016=== RUN   TestSuite/TestOne/func_0xc0001a2b40');
  reader.read('\u0016--- PASS: TestSuite/TestOne/func_0xc0001a2b40 (0.00s)');
  expect([...reader.tests.keys()]).toEqual(['TestSuite/TestOne/func_0x…']);
  reader.read('\u0016=== RUN   TestSuite/TestOne/func_0xc0001a2b80');
  reader.read('\u0016--- FAIL: TestSuite/TestOne/func_0xc0001a2b80 (0.00s)');
  reader.read('\u0016=== RUN   TestSuite/TestOne/func_0xc0001a2bc0');
  reader.read('\u0016--- PASS: TestSuite/TestOne/func_0xc0001a2bc0 (0.00s)');
  expect(reader.tests.get('TestSuite/TestOne/func_0x…')?.outcome).toBe('failed');
});

describe('differences of two runs', () => {
  const bare = tests({
    TestSuite: 'failed',
    'TestSuite/TestSame': 'passed',
    'TestSuite/TestBroken': 'failed',
    'TestSuite/TestRefused': 'passed',
    'TestSuite/TestParts': 'passed',
    'TestSuite/TestParts/one': 'passed',
    'TestSuite/TestParts/two': 'passed',
    'TestSuite/TestGone': 'passed',
  });
  const guarded = tests({
    TestSuite: 'failed',
    'TestSuite/TestSame': 'passed',
    'TestSuite/TestBroken': 'failed',
    'TestSuite/TestRefused': 'failed',
    'TestSuite/TestParts': 'failed',
    'TestSuite/TestParts/one': 'passed',
    'TestSuite/TestParts/two': 'hung',
  });
  const because = (shows: RegExp, ...names: string[]): KnownDifference => ({
    why: 'It is so.',
    spec: 'A7',
    shows,
    tests: names,
  });

  it('are what passed on the bare engine alone, by the smallest test', () => {
    expect(differences(bare, guarded)).toEqual([
      { test: 'TestSuite/TestRefused', guarded: 'failed', output: 'of TestSuite/TestRefused' },
      { test: 'TestSuite/TestParts/two', guarded: 'hung', output: 'of TestSuite/TestParts/two' },
      { test: 'TestSuite/TestGone', guarded: 'not run', output: '' },
    ]);
    expect([passed(bare), passed(guarded)]).toEqual([5, 2]);
  });

  it('have a reason if they are listed, and show what is listed', () => {
    const found = differences(bare, guarded);
    const names = (known: readonly KnownDifference[]) => unexplained(found, known).map(({ test }) => test);
    expect(names([because(/Refused/, 'TestSuite/TestRefused', 'TestSuite/TestGone')])).toEqual([
      'TestSuite/TestParts/two',
      'TestSuite/TestGone',
    ]);
    expect(names([because(/^/, 'TestSuite/TestParts', 'TestSuite/TestRefused', 'TestSuite/TestG')])).toEqual([
      'TestSuite/TestGone',
    ]);
  });

  it('are outdated where both passed', () => {
    const known = [because(/^/, 'TestSuite/TestSame', 'TestSuite/TestBroken', 'TestSuite/TestRefused')];
    expect(outdated(bare, guarded, known)).toEqual(['TestSuite/TestSame']);
  });
});
