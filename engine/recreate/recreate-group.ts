import { setTimeout } from 'node:timers/promises';
import type { RecreateOutcome, RecreateRequest, RecreateStep } from '../../shared/containers/recreate.ts';
import { isUp, type ContainerInspection } from '../../shared/containers/container-inspection.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { requestFailure } from '../base/docker-client.ts';
import { commitOld } from './commit-old.ts';
import { ignoreAbsent } from './ignore-absent.ts';
import { makeContainer, refused } from './recreate-create.ts';
import { imageOf, writtenInside } from './recreate-facts.ts';
import { writeRecreateJournal, type JournalMember, type RecreateJournal } from './recreate-journal.ts';
import { asSuccessor, commitsWhileRunning, createdByCommit, type PlannedMember } from './recreate-plan.ts';
import { inspect, isUnderEci, type RecreatePorts } from './recreate-ports.ts';
import { finishRecreate, rollForwardRecreate, rollBackRecreate, trialName } from './recreate-settle.ts';
import { joinMessages } from '../../shared/messages/join-messages.ts';
import { failureMessage } from '../../shared/messages/error-message.ts';
import { message, plainText, sentenceOf } from '../../shared/messages/message.ts';
import { startAndWait } from './recreate-wait.ts';
import { newRecreateJournal } from './new-recreate-journal.ts';
import { stopOld } from './stop-old.ts';
import type { StopRequests } from './stop-requests.ts';

export interface GroupOptions {
  readonly request: RecreateRequest;
  readonly runtime: string;
  /** Its journal; no other group in progress has the same. */
  readonly journalFile: string;
  /** Names in use. */
  readonly names: ReadonlySet<string>;
  /** New ids of containers recreated before, by every name or id that may refer to them. */
  readonly successors: Map<string, string>;
  /** Since the plan was made. */
  readonly stopRequests: StopRequests;
  readonly signal: AbortSignal;
  readonly onStep: (step: RecreateStep) => void;
  readonly onRollBack: () => void;
}

/**
 * Recreates a group of containers, all or none. One outcome per member, in order; what fails or is cancelled
 * has been undone.
 */
export async function recreateGroup(
  ports: RecreatePorts,
  members: readonly PlannedMember[],
  options: GroupOptions,
): Promise<RecreateOutcome[]> {
  const run = new GroupRun(ports, members, options);
  return run.execute();
}

interface CommittedImage {
  readonly id: string;
  readonly hasEntrypoint: boolean;
  readonly reference: string;
}

type Step = readonly [RecreateStep, () => Promise<Result<void, AppError>>];

class GroupRun {
  readonly #ports: RecreatePorts;
  readonly #members: readonly PlannedMember[];
  readonly #options: GroupOptions;
  readonly #createdByCommit: ReadonlySet<PlannedMember>;
  readonly #successors: Map<string, string>;
  #journal: RecreateJournal;

  constructor(ports: RecreatePorts, members: readonly PlannedMember[], options: GroupOptions) {
    this.#ports = ports;
    this.#members = members;
    this.#options = options;
    this.#createdByCommit = createdByCommit(members);
    this.#successors = new Map(options.successors);
    this.#journal = newRecreateJournal(members, options.names, new Date());
  }

