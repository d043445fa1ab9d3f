import type { StepResult } from './step-context.ts';
import type { Step } from './step-context.ts';
import { rm } from 'node:fs/promises';
import type { ApplyStep } from '../../shared/apply/plan.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { removalNote } from '../../shared/settings/removal-note.ts';
import { countOf, settled } from '../../shared/verify/claims.ts';
import { previewEngineConfig, reconcileEngineConfig } from '../daemon-json/daemon-json.ts';
import { readSettings, removeFile, removeLeftTemporaries, writeFileAtomic } from '../base/files.ts';
import { versionState, writeVersion } from '../store/history.ts';
import { writeBackup } from './backup.ts';
import { cleanUp } from './clean-up.ts';
import type { Journal } from './journal.ts';
import { settingsInForce } from './plan.ts';
import { message } from '../../shared/messages/message.ts';
import { readDaemonJson } from './versions.ts';
export const done = (
  detail: string | null,
  more: Omit<StepResult, 'detail'> = {},
): Result<StepResult, AppError> => ok({ detail, ...more });

/** Whether a step has something to do in this apply. */
export function stepIsDue(step: ApplyStep, journal: Journal): boolean {
  switch (step) {
    case 'back-up':
    case 'write-settings':
    case 'health-check':
      return true;
    case 'reconfigure':
    case 'restart-engine':
      return journal.restartNeeded;
    case 'verify':
      return journal.eciAfter;
    case 'clean-up':
      return journal.remove.ids.length > 0 || journal.recreate !== undefined;
  }
}

const backUp: Step = async ({ ports, journal, text }) => {
  const { paths } = ports;
  const applied = await readSettings(paths.settings);
  if (!applied.ok) return applied;
  if (applied.value.hash !== journal.baseHash) return conflict(paths.settings);
  const versions = await versionState(paths.history, applied.value);
  if (!versions.ok) return versions;
  if (!versions.value.recorded && applied.value.exists) {
    // Somebody else wrote the file since our last apply (or before our first): their version goes into
    // history too.
    const found = await writeVersion(paths.history, {
      entry: {
        version: journal.fromVersion,
        at: journal.startedAt,
        uid: journal.uid,
        user: journal.user,
        hash: applied.value.hash,
        fromHash: versions.value.entries.at(-1)?.hash ?? '',
        how: 'found',
        eci: journal.eciBefore,
        durationsMs: {},
      },
      settings: applied.value.text,
      daemonJson: await readDaemonJson(paths),
    });
    if (!found.ok) return found;
  }
  const backup = await writeBackup(paths, text);
  return backup.ok ? done(`version ${journal.fromVersion}`) : backup;
};

const writeSettings: Step = async ({ ports, journal, text }) => {
  const { paths } = ports;
  await removeLeftTemporaries(paths.settings);
  // From now on an absent file is a mistake again.
  const fresh = await removeFile(removalNote(paths.settings));
  if (!fresh.ok) return fresh;
  const applied = await readSettings(paths.settings);
  if (!applied.ok) return applied;
  if (applied.value.hash !== journal.baseHash) return conflict(paths.settings);
  if (applied.value.exists && applied.value.text === text)
    return done(`version ${journal.toVersion}, same text`);
  if (text === '') {
    const removed = await removeFile(paths.settings);
    return removed.ok ? done(`version ${journal.toVersion}: no settings file`) : removed;
  }
  const written = await writeFileAtomic(paths.settings, text);
  return written.ok ? done(`version ${journal.toVersion}`) : written;
};

/** The file is not what the plan was made against. */
export function conflict(path: string): Result<never, AppError> {
  return fail('settings.conflict', message('apply.settings-file-was-changed-by-another-program'), {
    hint: message('apply.look-at-what-changed-then-plan-again'),
    params: { path },
  });
}

const reconfigure: Step = async ({ ports, journal, text }) => {
  const { paths } = ports;
  if (ports.reconfigure !== undefined) {
    const own = await ports.reconfigure();
    return own.ok ? done(own.value) : own;
  }
  const backend = ports.isolation(settingsInForce({ exists: true, text, hash: journal.targetHash }));
  if (journal.eciAfter) {
    const installed = await backend.install(paths);
    if (!installed.ok) return installed;
  }
  const desired = {
    eci: journal.eciAfter,
    runtimeName: backend.runtimeName,
    runtimePath: backend.runtimePath(paths),
  };
  // A directive the engine refuses shows now, while everything still runs.
  const takes = await ports.driver.checkConfig(desired);
  if (!takes.ok) return takes;
  // What an older engine showed says nothing about the one to come.
  await rm(paths.verification, { force: true });
  const before = await previewEngineConfig(paths, desired);
  const plan = await reconcileEngineConfig(paths, desired);
  if (!plan.ok) return plan;
  const count = before.ok ? before.value.changes.length : plan.value.changes.length;
  if (count === 0) return done('daemon.json unchanged');
  const keys = count === 1 ? '1 key' : `${count} keys`;
  return done(journal.eciAfter ? `${keys} set in daemon.json` : `${keys} given back in daemon.json`);
};

const restartEngine: Step = async ({ ports, state, signal }) => {
  const status = await ports.driver.restart({ onLog: state.forward, signal });
  return status.ok
    ? done(status.value.version === null ? null : `Docker Engine ${status.value.version}`)
    : status;
};

const healthCheck: Step = async ({ ports, journal, text }) => {
  const backend = ports.isolation(settingsInForce({ exists: true, text, hash: journal.targetHash }));
  const healthy = await ports.health(journal.eciAfter ? backend.runtimeName : null);
  return healthy.ok ? done(healthy.value) : healthy;
};

const verify: Step = async ({ ports, state, signal }) => {
  if ((await ports.turnedOffByUser?.()) === true)
    return done('not verified: a user has turned isolation off, as the settings let them');
  const verification = await ports.verify(signal);
  if (!verification.ok) return verification;
  const { claims } = verification.value;
  for (const claim of claims) state.log(`${claim.id}: ${claim.verdict}: ${claim.evidence}`);
  // Audit mode is what was asked for: that nothing is refused is no reason to roll back. It is said, and
  // never shown as held.
  const open = claims.filter((claim) => claim.verdict === 'not-enforced').length;
  const bad = claims.filter((claim) => !settled(claim.verdict) && claim.verdict !== 'not-enforced');
  if (bad.length > 0 || claims.length === 0) {
    return fail('verify.failed', message('apply.protection-could-not-be-shown-from-inside'), {
      reason:
        bad.length === 0
          ? message('apply.no-probe-ran')
          : bad.map((claim) => `${claim.id}: ${claim.evidence}`).join('; '),
      hint: message('apply.see-log-bulkhead-verify-runs-same-probes'),
    });
  }
  return done(`${countOf(claims)}${open === 0 ? '' : '; audit mode: nothing is refused'}`, {
    verification: verification.value,
  });
};

export const stepActions: Readonly<Record<ApplyStep, Step>> = {
  'back-up': backUp,
  'write-settings': writeSettings,
  reconfigure,
  'restart-engine': restartEngine,
  'health-check': healthCheck,
  verify,
  'clean-up': cleanUp,
};
