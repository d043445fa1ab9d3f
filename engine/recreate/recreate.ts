import type {
  RecreateItem,
  RecreateMember,
  RecreateOutcome,
  RecreatePlan,
  RecreateRequest,
  RecreateRun,
} from '../../shared/containers/recreate.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { applyLockPath } from '../base/root-paths.ts';
import { acquireLock } from '../base/lock.ts';
import { recreateFacts } from './recreate-facts.ts';
import { recreateGroup } from './recreate-group.ts';
import { forEachGroup } from './recreate-queue.ts';
import {
  recreationRequests,
  planRecreate,
  withRefusals,
  type PlannedMember,
  type PlannedRecreate,
} from './recreate-plan.ts';
import type { RecreatePorts } from './recreate-ports.ts';
import { message, withReference } from '../../shared/messages/message.ts';
import { settleUnderLock } from './recreate-interrupted.ts';

/** One recreation under way. */
export interface RecreateHandle {
  readonly run: () => RecreateRun;
  /** Asks for a cancel: the group under way goes back, later ones are not begun. False when it is over. */
  readonly cancel: () => boolean;
  /** Resolves when it has ended, whatever its outcomes; never rejects. */
  readonly done: Promise<RecreateRun>;
}

/**
 * What recreating these containers would do. Changes nothing, needs no root. `containers.not-found`,
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
  // Without what it is done with.
  const items = groups.map((group) =>
    group.map(({ subject: _subject, recreation: _recreation, removeOld: _removeOld, ...item }) => item),
  );
  return ok({ blocked, groups: [...items, ...notInspected.map((item) => [item])] });
}

/**
 * Recreates containers under ECI, groups that need nothing of each other side by side: make the new one
 * through the gateway, stop the old one, swap names, start, wait until it is well; a failure or a cancel
 * brings the old one back. Those the plan has something against are left alone. An interrupted one is settled
 * first. Errors before anything is touched: `rights.not-root`, `apply.in-progress`, `containers.not-found`,
 * `engine.*`.
 */
