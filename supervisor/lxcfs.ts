import { existsSync } from 'node:fs';
import { lxcfsDirectory, ProcFiles, procFilesDirectory } from '../engine/base/lxcfs-files.ts';
import { lxcfsProgram, lxcfsScript } from '../engine/targets/guarded/lxcfs-script.ts';
import { setpriv, superviseChild, type SupervisedChild } from './child-process.ts';
import { watchForHang } from './hang-watch.ts';
import type { LogWriter } from '../engine/targets/embedded/log-files.ts';
import { usualLimits } from '../shared/process/time-limits.ts';
import { timeLimit } from '../engine/base/time-limits.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';

const watchMs = 5_000;

const outliving = existsSync(setpriv) ? `${setpriv} --pdeathsig clear -- ` : '';

const script = lxcfsScript(outliving);

/** Emulation of /proc files (A10) for containers that start while it runs. */
export interface ProcEmulation {
  /** Starts it if it is installed. Never fails: containers start without, and the log says so. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Supervises an lxcfs of this engine's own: restarts it when it dies, kills it when it hangs. A container
 * keeps the files it started with: when its lxcfs dies, reading them fails (ENOTCONN) until the container is
 * started again. So it outlives a killed supervisor, as containers do.
 */
export function superviseLxcfs(
  paths: RootPaths,
  log: LogWriter,
  report: (text: string) => void,
): ProcEmulation {
  if (!existsSync(lxcfsProgram)) {
    return {
      start: () => {
        report(
          "lxcfs is not installed: containers see the machine's /proc/uptime, " +
            'meminfo and the like (A10); install the package lxcfs',
        );
        return Promise.resolve();
      },
      stop: () => Promise.resolve(),
    };
  }
  const files = new ProcFiles(procFilesDirectory(paths));
  let pid: number | null = null;
  let endWatch: (() => void) | null = null;
  const child: SupervisedChild = superviseChild({
    name: 'lxcfs',
    command: '/bin/sh',
    args: ['-c', script, 'lxcfs', lxcfsDirectory(paths)],
    log,
    ready: /api_extensions:/,
    // At SIGTERM it waits for its thread of load averages, which sleeps for up to five seconds. It has
    // nothing to save, and the clean-up that follows unmounts its file system.
    endSignal: 'SIGKILL',
    onChange: (identity) => {
      pid = identity?.pid ?? null;
    },
  });
  return {
    start: async () => {
      const started = await child.start(await timeLimit('lxcfsReady'));
      if (!started.ok) {
        report(
          "lxcfs did not start, so containers see the machine's /proc/uptime, " +
            `meminfo and the like (A10): ${started.error.reason ?? ''}`,
        );
        return;
      }
      endWatch ??= watchForHang({
        name: 'lxcfs',
        isResponsive: async () => (await files.probe(usualLimits.lxcfsResponse)) !== 'late',
        pid: () => pid,
        intervalMs: watchMs,
        log: report,
      });
    },
    stop: async () => {
      endWatch?.();
      endWatch = null;
      await child.stop();
    },
  };
}
