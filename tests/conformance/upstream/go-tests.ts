import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { TestResult, TestResults } from './results.ts';

export interface GoTestRun {
  /** The compiled tests, and the directory of their package. */
  readonly program: string;
  readonly directory: string;
  /** Prefix of the command, as for a network namespace. */
  readonly enter: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Expression for the tests that are run, with their subtests. */
  readonly run: string;
  /** What is a test of its own: 1 for functions, 2 for the methods of a suite. */
  readonly depth: 1 | 2;
  /** Names of tests that are left out. */
  readonly skip: readonly string[];
  /** How long a test may take. */
  readonly patienceMs: number;
  /** Called after tests were ended from outside: they cleaned up nothing. */
  readonly afterHang: () => Promise<void>;
}

/** Runs compiled Go tests. A test that hangs or ends the program is ended, and the rest run without it. */
export async function runGoTests(options: GoTestRun): Promise<TestResults> {
  const tests = new Map<string, TestResult>();
  for (;;) {
    const done = [...tests.keys()].filter((name) => name.split('/').length === options.depth);
    const { reader, isHung } = await runOnce(options, [...options.skip, ...done]);
    for (const [name, test] of reader.tests) tests.set(name, test);
    // Others may have begun, and wait for it.
    const begun = reader.unfinished.filter((name) => name.split('/').length === options.depth);
    const name = begun.find((each) => `${reader.current}/`.startsWith(`${each}/`)) ?? begun[0];
    if (name === undefined) return tests;
    tests.set(name, { outcome: isHung ? 'hung' : 'failed', output: reader.outputOf(name) });
    await options.afterHang();
  }
}

async function runOnce(
  { program, directory, enter, env, run, patienceMs }: GoTestRun,
  skip: readonly string[],
): Promise<{ readonly reader: GoTestReader; readonly isHung: boolean }> {
  const args = ['-test.v=test2json', '-test.timeout=0', `-test.run=${run}`];
  if (skip.length > 0) args.push(`-test.skip=${skipExpression(skip)}`);
  const [command = program, ...rest] = [...enter, program, ...args];
  // A process group of its own: what a hanging test has started ends with it.
  const child = spawn(command, rest, {
    cwd: directory,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  const reader = new GoTestReader();
  let isHung = false;
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      isHung = true;
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    }, patienceMs);
  };
  wait();
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      if (reader.read(line)) wait();
    });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      resolve();
    });
  });
  clearTimeout(timer);
  return { reader, isHung };
}

const quoted = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Go splits at slashes, and at bars outside of parentheses. */
function skipExpression(names: readonly string[]): string {
  return names
    .map((name) =>
      name
        .split('/')
        .map((part) => `^${quoted(part)}$`)
        .join('/'),
    )
    .join('|');
}

/** Names of subtests that Go makes of values contain addresses of memory, which differ in each run. */
function withoutAddresses(name: string): string {
  return name.replaceAll(/0x[0-9a-f]{6,}/g, '0x…');
}

/** Prefix of lines of Go's test runner under `-test.v=test2json`. */
const mark = '\u0016';

/** Reads what `-test.v=test2json` prints. */
export class GoTestReader {
  readonly tests = new Map<string, TestResult>();
  current = '';
  readonly #running = new Map<string, string[]>();

  /** Returns whether it was a line of the test runner. */
  read(line: string): boolean {
    const at = line.indexOf(mark);
    const [, , begun, ended, over] =
      (at < 0 ? null : /^\s*(=== \w+\s+(\S+)|--- (PASS|FAIL|SKIP): (\S+))/.exec(line.slice(at + 1))) ?? [];
    const [named, name] = [begun, over].map((each) => (each === undefined ? each : withoutAddresses(each)));
    if (named !== undefined) {
      this.current = named;
      if (!this.#running.has(named) && !this.tests.has(named)) this.#running.set(named, []);
      return true;
    }
    if (name !== undefined) {
      // Without their addresses several subtests may have one name.
      const hasFailed = ended === 'FAIL' || this.tests.get(name)?.outcome === 'failed';
      const outcome = hasFailed ? 'failed' : ended === 'SKIP' ? 'skipped' : 'passed';
      this.tests.set(name, { outcome, output: this.outputOf(name) });
      this.#running.delete(name);
      // The next lines are its output: a skipped test's reason.
      this.current = name;
      return true;
    }
    const lines = this.#running.get(this.current);
    const test = this.tests.get(this.current);
    if (lines !== undefined) lines.push(line);
    else if (test !== undefined && line !== '')
      this.tests.set(this.current, { ...test, output: `${test.output}${line}\n` });
    return false;
  }

  get unfinished(): readonly string[] {
    return [...this.#running.keys()];
  }

  outputOf(name: string): string {
    return (this.#running.get(name) ?? []).map((line) => `${line}\n`).join('');
  }
}
