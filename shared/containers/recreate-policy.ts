import type { EffectiveSettings } from '../settings/effective.ts';
import type { CarriedNetwork } from './recreate-networks.ts';

/** A container that is to be made anew, as far as the gateway will have a say in it. */
export interface AskedRecreation {
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

/** What recreations are to be decided by. */
export interface RecreatePolicyQuestion {
  /** Those that will be in force. */
  readonly settings: EffectiveSettings;
  readonly paths: {
    readonly root: string;
    readonly data: string;
    readonly run: string;
    readonly engineSocket: string;
    readonly clientSocket: string;
  };
  readonly asked: readonly AskedRecreation[];
}

/** One refusal of the gateway's, in its own (English) words, which name the setting. */
export interface RecreateRefusal {
  readonly rule: string;
  readonly message: string;
}

/**
 * What the gateway will refuse, by the id of the old one; nothing is changed by asking. What can't be told
 * from here is no refusal.
 */
export type RecreatePolicy = (
  question: RecreatePolicyQuestion,
) => Promise<ReadonlyMap<string, readonly RecreateRefusal[]>>;
