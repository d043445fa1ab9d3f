import { readFileSync, readdirSync } from 'node:fs';
import type { RootPaths } from '../../base/root-paths.ts';

/**
 * How many processes of an engine run whose state file is gone together with its directory. They are only
 * counted, so a user who sees less of root's processes may identify them by their command lines alone.
 */
export async function processesWithoutState(paths: RootPaths): Promise<number> {
  if (!commandLines().some((commandLine) => mayBelongTo(paths, commandLine))) return 0;
  const [{ findLeftovers }, { runningProcesses }] = await Promise.all([
    import('./engine-processes.ts'),
    import('../../base/process-identity.ts'),
  ]);
  const running = await runningProcesses();
  const visible =
    process.getuid?.() === 0 ? running : running.map((one) => ({ ...one, isRootProcess: true }));
  return Object.values(findLeftovers(visible, paths, null, process.pid)).flat().length;
}

/** Whether `findLeftovers` may count a process with this command line, arguments separated by NUL. Pure. */
export function mayBelongTo(paths: RootPaths, commandLine: string): boolean {
  return (
    // In this order: `paths.run` takes a hash, for which node:crypto is loaded.
    (commandLine.includes('/run/bulkhead/') && commandLine.includes(paths.run)) ||
    commandLine.includes(`unix://${paths.clientSocket}`) ||
    (commandLine.includes('planner\0') && commandLine.includes(`${paths.root}\0`))
  );
}

/** The command lines of all processes. Read synchronously: small files without a disk behind them. */
const commandLines = (): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return ''; // it has ended meanwhile
      }
    });
