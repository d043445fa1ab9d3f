import { assertNever } from '../result.ts';
import type { TargetKind } from './target.ts';

/** What the app offers on some targets only. */
export const targetFeatures = [
  'apply',
  'turn-on-eci',
  'choose-backend',
  'audit-mode',
  'existing-containers',
  'per-image-lists',
  'socket-scope',
  'hide-environment',
  'refusal-language',
  'decision-log',
  'test-mounts',
  'recreate',
  'engine-control',
  'verify',
] as const;
export type TargetFeature = (typeof targetFeatures)[number];

/** Why a target does not offer something. The words are the renderer's and the command line's. */
export type MissingBecause =
  /** Docker Desktop enforces: it knows nothing of what only an engine of ours can do. */
  | 'docker-desktop-enforces'
  /** Docker Desktop refuses containers itself and keeps no log of that. */
  | 'docker-desktop-keeps-no-log'
  /**
   * No gateway and no isolation runtime stand in front of the machine's engine: nothing would be enforced.
   */
  | 'no-gateway-in-front';

/**
 * Null where a target offers the feature. The one table behind greyed words in the window and refusals on the
 * command line.
 */
export function missingBecause(kind: TargetKind, feature: TargetFeature): MissingBecause | null {
  switch (kind) {
    case 'embedded':
      return null;
    case 'docker-engine':
      return 'no-gateway-in-front';
    case 'docker-desktop':
      switch (feature) {
        case 'apply':
        case 'turn-on-eci':
        case 'engine-control':
        case 'verify':
          return null;
        case 'decision-log':
        case 'test-mounts':
          return 'docker-desktop-keeps-no-log';
        case 'choose-backend':
        case 'audit-mode':
        case 'existing-containers':
        case 'per-image-lists':
        case 'socket-scope':
        case 'hide-environment':
        case 'refusal-language':
        case 'recreate':
          return 'docker-desktop-enforces';
        default:
          return assertNever(feature);
      }
    default:
      return assertNever(kind);
  }
}
