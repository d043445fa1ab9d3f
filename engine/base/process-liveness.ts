import { execFile } from 'node:child_process';
import { systemCode } from '../../shared/process/system-code.ts';
import { identityOf, isAlive } from './process-identity.ts';
import type { ProcessIdentity } from '../../shared/process/process-stat.ts';

/** Distinguishes a process from a later one with its pid, also across reboots. */
export interface ProcessLivenessCheck {
  /** The identity of the process that has `pid` now; unknown fields are ''. */
  identify(pid: number): Promise<ProcessIdentity>;
  /** Whether that very process is still running. If only its pid is known: whether any process has it. */
  isRunning(identity: ProcessIdentity): Promise<boolean>;
}

/** How a program ended: `code` is null if it could not be run. */
type Run = (
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
) => Promise<{ readonly code: number | null; readonly stdout: string }>;

/**
 * Liveness by /proc; ps on macOS; .NET on Windows (the latter two are not tested on real systems).
 */
export function processLiveness(
  platform: NodeJS.Platform = process.platform,
  run: Run = runProgram,
): ProcessLivenessCheck {
  const unknown = (pid: number): ProcessIdentity => ({ pid, started: '', boot: '' });
  if (platform === 'linux')
    return {
      identify: async (pid) => (await identityOf(pid)) ?? unknown(pid),
      isRunning: (identity) =>
        identity.started === '' && identity.boot === ''
          ? Promise.resolve(exists(identity.pid))
          : isAlive(identity),
    };
  const startOf = platform === 'win32' ? windowsStart : psStart;
  return {
    // A calendar time: unique to this boot.
    identify: async (pid) => ({ ...unknown(pid), started: (await startOf(pid, run)) ?? '' }),
    isRunning: async ({ pid, started }) => {
      if (!exists(pid)) return false;
      const now = started === '' ? '' : await startOf(pid, run);
      return now === '' || now === started;
    },
  };
}

/** When a process started, from ps; null if there is no such process, '' if that can't be determined. */
async function psStart(pid: number, run: Run): Promise<string | null> {
  const result = await run('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], { LC_ALL: 'C', TZ: 'UTC' });
  const started = result.stdout.trim();
  return result.code === 0 ? started : result.code === 1 && started === '' ? null : '';
}

/** The same from Windows' own framework; no cmdlet, which could come from a module of the user's. */
async function windowsStart(pid: number, run: Run): Promise<string | null> {
  const script =
    `try { $p = [Diagnostics.Process]::GetProcessById(${pid}) } catch { 'none'; exit 0 }; ` +
    '$p.StartTime.ToFileTimeUtc()';
  const result = await run(
    `${process.env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe`,
    ['-NoProfile', '-NonInteractive', '-Command', script],
    process.env,
  );
  const started = result.stdout.trim();
  if (result.code === 0 && started === 'none') return null;
  return result.code === 0 && /^\d+$/.test(started) ? started : '';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

const runProgram: Run = (program, args, env) =>
  new Promise((resolve) => {
    execFile(program, [...args], { env, timeout: 30_000, windowsHide: true }, (error, stdout) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : null, stdout });
    });
  });
