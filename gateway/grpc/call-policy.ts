import { brief } from '../../shared/policy/build-remote.ts';
import { deny, type Denial } from '../../shared/policy/decision.ts';
import { message } from '../../shared/messages/message.ts';
import type { ConnectionSlot } from '../callers/connection-slot.ts';
import type { ReceivingTurn } from '../turns/receiving-turns.ts';

/** The gateway's decisions about calls, as the gRPC proxy needs them. */
export interface CallPolicy {
  /**
   * Logs a denial. Returns the text for the client; null when it is only logged (audit mode) and the call
   * continues unchanged.
   */
  deny(method: string, denial: Denial): string | null;
  /** The denial of a method that this client may not call at all; null: it may. Default: it may call all. */
  forbids?(method: string): Denial | null;
  /** Whether rules are enforced at present, or (audit mode) only logged. Default: enforced. */
  enforces?(): boolean;
  /** Whether processes in builds' containers get their build's token. Default: they do not. */
  marksProcesses?(): boolean;
  /**
   * Acquires the turn to read a message of more than `largeBodyBytes`; `displaced` is called when it arrives
   * so slowly that its turn was given away. Rejects as FairShare does. Default: unlimited.
   */
  turn?(signal: AbortSignal, displaced: () => void): Promise<ReceivingTurn>;
  /**
   * What the shared key of the client's sessions gets appended (open-sessions.ts). Default: nothing.
   */
  readonly sharedKeySuffix?: string;
  /**
   * Records a session that the client opens; returns what to call at its end, or the denial. Default: not
   * recorded.
   */
  openSession?(id: string): (() => void) | Denial;
  /** The connection's slot in its user's account; null or missing: not accounted. */
  readonly slot?: ConnectionSlot | null;
}

/** Bytes of incomplete messages, over all calls of a connection. */
export interface Budget {
  bytes: number;
}

/**
 * The denial of a call for another connection's build: it would use the secrets, agents and files of the
 * client that started the build.
 */
export const foreignBuildDenial = (build: string) =>
  deny('build-identity', message('gateway.call-for-build', { build: brief(build) }), {
    detail: message('gateway.build-of-another-connection'),
  });

/** The denial of a session with the id of another user's: the build would get its files from this one. */
export const foreignSessionDenial = (id: string) =>
  deny('build-identity', message('gateway.session-of-build', { session: brief(id) }), {
    detail: message('gateway.session-of-another-user'),
  });
