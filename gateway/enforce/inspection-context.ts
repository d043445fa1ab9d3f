import type { Change, Denial } from '../../shared/policy/decision.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import type { ResponseTransform, GatewayRequest } from '../http/exchange.ts';
import type { GatekeeperOptions } from './gatekeeper-options.ts';
import type { AuditedCreates } from './audited-creates.ts';
import type { RunsInFlight } from './runs-in-flight.ts';
import type { SocketClient } from './socket-client.ts';
import type { VolumeUse, VolumeUses } from './volume-uses.ts';

export interface InspectionContext extends Omit<GatekeeperOptions, 'settings' | 'runtime'> {
  readonly runtime: string;
  readonly settings: EffectiveSettings;
  readonly request: GatewayRequest;
  readonly runsInFlight: RunsInFlight;
  readonly auditedCreates: AuditedCreates;
  readonly volumeUses: VolumeUses;
  /** The container that sent the request by its mounted socket; null for a request by the clients' socket. */
  readonly client: SocketClient | null;
  /**
   * The owner that created objects may be labelled with: that of a socket with the scope `own`.
   */
  readonly owner?: string;
}

/** The result of the inspection of a request. */
export type InspectionResult =
  | {
      readonly kind: 'passed';
      readonly changes: readonly Change[];
      readonly target?: string;
      readonly body?: Buffer;
      /** Creates the transform of the engine's response. `refused` logs a refusal and returns its text. */
      readonly createResponseTransform?: (refused: (denial: Denial) => string) => ResponseTransform;
      /** The denial that the setting "warn" turns into a log entry. */
      readonly warning?: Denial;
      /** Volumes that may not change until the engine is done with the request. */
      readonly volumes?: VolumeUse;
      /** Called once the engine is done with the request, or does not get it. */
      readonly settled?: () => void;
      /** The log has an entry already, of the request that this one follows from. */
      readonly warningIsLogged?: boolean;
      readonly container?: string | undefined;
      readonly image?: string | undefined;
    }
  | {
      readonly kind: 'denied';
      readonly denial: Denial;
      /** What else is denied about the request, for the log of audit mode. */
      readonly furtherDenials?: readonly Denial[];
      readonly container?: string | undefined;
      readonly image?: string | undefined;
      readonly framed?: boolean;
      /** Follows from a denied create request that audit mode forwarded, and which is logged. */
      readonly followsFromCreate?: boolean;
    }
  | {
      readonly kind: 'missing';
      readonly what: string;
      readonly name: string;
      /** The engine's error text, where it is not "No such …". */
      readonly message?: string;
    };

/** Nothing is changed. */
export const passedAsIs: Extract<InspectionResult, { kind: 'passed' }> = { kind: 'passed', changes: [] };

export const denied = (
  denial: Denial,
  about: {
    readonly furtherDenials?: readonly Denial[];
    readonly container?: string;
    readonly image?: string;
    readonly followsFromCreate?: boolean;
  } = {},
): InspectionResult => ({ kind: 'denied', denial, ...about });

/** The value of `{id}` or `{name}` in the path. */
export const subjectOf = (context: InspectionContext): string => context.request.match?.subject ?? '';
