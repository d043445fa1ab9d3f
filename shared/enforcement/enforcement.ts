import { isAccessDenied, isNotText, type AppError, type Result } from '../result.ts';
import type { EngineStatus } from '../engine-status/status.ts';
import { capabilitiesOfRuntime } from '../isolation/backends.ts';
import { allowsSocketMounts, type EffectiveSettings } from '../settings/effective.ts';
import type { PreferenceState } from '../settings/preferences.ts';
import { enforcesSettings, missingBecause, type TargetCapabilities } from '../targets/capabilities.ts';
import { isOfOtherSettings, type Verification } from '../verify/claims.ts';
import type { PolicyFacts } from './policy-facts.ts';
import type { PolicyProblem, RecordedPolicy } from './recorded-policy.ts';

/**
 * Which policy holds: that of the current settings file (`applied`), that of an earlier text (`retained`),
 * the strictest one (`locked-down`), none since there is no file (`none`). `unknown`: it cannot be
 * determined.
 */
export type PolicySource = 'applied' | 'retained' | 'locked-down' | 'none' | 'unknown';

/** A policy that holds at one time. */
export interface PolicyInForce {
  readonly source: PolicySource;
  /** Its version in history; null if it has none or that is unknown. */
  readonly version: number | null;
  /** sha256 (hex) of its text; '' without a file; null if there is no text, or it is unknown. */
  readonly hash: string | null;
  /** Whether ECI is on, with users' preferences. */
  readonly eci: boolean;
  readonly locked: boolean;
  readonly audit: boolean;
  readonly backend: EffectiveSettings['backend'];
  /** Whether any image may mount the Docker socket; null if that is unknown. */
  readonly socketMounts: boolean | null;
  /** Who turned ECI off by an effective preference ('' if they gave no name); null: nobody. */
  readonly preferredOff: string | null;
}

/** What is enforced now, what the next start enforces if nothing changes, and why the file does not hold. */
export interface Enforcement {
  /** A gateway of ours, the product itself, or nothing that is running. */
  readonly by: 'gateway' | 'product' | 'nothing';
  readonly now: PolicyInForce;
  readonly nextStart: PolicyInForce;
  /**
   * Why the file is not in force: it was deleted, cannot be used, or has just changed (`pending`). `unread`:
   * this user may not read it, so that it is not known whether it is. Null if it is.
   */
  readonly difference: PolicyProblem | 'pending' | 'unread' | null;
  /**
   * The engine's default runtime, if it isolates nothing although a gateway enforces ECI, which refuses the
   * classic builder: its steps would run with it. Somebody changed daemon.json.
   */
  readonly otherRuntime?: string;
  /** A gateway enforces ECI, and clients can reach the engine past it; missing if no way is known. */
  readonly isBypassed?: true;
  /** Another program wrote the settings in force: nobody applied them. */
  readonly changedOutside: boolean;
  /**
   * The version of history that would restore the settings file; null if that is unnecessary or impossible.
   */
  readonly restorableVersion: number | null;
}

/** The settings file as read, and the other facts about which policy is in force. */
export interface SettingsFacts {
  /** sha256 (hex) of the file's text, '' without a file. */
  readonly appliedHash: string;
  readonly appliedVersion: number;
  /** Who applied the file as it is; null if another program wrote it. */
  readonly appliedBy: { readonly user: string } | null;
  readonly exists: boolean;
  /** Why the file could not be read, if it could not. */
  readonly readError: AppError | null;
  readonly preference: PreferenceState | null;
  readonly policyFacts: PolicyFacts;
}

/** What it is derived from. */
export interface EnforcementFacts {
  readonly capabilities: TargetCapabilities;
  readonly engine: Pick<EngineStatus, 'phase' | 'gatewayUp'> &
    Partial<Pick<EngineStatus, 'defaultRuntime' | 'isBypassed'>>;
  readonly settings: SettingsFacts;
  /** The meaning of the current settings file. */
  readonly applied: Result<EffectiveSettings, AppError>;
}

/**
 * The policy in force, for window, tray and command line. Pure. What a running gateway has recorded takes
 * precedence over the file; an unusable file counts as ECI on, and never as known.
 */
export function enforcementOf(facts: EnforcementFacts): Enforcement {
  const by = enforcerOf(facts);
  const difference = differenceOf(facts);
  const now = policyNow(facts, by, difference);
  const { appliedBy, readError } = facts.settings;
  return {
    by,
    now,
    nextStart: policyAtStart(facts, difference),
    difference,
    ...gapsOf(facts.engine, by, now),
    changedOutside: now.source === 'applied' && appliedBy === null && readError === null,
    restorableVersion:
      isReplaceable(facts.settings) && isAlarm(difference) ? facts.settings.policyFacts.restorable : null,
  };
}

/** Whether the settings file itself cannot be read as text, also by somebody with every right. */
export const isFileUnreadable = ({
  path,
  readError,
}: {
  readonly path: string;
  readonly readError: AppError | null;
}): boolean => readError !== null && readError.params?.['path'] === path && !isAccessDenied(readError);

/**
 * Whether an apply replaces the file: one whose bytes are not text, or too many, too, since history keeps
 * them. Any other that cannot be read has to be repaired or moved first.
 */
export const isReplaceable = ({ readError }: { readonly readError: AppError | null }): boolean =>
  readError === null || isNotText(readError);