  async execute(): Promise<RecreateOutcome[]> {
    const unchanged = await this.#checkUnchanged();
    if (!unchanged.ok) return this.#members.map(() => ({ kind: 'refused', error: unchanged.error }));
    const stop: Step = ['stop', () => this.#stop()];
    const commit: Step = ['commit', () => this.#commit()];
    const steps: readonly Step[] = [
      ['create', () => this.#create()],
      ...(commitsWhileRunning(this.#members) ? [commit, stop] : [stop, commit]),
      ['swap', () => this.#swap()],
      ['start', () => this.#start()],
    ];
    for (const [step, work] of steps) {
      if (step === 'commit' && !this.#members.some(({ commit }) => commit)) continue;
      if (step === 'start' && !this.#members.some(({ running }) => running)) continue;
      let result: Result<void, AppError> = this.#options.signal.aborted
        ? cancelled()
        : await this.#begin(step);
      // A failure from here on is undone; an exception too.
      if (result.ok)
        result = await work().catch((error: unknown) =>
          requestFailure(message('containers.engine-request-failed'), error),
        );
      if (!result.ok) return this.#undo(this.#journal.step, result.error);
    }
    return this.#finish();
  }

  /**
   * Whether they are as planned. They may have waited for other groups for minutes: one that somebody stopped
   * meanwhile must not run again, nor a job that has finished, and one that was started would run beside its
   * new one. One that failed by itself, such as for lack of a container that was stopped for its own
   * recreation, is recreated and runs again.
   */
  async #checkUnchanged(): Promise<Result<void, AppError>> {
    for (const member of this.#members) {
      const now = await inspect(this.#ports.engine, member.id);
      if (!now.ok) return this.#about(member, now.error);
      const before = member.subject.inspected;
      const wasStarted = now.value !== null && isUp(now.value) && !member.running;
      const hasEnded = now.value !== null && !isUp(now.value) && isUp(before);
      const isOver =
        hasEnded && (!hasFailed(now.value) || (await this.#options.stopRequests.include(member.id)));
      if (now.value?.name !== before.name || wasStarted || isOver)
        return this.#about(
          member,
          fail('containers.recreate-failed', message('containers.changed-meanwhile'), {
            hint: message('containers.nothing-changed'),
          }).error,
        );
    }
    return ok(undefined);
  }

  async #begin(step: RecreateStep): Promise<Result<void, AppError>> {
    this.#options.onStep(step);
    return this.#note({ step });
  }

  async #note(part: Partial<RecreateJournal>): Promise<Result<void, AppError>> {
    this.#journal = { ...this.#journal, ...part };
    const written = await writeRecreateJournal(this.#options.journalFile, this.#journal);
    if (written.ok)
      await this.#ports.onCheckpoint?.(
        `${this.#journal.step} ` +
          this.#journal.members.map(({ newId }) => (newId === null ? '-' : '+')).join(''),
      );
    return written;
  }

  #each(): readonly (readonly [PlannedMember, JournalMember])[] {
    return this.#members.flatMap((member, index) => {
      const noted = this.#journal.members[index];
      return noted === undefined ? [] : [[member, noted] as const];
    });
  }

  /**
   * Through the gateway, while the old ones are still running: what the policy refuses is refused before
   * anything stops. A trial container for those that the commit step creates: what joins a trial container
   * cannot start once that is removed, so it is one, too.
   */
  async #create(): Promise<Result<void, AppError>> {
    for (const [member, noted] of this.#each()) {
      const created = await this.#make(member, noted, this.#createdByCommit.has(member) ? 'trial' : 'new');
      if (!created.ok) return created;
    }
    return ok(undefined);
  }

  /** Adds the member's name to an error if there are several members. */
  #about(member: PlannedMember, error: AppError): Result<never, AppError> {
    return {
      ok: false,
      error: this.#members.length === 1 ? error : { ...error, message: `${member.name}: ${error.message}` },
    };
  }

  async #make(
    member: PlannedMember,
    noted: JournalMember,
    as: 'trial' | 'new',
    image?: CommittedImage,
  ): Promise<Result<void, AppError>> {
    const { body, networks } = member.recreation(this.#successors, image);
    const making = {
      user: member.subject.user,
      imageId: image?.id ?? member.subject.inspected.view.Image,
      runtime: this.#options.runtime,
    };
    const created = await makeContainer(
      this.#ports,
      { body, networks },
      {
        ...making,
        name: as === 'trial' ? trialName(noted) : noted.temporaryName,
        onCreated: async (id) => {
          await this.#ports.onCheckpoint?.('made');
          return as === 'trial'
            ? ok(undefined)
            : this.#note({
                members: this.#journal.members.map((one) =>
                  one.oldId === noted.oldId
                    ? {
                        ...one,
                        newId: id,
                        making: { body, networks, ...making },
                      }
                    : one,
                ),
              });
        },
      },
    );
    if (!created.ok) return this.#about(member, created.error);
    for (const [called, id] of asSuccessor(member.subject.inspected, created.value))
      this.#successors.set(called, id);
    return ok(undefined);
  }

