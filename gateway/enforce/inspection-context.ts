import type { Change, Denial } from '../../shared/policy/decision.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import type { ResponseTransform, GatewayRequest } from '../http/exchange.ts';
import type { GatekeeperOptions } from './gatekeeper-options.ts';
import type { RunsInFlight } from './runs-in-flight.ts';
import type { SocketClient } from './socket-client.ts';

export interface InspectionContext extends Omit<GatekeeperOptions, 'settings' | 'runtime'> {
  readonly runtime: string;
  readonly settings: EffectiveSettings;
  readonly request: GatewayRequest;
  readonly runsInFlight: RunsInFlight;
  /** The container that asks through a mounted socket; null for clients at the clients' own. */
  readonly client: SocketClient | null;
  /**
   * Who may say of what they create that it is theirs: the owner behind a socket that shows only what is its
   * own.
   */
  readonly owner?: string;
}

/** What came out of looking at a request. */
export type InspectionResult =
  | {
      readonly kind: 'passed';
      readonly changes: readonly Change[];
      readonly target?: string;
      readonly body?: Buffer;
      /** The engine's response must be inspected first. `refused` logs a refusal and returns its text. */
      readonly createResponseTransform?: (refused: (denial: Denial) => string) => ResponseTransform;
      /** What would have been refused if the setting were not "warn". */
      readonly warning?: Denial;
      readonly container?: string | undefined;
      readonly image?: string | undefined;
    }
  | {
      readonly kind: 'denied';
      readonly denial: Denial;
      readonly container?: string | undefined;
      readonly image?: string | undefined;
      readonly framed?: boolean;
    }
  | {
      readonly kind: 'missing';
      readonly what: string;
      readonly name: string;
      /** As the engine says it, where it says it otherwise. */
      readonly message?: string;
    };

/** Nothing is changed. */
export const passedAsIs: Extract<InspectionResult, { kind: 'passed' }> = { kind: 'passed', changes: [] };

export const denied = (
  denial: Denial,
  about: { readonly container?: string; readonly image?: string } = {},
): InspectionResult => ({ kind: 'denied', denial, ...about });

/** The value of `{id}` or `{name}` in the path. */
export const subjectOf = (context: InspectionContext): string => context.request.match?.subject ?? '';
