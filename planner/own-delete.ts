import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { started } from './base/started.ts';

/** A delete performed by a runtime that the planner started, to replace an interrupted one. */
export interface OwnDelete {
  /** Resolves when it has ended, successfully or not. */
  readonly done: Promise<void>;
  /** Kills it; its runc ends with it. */
  end(): void;
}

export interface OwnDeleteOptions {
  readonly runtimeBinary: string;
  readonly runcRoot: string;
  readonly id: string;
  readonly force: boolean;
  readonly onError: (message: string) => void;
}

/** Starts a runtime that deletes a container. */
export function startDelete({ runtimeBinary, runcRoot, id, force, onError }: OwnDeleteOptions): OwnDelete {
  const args = ['--root', runcRoot, 'delete', ...(force ? ['--force'] : []), id];
  let child: ChildProcess | null = null;
  const run = async (): Promise<void> => {
    child = await started(() => spawn(runtimeBinary, args, { stdio: 'ignore' }));
    await once(child, 'exit');
  };
  return {
    done: run().catch((error: unknown) => {
      onError(error instanceof Error ? error.message : String(error));
    }),
    end: () => {
      child?.kill('SIGKILL');
    },
  };
}