  async #stop(): Promise<Result<void, AppError>> {
    for (const [member, noted] of this.#each().toReversed()) await this.#stopOld(member, noted);
    return ok(undefined);
  }

  #stopOld({ running, subject }: PlannedMember, noted: JournalMember): Promise<void> {
    return stopOld(this.#ports.engine, subject.inspected, { ...noted, isUp: running });
  }

  /**
   * Commits stopped members that still exist, so that no change is lost. Members that share a committed one's
   * namespaces are created again, to join its successor.
   */
  async #commit(): Promise<Result<void, AppError>> {
    for (const [member, noted] of this.#each()) {
      if (!this.#createdByCommit.has(member)) continue;
      const image = noted.commitTo === null ? ok(undefined) : await this.#commitOld(member, noted.commitTo);
      if (!image.ok) return image;
      const created = await this.#make(member, noted, 'new', image.value);
      if (!created.ok) return created;
      await ignoreAbsent(this.#ports.engine.getContainer(trialName(noted)).remove({ force: true, v: true }));
    }
    return ok(undefined);
  }

  async #commitOld(member: PlannedMember, commitTo: string): Promise<Result<CommittedImage, AppError>> {
    const { engine } = this.#ports;
    await commitOld(engine, { id: member.id, name: member.name, to: commitTo, isUp: member.running });
    const image = await imageOf(engine, commitTo);
    return image === null
      ? fail('containers.recreate-failed', message('containers.committed-image-removed', { commitTo }))
      : ok({ ...image, reference: commitTo });
  }

  async #swap(): Promise<Result<void, AppError>> {
    for (const [member, noted] of this.#each()) {
      await ignoreAbsent(this.#ports.engine.getContainer(member.id).rename({ name: noted.keptName }));
      const still = await this.#stopAgain(member, noted);
      if (!still.ok) return still;
      await this.#ports.onCheckpoint?.('between names');
      await this.#ports.engine.getContainer(noted.newId ?? noted.temporaryName).rename({ name: member.name });
    }
    return ok(undefined);
  }

