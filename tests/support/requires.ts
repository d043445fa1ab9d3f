import { execFileSync } from 'node:child_process';

const runs = (program: string, ...args: string[]): boolean => {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** What a test may need that a machine may lack, and whether this one has it. */
const needs = {
  root: () => process.getuid?.() === 0,
  // Node has no datagrams of unix(7). Debian's build tools include Python.
  python3: () => runs('python3', '--version'),
  // Of Debian's package, which other Pythons do not find.
  'python3-docker': () => runs('/usr/bin/python3', '-c', 'import docker'),
  rpmbuild: () => runs('rpmbuild', '--version'),
} as const satisfies Record<string, () => boolean>;
type Need = keyof typeof needs;

/** Those that were printed as missing: once in each process. */
const printed = new Set<Need>();

/**
 * Whether this machine has what a test needs, for `runIf`. Without it tests are skipped, which a line says;
 * in continuous integration (`CI=true`) it is an error: no proof vanishes there unnoticed.
 */
export function requires(need: Need, env: NodeJS.ProcessEnv = process.env): boolean {
  if (needs[need]()) return true;
  if (env['CI'] === 'true') throw new Error(`These tests need ${need}, which this machine does not have.`);
  if (!printed.has(need)) console.warn(`Tests that need ${need} are skipped.`);
  printed.add(need);
  return false;
}
