import type { Gatekeeper } from '../http/exchange.ts';
import type { DecisionLog } from '../audit/decision-log.ts';
import type { SettingsWatch } from '../settings-watch.ts';
import type { EngineFacts } from './engine-facts.ts';

export interface GatekeeperOptions {
  readonly settings: SettingsWatch;
  readonly audit: DecisionLog;
  readonly facts: EngineFacts;
  readonly runtime: string;
  readonly requireUserNamespace: boolean;
  readonly engineDirectories: readonly string[];
  readonly engineSockets: readonly string[];
}

export function createGatekeeper(_options: GatekeeperOptions): Gatekeeper {
  return () => ({ kind: 'forward' });
}
