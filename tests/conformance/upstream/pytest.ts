import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import type { Outcome, TestResult, TestResults } from './results.ts';

export interface PytestRun {
  /** The directory that the names of tests begin in: the package `tests` is in it. */
  readonly directory: string;
  /** Where pytest is: a directory for PYTHONPATH. */
  readonly pytest: string;
  /** Prefix of the command, as for a network namespace. */
  readonly enter: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Files and directories of tests, or names of tests: `tests/a_test.py::Class::test`. */
  readonly run: readonly string[];
  /** Files and directories that are left out. */
  readonly ignore: readonly string[];
  /** How long a test may take. */
  readonly patienceMs: number;
  /** Written while it runs. */
  readonly report: string;
}

/** Debian's, whose modules other Pythons do not find. */
const python = '/usr/bin/python3';

/** Runs tests by pytest. A test that takes too long fails. */
export async function runPytest(options: PytestRun): Promise<TestResults> {
  const { directory, pytest, enter, env, run, ignore, patienceMs, report } = options;
  await rm(report, { force: true });
  const [command = python, ...args] = [
    ...enter,
    python,
    // Tests use the machine's modules: those of the directory come last.
    ...['-P', '-m', 'pytest', '--import-mode=append', '-p', 'no:cacheprovider', '--tb=short'],
    ...['--timeout', String(patienceMs / 1000), '--timeout-method=signal', `--junit-xml=${report}`],
    ...ignore.map((name) => `--ignore=${name}`),
    ...run,
  ];
  const child = spawn(command, args, {
    cwd: directory,
    env: { ...env, PYTHONPATH: pytest, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      output = (output + part.toString()).slice(-20_000);
    });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // 1: some tests failed. What else ends otherwise ran none, or not all.
  if (code !== 0 && code !== 1) throw new Error(`pytest ended with ${code}:\n${output}`);
  return readJunit(await readFile(report, 'utf8'));
}

/**
 * The results of a report in JUnit's format, as pytest writes it. A test's name is
 * `tests/integration/file_test/Class/test`.
 */
export function readJunit(xml: string): TestResults {
  const results = new Map<string, TestResult>();
  for (const [, attributes = '', , content = ''] of xml.matchAll(
    /<testcase\b([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g,
  )) {
    const within = attribute(attributes, 'classname').replaceAll('.', '/');
    const name = `${within}/${attribute(attributes, 'name')}`;
    // A test that passed, and whose end failed, has two.
    const earlier = results.get(name);
    if (earlier === undefined || earlier.outcome === 'passed') results.set(name, readResult(content));
  }
  return results;
}

function readResult(content: string): TestResult {
  const [, element, text = ''] = /<(failure|error|skipped)\b([\s\S]*)/.exec(content) ?? [];
  const outcome: Outcome = element === undefined ? 'passed' : element === 'skipped' ? 'skipped' : 'failed';
  return { outcome, output: decode(text) };
}

const attribute = (attributes: string, name: string) =>
  decode(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');

const decode = (text: string) =>
  text
    .replaceAll(/&#(?:x([0-9A-Fa-f]+)|(\d+));/g, (_, hex?: string, decimal?: string) =>
      String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
    )
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

/** The name by which pytest knows a test. */
export function nodeId(name: string): string {
  const parts = name.split('/');
  const file = parts.findIndex((part) => part.endsWith('_test'));
  return [`${parts.slice(0, file + 1).join('/')}.py`, ...parts.slice(file + 1)].join('::');
}
