import { isEngineRequest } from '../../shared/ipc/channels.ts';
import type { BulkheadBridge } from '../../shared/ipc/bridge.ts';
import type { IpcInput, IpcOutput, IpcRequest } from '../../shared/ipc/contract.ts';
import { message } from '../../shared/messages/message.ts';
import { fail, type Result } from '../../shared/result.ts';
import type { SnapshotHolder } from './snapshot-holder.ts';

/** Error of requests about an engine that is no longer open. */
export const engineChanged = () => fail('engine.changed', message('shared.engine-switched'));

/** Requests to main: each names the engine, and drops a response about another engine. */
export interface EngineRequests {
  /** The target id of the open engine. */
  currentEngine(): string | null;
  send<K extends IpcRequest>(
    name: K,
    input: IpcInput<K>,
    engine?: string | null,
  ): Promise<Result<IpcOutput<K>>>;
}

/** All requests to main are sent here. */
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
