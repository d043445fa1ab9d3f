import type { EffectiveSettings } from '../settings/effective.ts';
import type { CarriedNetwork } from './recreate-networks.ts';
import type { MessageReference } from '../messages/message.ts';

/** A container that is to be recreated: what the gateway decides by. */
export interface RequestedRecreation {
  /** Of the old one. */
  readonly id: string;
  readonly name: string;
  /** Who asks for the new one: whose `$HOME` counts. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** Its create request. Those that are recreated with it are still called as they are now. */
  readonly body: Readonly<Record<string, unknown>>;
  /** What it is connected to once it is made. */
  readonly connected: readonly CarriedNetwork[];
}

/** Input of the decision on recreations. */
export interface RecreatePolicyInput {
  /** The settings that will be in force. */
  readonly settings: EffectiveSettings;
  readonly paths: {
    readonly root: string;
    readonly directories: readonly string[];
    readonly engineSocket: string;
    readonly clientSocket: string;
  };
  readonly requested: readonly RequestedRecreation[];
}

/** One refusal of the gateway: its English text, which names the setting. */
export interface RecreateRefusal {
  readonly rule: string;
  readonly message: string;
  /** Which sentence of the catalogue `message` is; missing where only the text is known. */
  readonly sentence?: MessageReference | undefined;
}

/**
 * Predicts what the gateway will refuse, by the id of the old container; changes nothing. What cannot be
 * decided here is no refusal.
 */
export type RecreatePolicy = (
  question: RecreatePolicyInput,
) => Promise<ReadonlyMap<string, readonly RecreateRefusal[]>>;