/** Whether the file was lost or broken: somebody has to act. */
export const isAlarm = (difference: Enforcement['difference']): difference is PolicyProblem =>
  difference === 'deleted' || difference === 'unusable';

/**
 * Whether the last verification is about what is enforced now: the policy of the file, or that of an earlier
 * text which the gateway retains.
 */
export const isVerificationCurrent = (
  { difference, now }: Enforcement,
  verification: Pick<Verification, 'settingsHash'> | null,
): boolean =>
  (now.source === 'retained' || (now.source !== 'unknown' && !isAlarm(difference))) &&
  (verification === null || !isOfOtherSettings(verification, now.hash));

/** What is known about the engine because of which no verification counts, the graver first; null: none. */
export function gapOf({ otherRuntime, isBypassed }: Enforcement): 'bypassed' | 'otherRuntime' | null {
  if (isBypassed === true) return 'bypassed';
  return otherRuntime === undefined ? null : 'otherRuntime';
}

export const hasGap = (enforcement: Enforcement): boolean => gapOf(enforcement) !== null;

function gapsOf(
  { phase, defaultRuntime = null, isBypassed }: EnforcementFacts['engine'],
  by: Enforcement['by'],
  { eci }: PolicyInForce,
): Pick<Enforcement, 'otherRuntime' | 'isBypassed'> {
  if (phase !== 'ready' || by !== 'gateway' || !eci) return {};
  return {
    ...(defaultRuntime !== null && capabilitiesOfRuntime(defaultRuntime) === null
      ? { otherRuntime: defaultRuntime }
      : {}),
    ...(isBypassed === true ? { isBypassed } : {}),
  };
}

function enforcerOf({ capabilities, engine, settings }: EnforcementFacts): Enforcement['by'] {
  if (!enforcesSettings(capabilities)) return 'nothing';
  if (!capabilities.enforcedByGateway) return engine.phase === 'ready' ? 'product' : 'nothing';
  return settings.policyFacts.recorded !== null || engine.gatewayUp ? 'gateway' : 'nothing';
}

function differenceOf({ capabilities, settings, applied }: EnforcementFacts): Enforcement['difference'] {
  if (!enforcesSettings(capabilities)) return null;
  const { recorded, isMissing } = settings.policyFacts;
  const isApplied = recorded !== null && recorded.hash === settings.appliedHash;
  const isDenied = settings.readError !== null && isAccessDenied(settings.readError);
  // The gateway has read what this user may not.
  if (!applied.ok) return isDenied ? (recorded?.problem?.kind ?? 'unread') : 'unusable';
  if (settings.readError !== null && !isApplied && !isDenied) return 'unusable';
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
  socketMounts: false,
  preferredOff: null,
};
const unknownPolicy: PolicyInForce = {
  ...noPolicy,
  source: 'unknown',
  eci: true,
  socketMounts: null,
};
const lockedDown: PolicyInForce = { ...noPolicy, source: 'locked-down', eci: true, locked: true };

function policyNow(
  facts: EnforcementFacts,
  by: Enforcement['by'],
  difference: Enforcement['difference'],
): PolicyInForce {
  if (by === 'nothing') return noPolicy;
  const { recorded } = facts.settings.policyFacts;
  if (by === 'gateway' && recorded !== null) return policyOfRecord(facts, recorded, difference);
  // Which policy holds cannot be determined: it is not claimed that ECI is off.
  return isAlarm(difference) || difference === 'unread' ? unknownPolicy : policyOfFile(facts);
}

function policyOfRecord(
  { settings, applied }: EnforcementFacts,
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
    socketMounts:
      recorded.socketMounts ?? (isApplied && applied.ok ? allowsSocketMounts(applied.value) : null),
    preferredOff: recorded.preferredOff ? (settings.preference?.by ?? '') : null,
  };
}

function sourceOfRecord({ hash }: RecordedPolicy, isApplied: boolean): PolicySource {
  if (hash === null) return 'locked-down';
  if (hash === '') return 'none';
  return isApplied ? 'applied' : 'retained';
}

/** What is enforced after a start with the settings file as it is, or without one. */
function policyAtStart(facts: EnforcementFacts, difference: Enforcement['difference']): PolicyInForce {
  const { startWithoutFile, lastRecorded } = facts.settings.policyFacts;
  if (difference === 'unread') return unknownPolicy;
  if (difference !== 'deleted' || !facts.capabilities.enforcedByGateway) return policyOfFile(facts);
  switch (startWithoutFile) {
    case 'default':
      return policyOfFile(facts);
    case 'locked-down':
      return lockedDown;
    case 'stored':
      return lastRecorded === null ? unknownPolicy : policyOfRecord(facts, lastRecorded, difference);
    case 'unknown':
      return unknownPolicy;
  }
}

/** What is enforced after a start with the current settings file. */
function policyOfFile({ capabilities, settings, applied }: EnforcementFacts): PolicyInForce {
  if (!enforcesSettings(capabilities)) return noPolicy;
  if (!applied.ok) return capabilities.enforcedByGateway ? lockedDown : unknownPolicy;
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
    socketMounts: allowsSocketMounts(applied.value),
    preferredOff: isPreferredOff ? (settings.preference?.by ?? '') : null,
  };
}