  /**
   * Stops an old one that something has started again by its name, which it no longer has (a systemd unit
   * with `docker start`): it must not run beside the new one. A commit is without what it has written since.
   */
  async #stopAgain(member: PlannedMember, noted: JournalMember): Promise<Result<void, AppError>> {
    const old = await inspect(this.#ports.engine, member.id);
    if (!old.ok) return old;
    if (old.value === null || !isUp(old.value)) return ok(undefined);
    if (member.commit || !member.running)
      return this.#about(
        member,
        fail('containers.recreate-failed', message('containers.old-one-started')).error,
      );
    await this.#stopOld(member, noted);
    return ok(undefined);
  }

  async #start(): Promise<Result<void, AppError>> {
    for (const [member, noted] of this.#each()) {
      if (!member.running) continue;
      const id = noted.newId ?? member.name;
      const start = async (): Promise<Result<void, AppError>> => {
        try {
          await this.#ports.clients(member.subject.user).getContainer(id).start();
        } catch (error) {
          return refused(message('containers.new-container-not-started'), error);
        }
        return this.#begin('wait');
      };
      const well = await startAndWait(this.#ports.engine, id, {
        start,
        graceMs: this.#ports.graceMs,
        signal: this.#options.signal,
      });
      if (!well.ok) return this.#about(member, well.error);
      const read = await inspect(this.#ports.engine, id);
      if (!read.ok) return read;
      if (read.value === null || !(await isUnderEci(read.value, this.#options.runtime, this.#ports)))
        return this.#about(
          member,
          fail('containers.recreate-failed', message('containers.new-container-without-userns')).error,
        );
    }
    return ok(undefined);
  }

  /**
   * The members, without the removal of old ones that have written something since they were inspected, which
   * may be minutes ago: while they waited for other groups, or stopped. A commit after the stop contains it;
   * after a commit before the stop, the plan removes only what was requested to be removed.
   */
  #withoutLosses(): Promise<JournalMember[]> {
    const isRequested = this.#options.request.old === 'remove';
    return Promise.all(
      this.#each().map(async ([{ commit, subject }, noted]) => {
        if (!noted.removeOld || isRequested || commit) return noted;
        const written = await writtenInside(this.#ports.engine, subject.inspected);
        return written?.paths === 0 ? noted : { ...noted, removeOld: false };
      }),
    );
  }

  async #finish(): Promise<RecreateOutcome[]> {
    this.#options.onStep('clean-up');
    const members = await this.#withoutLosses();
    const noted = await this.#note({ phase: 'finishing', step: 'clean-up', members });
    if (!noted.ok) return this.#undo('clean-up', noted.error);
    for (const [called, id] of this.#successors) this.#options.successors.set(called, id);
    const finished = await finishRecreate(this.#ports, this.#journal, this.#options.journalFile);
    const warning = finished.ok
      ? finished.value.length === 0
        ? null
        : joinMessages('statements', finished.value)
      : failureMessage(finished.error);
    return this.#each().map(
      ([member, { newId, removeOld, keptName: kept, autoRemove, commitTo }]): RecreateOutcome => ({
        kind: 'recreated',
        id: newId ?? '',
        kept: removeOld || (autoRemove && member.running) ? null : kept,
        image: commitTo,
        started: member.running,
        ...(warning === null ? {} : { warning: plainText(warning), ...sentenceOf(warning) }),
      }),
    );
  }

  async #undo(step: RecreateStep, error: AppError): Promise<RecreateOutcome[]> {
    const all = (outcome: RecreateOutcome) => this.#members.map(() => outcome);
    this.#options.onRollBack();
    const { journalFile } = this.#options;
    await awaitEngine(this.#ports.engine);
    const startFailed = this.#journal.step === 'start';
    const pushed = await rollForwardRecreate(this.#ports, this.#journal, journalFile, startFailed);
    if (pushed !== null)
      return all({
        kind: 'rollback-failed',
        step,
        error,
        rollbackError: pushed.ok ? fail('containers.recreate-failed', pushed.value).error : pushed.error,
      });
    const back = await rollBackRecreate(this.#ports, this.#journal, journalFile);
    if (!back.ok) return all({ kind: 'rollback-failed', step, error, rollbackError: back.error });
    return all(step === 'create' ? { kind: 'refused', error } : { kind: 'rolled-back', step, error });
  }
}

/** How long a restarting engine is waited for, and how often it is queried, ms. */
const longestRestartMs = 60_000,
  pingEveryMs = 500;

/**
 * Resolves once the engine answers, or after a minute. One that restarts has stopped the containers: without
 * this, nobody would start the old ones again where no supervisor does.
 */
async function awaitEngine(engine: RecreatePorts['engine']): Promise<void> {
  const until = Date.now() + longestRestartMs;
  while (Date.now() < until) {
    const answers = await engine.ping().then(
      () => true,
      () => false,
    );
    if (answers) return;
    await setTimeout(pingEveryMs);
  }
}

const hasFailed = ({ view: { State: state } }: ContainerInspection): boolean =>
  state.Status === 'exited' && state.ExitCode !== 0;

const cancelled = () =>
  fail('apply.cancelled', message('containers.cancelled'), {
    hint: message('containers.nothing-changed'),
  });
