import type Docker from 'dockerode';
import type { EffectiveSettings } from '../../shared/settings/index.ts';
import type { ClaimId } from '../../shared/verify/claims.ts';
import type { RootPaths } from '../base/root-paths.ts';
import type { EvidenceText } from './evidence.ts';

export interface VerifyOptions {
  readonly paths: RootPaths;
  /** A client of the users' socket: the gateway's. */
  readonly docker: Docker;
  /** Directory with the built probe program of each architecture. */
  readonly probeDirectory: string;
  readonly runtimeName: string;
  /** The policy in force. */
  readonly settings: EffectiveSettings;
  /** Claims the backend can't make, each with the reason. */
  readonly notOffered?: Readonly<Partial<Record<ClaimId, EvidenceText>>>;
  readonly signal?: AbortSignal;
}
