import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { started } from './base/started.ts';

/** A delete that a runtime of ours is at, in place of one that was interrupted. */
export interface OwnDelete {
  /** Resolves when it has ended, in whatever way. */
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

/** Has a runtime delete a container. */
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
