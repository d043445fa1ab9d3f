import type {
  RecreateItem,
  RecreateMember,
  RecreateOutcome,
  RecreateRequest,
  RecreateRun,
} from '../../shared/containers/recreate.ts';
import { message } from '../../shared/messages/message.ts';
import { fail } from '../../shared/result.ts';
import { blockerReason } from './blocker-reason.ts';
import { recreateGroup } from './recreate-group.ts';
import type { PlannedMember, PlannedRecreate } from './recreate-plan.ts';
import type { RecreatePorts } from './recreate-ports.ts';
import { forEachGroup } from './recreate-queue.ts';
import type { StopRequests } from './stop-requests.ts';

export interface ExecutionOptions {
  readonly runtime: string;
  /** Names that are in use by containers. */
  readonly names: ReadonlySet<string>;
  /** Since before the plan was made; closed at the end. */
  readonly stopRequests: StopRequests;
  /** Called at the end, before the end is reported. */
  readonly release: () => Promise<void>;
  readonly onEvent: (run: RecreateRun) => void;
}

type Group = readonly PlannedMember[];

/** Executes a plan, group by group, and reports every change of its state. */
export class RecreateExecution {
  readonly #ports: RecreatePorts;
  readonly #request: RecreateRequest;
  readonly #groups: readonly Group[];
  readonly #options: ExecutionOptions;
  readonly #controller = new AbortController();
  readonly #successors = new Map<string, string>();
  readonly #current = new Set<Group>();
  readonly #rollingBack = new Set<Group>();
  #run: RecreateRun;

  constructor(
    ports: RecreatePorts,
    request: RecreateRequest,
    { groups, notInspected }: PlannedRecreate,
    options: ExecutionOptions,
  ) {
    this.#ports = ports;
    this.#request = request;
    this.#groups = groups;
    this.#options = options;
    this.#run = {
      members: [
        ...groups.flat().map(({ id, name }): RecreateMember => ({ id, name, step: null, outcome: null })),
        ...notInspected.map((item): RecreateMember => ({
          id: item.id,
          name: item.name,
          step: null,
          outcome: blockedOutcomes([item])?.[0] ?? null,
        })),
      ],
      activity: 'recreating',
      cancellable: true,
    };
  }

  get run(): RecreateRun {
    return this.#run;
  }

  /** Resolves with the last state. */
  async start(): Promise<RecreateRun> {
    try {
      await forEachGroup(this.#ports.paths, this.#groups, (group, journalFile) =>
        this.#process(group, journalFile),
      );
    } finally {
      this.#options.stopRequests.close();
      await this.#options.release();
    }
    this.#update({ activity: 'ended', cancellable: false });
    return this.#run;
  }

  /** False when it is too late. */
  cancel(): boolean {
    if (!this.#run.cancellable) return false;
    this.#controller.abort();
    this.#update({ activity: 'cancelling', cancellable: false });
    return true;
  }

  async #process(group: Group, journalFile: string | null): Promise<void> {
    this.#current.add(group);
    const outcomes =
      outcomeKnown(group, this.#controller.signal) ??
      (journalFile === null ? group.map(notBegunAfterFailures) : await this.#recreate(group, journalFile));
    this.#current.delete(group);
    this.#rollingBack.delete(group);
    this.#update({
      ...this.#activity(),
      members: this.#run.members.map((member) => {
        const index = group.findIndex(({ id }) => id === member.id);
        return index < 0 ? member : { ...member, outcome: outcomes[index] ?? null };
      }),
    });
  }

  #recreate(group: Group, journalFile: string): Promise<RecreateOutcome[]> {
    const ids = new Set(group.map(({ id }) => id));
    return recreateGroup(this.#ports, group, {
      request: this.#request,
      runtime: this.#options.runtime,
      journalFile,
      names: this.#options.names,
      successors: this.#successors,
      stopRequests: this.#options.stopRequests,
      signal: this.#controller.signal,
      onStep: (step) => {
        this.#update({
          members: this.#run.members.map((member) => (ids.has(member.id) ? { ...member, step } : member)),
        });
      },
      onRollBack: () => {
        this.#rollingBack.add(group);
        this.#update(this.#activity());
      },
    }).catch((defect: unknown) =>
      group.map((): RecreateOutcome => ({
        kind: 'not-begun',
        error: fail('internal', message('containers.recreation-defect'), {
          cause: defect,
          hint: message('containers.recreate-again'),
        }).error,
      })),
    );
  }

  /** Of all groups together. Groups that are being rolled back can't be cancelled. */
  #activity(): Pick<RecreateRun, 'activity' | 'cancellable'> {
    if (this.#controller.signal.aborted) return { activity: 'cancelling', cancellable: false };
    if (this.#rollingBack.size === 0) return { activity: 'recreating', cancellable: true };
    return { activity: 'rolling-back', cancellable: this.#rollingBack.size < this.#current.size };
  }

  #update(part: Partial<RecreateRun>): void {
    this.#run = { ...this.#run, ...part };
    this.#options.onEvent(this.#run);
  }
}

/** So many could not be rolled back that no further recreation can be recorded. */
const notBegunAfterFailures = (): RecreateOutcome => ({
  kind: 'not-begun',
  error: fail('apply.rollback-failed', message('containers.rollback-incomplete'), {
    hint: message('containers.recreate-again'),
  }).error,
});

/** Outcomes of a group that is skipped; null for one that is recreated. */
function outcomeKnown(group: readonly PlannedMember[], signal: AbortSignal): RecreateOutcome[] | null {
  if (group.every((member) => member.unchanged)) return group.map(() => ({ kind: 'unchanged' }));
  const refused = blockedOutcomes(group);
  if (refused !== null) return refused;
  if (signal.aborted)
    return group.map(() => ({
      kind: 'not-begun',
      error: fail('apply.cancelled', message('containers.cancelled')).error,
    }));
  return null;
}

/** The outcomes of a group if one of its members is blocked; else null. */
export function blockedOutcomes(
  items: readonly Pick<RecreateItem, 'id' | 'name' | 'blockers'>[],
): RecreateOutcome[] | null {
  const first = items.find(({ blockers }) => blockers.length > 0);
  if (first === undefined) return null;
  return items.map(({ blockers: [own] }): RecreateOutcome => {
    const blocker = own ?? first.blockers[0];
    const by = own === undefined ? first.name : null;
    const { error } = fail(
      'containers.recreate-blocked',
      by === null
        ? message('containers.not-recreatable')
        : message('containers.group-not-recreatable', { by }),
      {
        ...(blocker === undefined ? {} : { reason: blockerReason(blocker), params: { code: blocker.code } }),
        hint:
          blocker?.code === 'no-rollback'
            ? message('containers.recreate-without-rollback', { name: first.name })
            : message('containers.see-recreation-plan', { name: first.name }),
      },
    );
    return { kind: 'refused', error };
  });
}
