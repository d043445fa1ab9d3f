import * as z from 'zod';
import { isRunning, type Container, type ContainerScan } from '../../shared/containers/protection.ts';
import type {
  RecreateMember,
  RecreateNote,
  RecreateOutcome,
  RecreatePlan,
  RecreateRequest,
  RecreateRun,
} from '../../shared/containers/recreate.ts';
import { withGroupBlockers } from '../../shared/containers/recreate-blocked.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { beginUnderLock, makeRecreatePlan, type RecreateHandle } from './recreate.ts';
import { settleUnderLock } from './recreate-interrupted.ts';
import { message } from '../../shared/messages/message.ts';
import type { RecreatePorts } from './recreate-ports.ts';

/**
 * Containers to recreate once ECI is on, as an apply records them: its restart stops them, and resuming after
 * an interruption needs their previous state.
 */
const chosenSchema = z.object({
  containers: z
    .array(
      z.object({
        id: z.string(),
        /** Its name when it was chosen. */
        name: z.string(),
        /** It was running when it was chosen: the new one is started. */
        ran: z.boolean(),
      }),
    )
    .min(1)
    .max(1000),
  /** Changes written inside them are committed to images from which the new ones are created. */
  commit: z.boolean().optional(),
  /** Name or number of the user who requests the new ones if the creator of the old one was not recorded. */
  effectiveCaller: z.string(),
});
export type ChosenRecreation = z.infer<typeof chosenSchema>;

/** A record of them on disk: earlier versions called the user `asks`. */
export const chosenRecreationSchema = z.preprocess(
  (record) =>
    typeof record === 'object' && record !== null && 'asks' in record
      ? { ...record, effectiveCaller: record.asks }
      : record,
  chosenSchema,
);

const requestFor = (containers: ChosenRecreation['containers'], commit: boolean): RecreateRequest => {
  const ids = containers.map(({ id }) => id);
  return {
    ids,
    commit: commit ? ids : [],
    old: 'remove-when-healthy',
    withoutRollback: false,
    start: containers.filter(({ ran }) => ran).map(({ id }) => id),
  };
};

/**
 * The consequences of recreating the chosen containers once ECI is on with that runtime, after the restart if
 * there is one. Changes nothing.
 */
export async function planChosen(
  ports: RecreatePorts,
  {
    containers,
    commit,
    runtimeName,
    restart,
  }: Pick<ChosenRecreation, 'containers' | 'commit'> & {
    readonly runtimeName: string;
    readonly restart: boolean;
  },
): Promise<Result<RecreatePlan, AppError>> {
  const plan = await makeRecreatePlan(
    { ...ports, protection: () => Promise.resolve({ eci: true, runtimeName }) },
    requestFor(containers, commit === true),
  );
  if (!plan.ok || !restart) return plan;
  // After the restart no container is paused, and containers run with --rm no longer exist.
  const then = (blockers: readonly RecreateNote[]): RecreateNote[] =>
    blockers
      .filter(({ code }) => code !== 'paused')
      .map((note) => (note.code === 'no-rollback' ? { code: 'gone-at-restart', params: {} } : note));
  const groups = withGroupBlockers(
    plan.value.groups.map((group) => group.map((item) => ({ ...item, blockers: then(item.blockers) }))),
  );
  return ok({ groups, blocked: groups.flat().some(({ blockers }) => blockers.length > 0) });
}

/**
 * Recreates the chosen containers, for a caller that holds the apply lock. An interrupted recreation is
 * settled first, and containers that were recreated before that count as done. An old container is removed if
 * the new one runs well and contains the changes written inside; one that was not running is kept beside the
 * new one.
 */
export async function recreateChosen(
  ports: RecreatePorts,
  scan: () => Promise<Result<ContainerScan, AppError>>,
  chosen: ChosenRecreation,
  onEvent: (run: RecreateRun) => void,
): Promise<Result<RecreateHandle, AppError>> {
  const settled = await settleUnderLock(ports);
  if (!settled.ok) return settled;
  const scanned = await scan();
  if (!scanned.ok) return scanned;
  const known = new Map(
    chosen.containers.map((one) => [one.id, settledOutcome(one, scanned.value.containers)]),
  );
  const remaining = chosen.containers.filter(({ id }) => known.get(id) === null);
  const all = (run: RecreateRun): RecreateRun => ({
    ...run,
    members: chosen.containers.map(
      ({ id, name }): RecreateMember =>
        run.members.find((member) => member.id === id) ?? {
          id,
          name,
          step: null,
          outcome: known.get(id) ?? null,
        },
    ),
  });
  if (remaining.length === 0) {
    const run = all({ members: [], activity: 'ended', cancellable: false });
    onEvent(run);
    return ok({ run: () => run, cancel: () => false, done: Promise.resolve(run) });
  }
  const begun = await beginUnderLock(ports, requestFor(remaining, chosen.commit === true), (run) => {
    onEvent(all(run));
  });
  if (!begun.ok) return begun;
  const { run, cancel, done } = begun.value;
  return ok({ run: () => all(run()), cancel, done: done.then(all) });
}

/** The outcome for a chosen container if it is settled already; null: it is still to be recreated. */
function settledOutcome(
  { id, name }: ChosenRecreation['containers'][number],
  containers: readonly Container[],
): RecreateOutcome | null {
  const old = containers.find((container) => container.id === id);
  if (old?.protected === true) return { kind: 'unchanged' };
  const successor = containers.find(
    (container) => container.id !== id && container.name === name && container.protected,
  );
  // Names are swapped when the new one takes the old one's place, and swapped back if that is undone.
  if (successor !== undefined)
    return {
      kind: 'recreated',
      id: successor.id,
      kept: old?.name ?? null,
      image: null,
      started: isRunning(successor),
    };
  return old === undefined
    ? {
        kind: 'not-begun',
        error: fail('containers.not-found', message('policy.container-missing', { name }), {
          reason: message('containers.removed-since-chosen'),
          params: { name },
        }).error,
      }
    : null;
}