export async function startRecreate(
  ports: RecreatePorts,
  request: RecreateRequest,
  onEvent: (run: RecreateRun) => void,
): Promise<Result<RecreateHandle, AppError>> {
  if (process.getuid?.() !== 0)
    return fail('rights.not-root', message('containers.this-user-may-not-recreate-containers'), {
      reason: message('containers.way-back-goes-over-engine-own-socket'),
      hint: message('containers.run-same-command-with-sudo'),
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
 * The same for a caller that holds the apply lock, and is root. `release` is called when it has ended, before
 * it says so.
 */
export async function beginUnderLock(
  ports: RecreatePorts,
  request: RecreateRequest,
  onEvent: (run: RecreateRun) => void,
  release: () => Promise<void> = () => Promise.resolve(),
): Promise<Result<RecreateHandle, AppError>> {
  const settled = await settleUnderLock(ports);
  if (!settled.ok) return settled;
  const facts = await recreateFacts(ports, request.ids);
  if (!facts.ok) return facts;
  const names = new Set(
    [...facts.value.others, ...facts.value.subjects].map(({ inspected }) => inspected.name),
  );
  return ok(
    execute(ports, request, planRecreate(facts.value, request), {
      runtime: facts.value.engine.runtime,
      names,
      release,
      onEvent,
    }),
  );
}

interface ExecuteOptions {
  readonly runtime: string;
  readonly names: ReadonlySet<string>;
  readonly release: () => Promise<void>;
  readonly onEvent: (run: RecreateRun) => void;
}

function execute(
  ports: RecreatePorts,
  request: RecreateRequest,
  { groups, notInspected }: PlannedRecreate,
  { runtime, names, release, onEvent }: ExecuteOptions,
): RecreateHandle {
  let run: RecreateRun = {
    members: [
      ...groups.flat().map(({ id, name }): RecreateMember => ({ id, name, step: null, outcome: null })),
      ...notInspected.map((item): RecreateMember => ({
        id: item.id,
        name: item.name,
        step: null,
        outcome: refusedAsItIs([item]),
      })),
    ],
    activity: 'recreating',
    cancellable: true,
  };
  const controller = new AbortController();
  const update = (part: Partial<RecreateRun>) => {
    run = { ...run, ...part };
    onEvent(run);
  };
  const change = (ids: ReadonlySet<string>, part: Partial<RecreateMember>) => {
    update({ members: run.members.map((member) => (ids.has(member.id) ? { ...member, ...part } : member)) });
  };
  const successors = new Map<string, string>();
  const underWay = new Set<readonly PlannedMember[]>();
  const rollingBack = new Set<readonly PlannedMember[]>();
  /** What all groups together are at; what only goes back can't be cancelled. */
  const activity = (): Pick<RecreateRun, 'activity' | 'cancellable'> => {
    if (controller.signal.aborted) return { activity: 'cancelling', cancellable: false };
    if (rollingBack.size === 0) return { activity: 'recreating', cancellable: true };
    return { activity: 'rolling-back', cancellable: rollingBack.size < underWay.size };
  };

  const recreate = (group: readonly PlannedMember[], journalFile: string): Promise<RecreateOutcome[]> => {
    const ids = new Set(group.map(({ id }) => id));
    return recreateGroup(ports, group, {
      request,
      runtime,
      journalFile,
      names,
      successors,
      signal: controller.signal,
      onStep: (step) => {
        change(ids, { step });
      },
      onRollBack: () => {
        rollingBack.add(group);
        update(activity());
      },
    }).catch((defect: unknown) =>
      group.map((): RecreateOutcome => ({
        kind: 'not-begun',
        error: fail('internal', message('containers.recreating-hit-defect'), {
          cause: defect,
          hint: message('containers.run-it-again-it-first-settles-what'),
        }).error,
      })),
    );
  };
  const process = async (group: readonly PlannedMember[], journalFile: string | null): Promise<void> => {
    underWay.add(group);
    const outcomes =
      outcomeKnown(group, controller.signal) ??
      (journalFile === null ? group.map(notBegunAfterFailures) : await recreate(group, journalFile));
    underWay.delete(group);
    rollingBack.delete(group);
    update({
      ...activity(),
      members: run.members.map((member) => {
        const index = group.findIndex(({ id }) => id === member.id);
        return index < 0 ? member : { ...member, outcome: outcomes[index] ?? null };
      }),
    });
  };

  const all = async (): Promise<RecreateRun> => {
    try {
      await forEachGroup(ports.paths, groups, process);
    } finally {
      await release();
    }
    update({ activity: 'ended', cancellable: false });
    return run;
  };
  const done = all();
  return {
    run: () => run,
    done,
    cancel: () => {
      if (!run.cancellable) return false;
      controller.abort();
      update({ activity: 'cancelling', cancellable: false });
      return true;
    },
  };
}

/** So many could not be rolled back that no other can be recorded. */
const notBegunAfterFailures = (): RecreateOutcome => ({
  kind: 'not-begun',
  error: fail('apply.rollback-failed', message('containers.going-back-did-not-work-out-altogether'), {
    hint: message('containers.run-it-again-it-first-settles-what'),
  }).error,
});

/** Outcomes of a group nothing is done with; null for one that is recreated. */
function outcomeKnown(group: readonly PlannedMember[], signal: AbortSignal): RecreateOutcome[] | null {
  if (group.every((member) => member.unchanged)) return group.map(() => ({ kind: 'unchanged' }));
  const refused = refusedAsItIs(group);
  if (refused !== null) return group.map(() => refused);
  if (signal.aborted)
    return group.map(() => ({
      kind: 'not-begun',
      error: fail('apply.cancelled', message('containers.it-was-cancelled')).error,
    }));
  return null;
}

/**
 * The outcome of each of those that stand or fall together, where something is in the way of one; else null.
 */
function refusedAsItIs(items: readonly Pick<RecreateItem, 'name' | 'blockers'>[]): RecreateOutcome | null {
  const [first] = items.flatMap(({ name, blockers }) =>
    blockers.map(({ code, params, sentence }) => ({ name, code, params, sentence })),
  );
  if (first === undefined) return null;
  const why = first.params['why'];
  const { error } = fail(
    'containers.recreate-blocked',
    message('cli.cannot-be-recreated-as-it-is', { called: first.name }),
    {
      ...(typeof why === 'string' ? { reason: withReference(why, first.sentence) } : {}),
      hint: message('containers.plan-says-what-is-in-way-bulkhead'),
      params: { code: first.code },
    },
  );
  return { kind: 'refused', error };
}
