import { isEngineRequest } from '../../shared/ipc/channels.ts';
import type { BulkheadBridge } from '../../shared/ipc/bridge.ts';
import type { IpcInput, IpcOutput, IpcRequest } from '../../shared/ipc/contract.ts';
import { fail, type Result } from '../../shared/result.ts';
import type { SnapshotHolder } from './snapshot-holder.ts';

/** The answer to a request about an engine that is not shown any more. */
export const engineChanged = () => fail('engine.changed', 'another engine was opened meanwhile');

/** Requests to main: each names the engine, and drops a response about another engine. */
export interface EngineRequests {
  /** Target's id of the engine that the window shows. */
  currentEngine(): string | null;
  send<K extends IpcRequest>(
    name: K,
    input: IpcInput<K>,
    engine?: string | null,
  ): Promise<Result<IpcOutput<K>>>;
}

/** Every request to main passes here. */
export function createEngineRequests(bridge: BulkheadBridge, holder: SnapshotHolder): EngineRequests {
  const currentEngine = (): string | null => holder.get().app?.target.id ?? null;
  return {
    currentEngine,
    async send(name, input, engine = currentEngine()) {
      if (!isEngineRequest(name)) return bridge.request(name, input, null);
      if (currentEngine() !== engine) return engineChanged();
      const result = await bridge.request(name, input, engine);
      return currentEngine() === engine ? result : engineChanged();
    },
  };
}
