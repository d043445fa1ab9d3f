import { access } from 'node:fs/promises';
import type { Target } from '../engine/target.ts';
import type { EngineStatus } from '../shared/engine-status/status.ts';
import { unprotected } from '../shared/containers/protection.ts';
import { removalNote } from '../shared/settings/removal-note.ts';
import { protectionState, type ProtectionState, type Verification } from '../shared/verify/claims.ts';

export interface StatusReport {
  readonly engine: EngineStatus;
  readonly protection: ProtectionState;
  readonly eci: boolean;
  /** Who turned ECI off by a preference that counts; null: nobody. */
  readonly preferredOff: string | null;
  /** Audit mode is set: nothing is refused. Means something only while `eci` is true. */
  readonly audit: boolean;
  /** Containers that are not protected; null where the engine doesn't answer. */
  readonly unprotected: number | null;
  readonly verification: Verification | null;
  readonly appliedVersion: number;
  readonly draftDiffers: boolean;
  /** An apply was interrupted: `bulkhead apply` or the next engine start settles it. */
  readonly interruptedApply: boolean;
  /** A file of Docker Desktop's admin at a place that older documents name; nothing here reads it. */
  readonly olderSettings: string | null;
  /** Why the settings can't be read, if so; the gateway locks down then. */
  readonly settingsProblem: string | null;
  /** The applied file had ECI on and is gone, and not by a roll back of ours. */
  readonly settingsDeleted: boolean;
}

/** Everything `bulkhead status` tells. */
export async function statusReport(target: Target): Promise<StatusReport> {
  const [{ settingsInForce }, { readJournal }] = await Promise.all([
    import('../engine/apply/plan-facts.ts'),
    import('../engine/apply/journal.ts'),
  ]);
  const [desktop, engine, settings, verification, journal] = await Promise.all([
    target.desktop(),
    target.driver.status(),
    target.settings.read(),
    target.lastVerification(),
    readJournal(target.paths.journal),
  ]);
  const inForce = settingsInForce({
    exists: settings.exists,
    text: settings.applied,
    hash: settings.appliedHash,
  });
  const preferredOff =
    settings.preference?.outcomes.eci === 'in-force' ? (settings.preference.by ?? 'a user') : null;
  const eci = inForce.eci.value && preferredOff === null;
  const audit = inForce.mode === 'audit';
  const ready = engine.phase === 'ready';
  const scan = ready ? await target.scan() : null;
  return {
    engine,
    eci,
    preferredOff,
    audit,
    verification,
    protection: protectionState({ engineReady: ready, eci, audit, verification, now: Date.now() }),
    unprotected: scan !== null && scan.ok ? unprotected(scan.value).length : null,
    appliedVersion: settings.appliedVersion,
    draftDiffers: settings.draft !== settings.applied,
    interruptedApply: journal !== null,
    olderSettings: desktop?.olderSettings ?? null,
    settingsProblem: settings.readError?.message ?? null,
    settingsDeleted: !settings.exists && settings.readError === null && (await deletedByMistake(target)),
  };
}

/** The gateway takes it so too (gateway/settings/settings-watch.ts). */
async function deletedByMistake(target: Target): Promise<boolean> {
  const [history, noted] = await Promise.all([
    target.settings.history(),
    access(removalNote(target.paths.settings)).then(
      () => true,
      () => false,
    ),
  ]);
  return !noted && history.ok && history.value[0]?.eci === true;
}

/** The one honest sentence (design language, States), then facts. */
export function describeStatus(report: StatusReport): string {
  const lines = [sentence(report, Date.now())];
  if (report.eci && report.unprotected === null && report.protection !== 'stopped')
    lines.push('The containers could not be looked at.');
  if (report.protection === 'off' && report.unprotected !== null && report.unprotected > 0)
    lines.push(
      `${report.unprotected === 1 ? '1 container is' : `${report.unprotected} containers are`} not protected.`,
    );
  if (report.preferredOff !== null)
    lines.push(
      `Turned off by ${report.preferredOff}, as the unlocked default lets users: no rule is enforced. New containers still get ids of their own, unless they ask for another runtime. Back on: bulkhead settings prefer /enhancedContainerIsolation/value --clear`,
    );
  // A running engine tells it as its problem.
  if (report.settingsProblem !== null && report.engine.problem === null)
    lines.push(
      `${report.settingsProblem}: a gateway that runs keeps its last good policy, one that starts is locked down.`,
    );
  if (report.settingsDeleted)
    lines.push(
      'The settings file was deleted: a gateway that runs keeps its last policy, the next start of engine or gateway finds ECI off. Put it back: bulkhead settings rollback, or apply again.',
    );
  if (report.interruptedApply)
    lines.push('An apply is under way or was interrupted; the next bulkhead apply settles it.');
  if (report.olderSettings !== null)
    lines.push(
      `There is a settings file at ${report.olderSettings} too, where older documents put it: it is not read here. To take it over: bulkhead apply ${report.olderSettings} --target docker-desktop`,
    );
  if (report.engine.problem !== null) lines.push(`Problem: ${report.engine.problem.message}`);
  lines.push(
    `  engine    ${report.engine.phase}${report.engine.version === null ? '' : `, Docker Engine ${report.engine.version}`}`,
  );
  lines.push(`  socket    unix://${report.engine.socket}`);
  lines.push(
    `  settings  version ${report.appliedVersion}${report.draftDiffers ? ', the draft differs (bulkhead plan)' : ''}`,
  );
  return lines.join('\n');
}

function sentence(report: StatusReport, now: number): string {
  const since = report.verification === null ? null : now - Date.parse(report.verification.at);
  const n = report.unprotected ?? 0;
  switch (report.protection) {
    case 'stopped':
      return report.engine.phase === 'unreachable'
        ? 'No answer from the engine: what runs there is not known'
        : 'Engine stopped: nothing runs, nothing is checked';
    case 'off':
      return 'Off: root in a container is root in the engine';
    case 'audit':
      return 'On in audit mode: nothing is refused, what would be is only logged (bulkhead audit)';
    case 'unverified':
      return since === null
        ? 'On, but not verified'
        : `On, but not verified since ${report.verification?.at.slice(0, 16).replace('T', ' ') ?? ''} UTC`;
    case 'protected':
      return `Protected and verified ${age(since ?? 0)} ago${n === 0 ? '' : `, except ${n === 1 ? '1 container' : `${n} containers`}`}`;
  }
}

/** "3 min": an age for people. */
function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
