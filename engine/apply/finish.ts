import type { ApplyOutcome } from '../../shared/apply/run.ts';
import type { RemoveOutcome } from '../../shared/containers/protection.ts';
import type { RecreateMember } from '../../shared/containers/recreate.ts';
import type { Verification } from '../../shared/verify/claims.ts';
import { fail } from '../../shared/result.ts';
import { removeJournalFile } from '../base/files.ts';
import { dropBackup } from './backup.ts';
import type { Journal } from './journal.ts';
import type { ApplyPorts } from './ports.ts';
import type { RunState } from './run-state.ts';
import type { StepResults } from './steps/step.ts';
import { failureMessage, reasonMessage } from '../../shared/messages/error-message.ts';
import { message, plainText, sentenceOf } from '../../shared/messages/message.ts';
import { recordVersion, settleDraft } from './versions.ts';

/** The combined reports of an apply's steps. */
export interface ApplyResults {
  verification: Verification | null;
  removed: RemoveOutcome[];
  recreated: RecreateMember[];
}
export const noResults = (): ApplyResults => ({ verification: null, removed: [], recreated: [] });

/** Adds the report of one step. */
export function addResults(results: ApplyResults, more: StepResults = {}): void {
  if (more.verification !== undefined) results.verification = more.verification;
  if (more.removed !== undefined) results.removed = more.removed;
  if (more.recreated !== undefined) results.recreated = more.recreated;
}

/**
 * Finishes successfully: history, draft, journal, backup, in an order in which a crash in between only causes
 * repetition. An exception here has the same effect: the settings in force stay, and the next start does the
 * rest.
 */
export async function finalise(
  ports: ApplyPorts,
  state: RunState,
  journal: Journal,
  text: string,
  results: ApplyResults,
): Promise<ApplyOutcome> {
  const { paths } = ports;
  const recorded = await recordVersion(paths, journal, text).catch((cause: unknown) =>
    fail('internal', message('apply.recording-defect'), { cause }),
  );
  if (!recorded.ok) state.log(message('apply-log.not-recorded', { why: failureMessage(recorded.error) }));
  try {
    await ports.onCheckpoint?.('recorded');
    await settleDraft(paths, text);
    await removeJournalFile(paths.journal);
    await dropBackup(paths);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    state.log(message('apply-log.finished-later', { why }));
  }
  state.log(message('apply-log.applied', { version: journal.toVersion }));
  const unrecorded = recorded.ok ? null : reasonMessage(recorded.error);
  return {
    kind: 'applied',
    version: journal.toVersion,
    ...results,
    ...(unrecorded === null
      ? {}
      : { unrecorded: plainText(unrecorded), unrecordedSentence: sentenceOf(unrecorded).sentence }),
  };
}
