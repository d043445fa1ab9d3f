import type { AppError, Result } from '../result.ts';
import type { EngineStatus } from '../engine-status/status.ts';
import type { EffectiveSettings } from '../settings/effective.ts';
import type { PreferenceState } from '../settings/preferences.ts';
import { enforcesSettings, missingBecause, type TargetCapabilities } from '../targets/capabilities.ts';
import type { PolicyFacts } from './policy-facts.ts';
import type { PolicyProblem, RecordedPolicy } from './recorded-policy.ts';

/**
 * Which policy holds: that of the settings file as it is (`applied`), that of an earlier text (`retained`),
 * the strictest one (`locked-down`), none since there is no file (`none`). `unknown`: nothing shows which.
 */
export type PolicySource = 'applied' | 'retained' | 'locked-down' | 'none' | 'unknown';

/** A policy that holds at one time. */
export interface PolicyInForce {
  readonly source: PolicySource;
  /** Its version in history; null where it has none or that is not known. */
  readonly version: number | null;
  /** sha256 (hex) of its text; '' without a file; null where there is no text, or that is not known. */
  readonly hash: string | null;
  /** Whether ECI is on, with users' preferences. */
  readonly eci: boolean;
  readonly locked: boolean;
  readonly audit: boolean;
  readonly backend: EffectiveSettings['backend'];
  /** Who turned ECI off by a preference that counts ('' where they gave no name); null: nobody. */
  readonly preferredOff: string | null;
}

/** What enforces now, what the next start does with the settings file as it is, and why they differ. */
export interface Enforcement {
  /** A gateway of ours, the product itself, or nothing that is seen to run. */
  readonly by: 'gateway' | 'product' | 'nothing';
  readonly now: PolicyInForce;
  readonly nextStart: PolicyInForce;
  /**
   * Why the file is not what is in force: it was deleted, cannot be used, or changed a moment ago
   * (`pending`). Null where it is.
   */
  readonly difference: PolicyProblem | 'pending' | null;
  /** The version of history that would put the settings file back; null where nothing needs it, or can. */
  readonly restorableVersion: number | null;
}

/** The settings file as it was read, and what else shows which policy is in force. */
export interface SettingsFacts {
  /** sha256 (hex) of the file's text, '' without a file. */
  readonly appliedHash: string;
  readonly appliedVersion: number;
  readonly exists: boolean;
  /** Why the file could not be read, if so. */
  readonly readError: AppError | null;
  readonly preference: PreferenceState | null;
  readonly policyFacts: PolicyFacts;
}

/** What it is derived from. */
export interface EnforcementFacts {
  readonly capabilities: TargetCapabilities;
  readonly engine: Pick<EngineStatus, 'phase' | 'gatewayUp'>;
  readonly settings: SettingsFacts;
  /** What the settings file as it is means. */
  readonly applied: Result<EffectiveSettings, AppError>;
}

/**
 * The one answer to what is in force, for window, tray and command line. Pure. What a running gateway has
 * recorded comes before what the file has; a file that cannot be used counts as ECI on, and never as known.
 */
export function enforcementOf(facts: EnforcementFacts): Enforcement {
  const by = enforcerOf(facts);
  const difference = differenceOf(facts);
  return {
    by,
    now: policyNow(facts, by, difference),
    nextStart: policyOfFile(facts),
    difference,
    restorableVersion:
      isReplaceable(facts) && isAlarm(difference) ? facts.settings.policyFacts.restorable : null,
  };
}

/** What cannot be read as a text is not written over: it has to be mended or moved away first. */
const isReplaceable = ({ settings }: EnforcementFacts): boolean => settings.readError === null;

/** Whether the file was lost or broken: somebody has to act. */
export const isAlarm = (difference: Enforcement['difference']): difference is PolicyProblem =>
  difference === 'deleted' || difference === 'unusable';

function enforcerOf({ capabilities, engine, settings }: EnforcementFacts): Enforcement['by'] {
  if (!enforcesSettings(capabilities)) return 'nothing';
  if (!capabilities.enforcedByGateway) return engine.phase === 'ready' ? 'product' : 'nothing';
  return settings.policyFacts.recorded !== null || engine.gatewayUp ? 'gateway' : 'nothing';
}

function differenceOf({ capabilities, settings, applied }: EnforcementFacts): Enforcement['difference'] {
  if (!enforcesSettings(capabilities)) return null;
  const { recorded, isMissing } = settings.policyFacts;
  const isApplied = recorded !== null && recorded.hash === settings.appliedHash;
  if (!applied.ok || (settings.readError !== null && !isApplied)) return 'unusable';
  if (isMissing) return 'deleted';
  return recorded === null || isApplied ? null : 'pending';
}

const noPolicy: PolicyInForce = {
  source: 'none',
  version: null,
  hash: null,
  eci: false,
  locked: false,
  audit: false,
  backend: 'auto',
  preferredOff: null,
};

function policyNow(
  facts: EnforcementFacts,
  by: Enforcement['by'],
  difference: Enforcement['difference'],
): PolicyInForce {
  if (by === 'nothing') return noPolicy;
  const { recorded } = facts.settings.policyFacts;
  if (by === 'gateway' && recorded !== null) return policyOfRecord(facts, recorded, difference);
  // Nothing shows which policy holds: that ECI is off is not claimed.
  return isAlarm(difference) ? { ...noPolicy, source: 'unknown', eci: true } : policyOfFile(facts);
}

function policyOfRecord(
  { settings }: EnforcementFacts,
  recorded: RecordedPolicy,
  difference: Enforcement['difference'],
): PolicyInForce {
  const isApplied = difference === null && settings.exists;
  return {
    source: sourceOfRecord(recorded, isApplied),
    version: isApplied ? settings.appliedVersion : settings.policyFacts.recordedVersion,
    hash: recorded.hash,
    eci: recorded.eci,
    locked: recorded.locked,
    audit: recorded.mode === 'audit',
    backend: recorded.backend,
    preferredOff: recorded.preferredOff ? (settings.preference?.by ?? '') : null,
  };
}

function sourceOfRecord({ hash }: RecordedPolicy, isApplied: boolean): PolicySource {
  if (hash === null) return 'locked-down';
  if (hash === '') return 'none';
  return isApplied ? 'applied' : 'retained';
}

/** What whoever starts with the settings file as it is enforces. */
function policyOfFile({ capabilities, settings, applied }: EnforcementFacts): PolicyInForce {
  if (!enforcesSettings(capabilities)) return noPolicy;
  if (!applied.ok)
    return capabilities.enforcedByGateway
      ? { ...noPolicy, source: 'locked-down', eci: true, locked: true }
      : { ...noPolicy, source: 'unknown', eci: true };
  const { eci, mode, backend } = applied.value;
  const isPreferredOff = settings.preference?.outcomes.eci === 'in-force';
  return {
    source: settings.exists ? 'applied' : 'none',
    version: settings.exists ? settings.appliedVersion : null,
    hash: settings.appliedHash,
    eci: eci.value && !isPreferredOff,
    locked: eci.locked,
    audit: missingBecause(capabilities, 'audit-mode') === null && mode === 'audit',
    backend,
    preferredOff: isPreferredOff ? (settings.preference?.by ?? '') : null,
  };
}
