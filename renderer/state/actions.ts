import { useCallback, useState } from 'react';
import type { IpcInput, IpcOutput, IpcRequest } from '../../shared/ipc/contract.ts';
import type { AppError, Result } from '../../shared/result.ts';
import { useStore } from './context.tsx';

export interface RequestState<K extends IpcRequest> {
  readonly run: (input: IpcInput<K>) => Promise<Result<IpcOutput<K>>>;
  readonly running: boolean;
  /** Why the last run failed, until the next one or `clear`. */
  readonly error: AppError | null;
  readonly clear: () => void;
}

/** One request as a page uses it: run it, whether it runs, and why it failed until the next run. */
export function useRequest<K extends IpcRequest>(name: K): RequestState<K> {
  const store = useStore();
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<AppError | null>(null);
  const run = useCallback(
    async (input: IpcInput<K>) => {
      setRunning(true);
      setError(null);
      const result = await store.request(name, input);
      setRunning(false);
      if (!result.ok) setError(result.error);
      return result;
    },
    [store, name],
  );
  const clear = useCallback(() => {
    setError(null);
  }, []);
  return { run, running, error, clear };
}
