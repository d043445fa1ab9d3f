import type { RecreatePlan, RecreateRequest, RecreateRun } from '../../shared/containers/recreate.ts';
import { withGroupBlockers } from '../../shared/containers/recreate-blocked.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { applyLockPath } from '../base/root-paths.ts';
import { acquireLock } from '../base/lock.ts';
import { recreateFacts } from './recreate-facts.ts';
import { RecreateExecution } from './recreate-execution.ts';
import { recreationRequests, planRecreate, withRefusals } from './recreate-plan.ts';
import type { RecreatePorts } from './recreate-ports.ts';
import { message } from '../../shared/messages/message.ts';
import { settleUnderLock } from './recreate-interrupted.ts';
import { watchStopRequests } from './stop-requests.ts';

/** A recreation in progress. */
export interface RecreateHandle {
  readonly run: () => RecreateRun;
  /**
   * Requests a cancel: the group in progress is rolled back, later ones are not begun. False when it has
   * ended.
   */
  readonly cancel: () => boolean;
  /** Resolves when it has ended, whatever its outcomes; never rejects. */
  readonly done: Promise<RecreateRun>;
}

/**
 * The consequences of recreating these containers. Changes nothing, needs no root. `containers.not-found`,
 * `engine.*`.
 */
export async function makeRecreatePlan(
  ports: RecreatePorts,
  request: RecreateRequest,
): Promise<Result<RecreatePlan, AppError>> {
  const facts = await recreateFacts(ports, request.ids);
  if (!facts.ok) return facts;
  const planned = planRecreate(facts.value, request);
  // With ECI off nothing is refused, and nothing recreated.
  const { groups, notInspected, blocked } =
    ports.refused === undefined || !facts.value.eci
      ? planned
      : withRefusals(planned, await ports.refused(recreationRequests(planned)));
  // Without the inputs for doing it.
  const items = groups.map((group) =>
    group.map(({ subject: _subject, recreation: _recreation, removeOld: _removeOld, ...item }) => item),
  );
  return ok({ blocked, groups: withGroupBlockers([...items, ...notInspected.map((item) => [item])]) });
}

/**
 * Recreates containers under ECI, independent groups concurrently: creates the new one through the gateway,
 * stops the old one, swaps names, starts, waits until it runs well; a failure or a cancel restores the old
 * one. Containers that the plan blocks are not changed. An interrupted recreation is settled first. Errors
 * before anything is changed: `rights.not-root`, `apply.in-progress`, `containers.not-found`, `engine.*`.
 */
export async function startRecreate(
  ports: RecreatePorts,
  request: RecreateRequest,
  onEvent: (run: RecreateRun) => void,
): Promise<Result<RecreateHandle, AppError>> {
  if (process.getuid?.() !== 0)
    return fail('rights.not-root', message('containers.recreation-not-permitted'), {
      reason: message('containers.rollback-needs-root'),
      hint: message('containers.run-with-sudo'),
    });
  const lock = await acquireLock(applyLockPath(ports.paths));
  if (!lock.ok) return lock;
  let begun = false;
  try {
    const started = await beginUnderLock(ports, request, onEvent, () => lock.value.release());
    begun = started.ok;
    return started;
  } finally {
    if (!begun) await lock.value.release();
  }
}

/**
 * As above, for a caller that holds the apply lock, and is root. `release` is called when it has ended,
 * before that is reported.
 */
export async function beginUnderLock(
  ports: RecreatePorts,
  request: RecreateRequest,
  onEvent: (run: RecreateRun) => void,
  release: () => Promise<void> = () => Promise.resolve(),
): Promise<Result<RecreateHandle, AppError>> {
  const settled = await settleUnderLock(ports);
  if (!settled.ok) return settled;
  const stopRequests = await watchStopRequests(ports.engine);
  try {
    const facts = await recreateFacts(ports, request.ids);
    if (!facts.ok) {
      stopRequests.close();
      return facts;
    }
    const names = new Set(
      [...facts.value.others, ...facts.value.subjects].map(({ inspected }) => inspected.name),
    );
    const execution = new RecreateExecution(ports, request, planRecreate(facts.value, request), {
      runtime: facts.value.engine.runtime,
      names,
      stopRequests,
      release,
      onEvent,
    });
    const done = execution.start();
    return ok({ run: () => execution.run, done, cancel: () => execution.cancel() });
  } catch (error) {
    stopRequests.close();
    throw error;
  }
}
