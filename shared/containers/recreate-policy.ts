import type { EffectiveSettings } from '../settings/effective.ts';
import type { CarriedNetwork } from './recreate-networks.ts';
import type { MessageReference } from '../messages/message.ts';

/** A container that is to be recreated: the inputs of the gateway's decision. */
export interface RequestedRecreation {
  /** Of the old one. */
  readonly id: string;
  readonly name: string;
  /** The user who requests the new one: determines `$HOME`. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** Its create request. Those that are recreated with it still have their current names. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Networks it is connected to after its creation. */
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
  /** JSON pointer of the setting that would allow it; null or missing if none does. */
  readonly setting?: string | null | undefined;
  /** The catalogue sentence of `message`; missing if only the text is known. */
  readonly sentence?: MessageReference | undefined;
}

/**
 * Predicts the gateway's refusals, by the id of the old container; changes nothing. A decision that cannot be
 * made here is not a refusal.
 */
export type RecreatePolicy = (
  question: RecreatePolicyInput,
) => Promise<ReadonlyMap<string, readonly RecreateRefusal[]>>;
