import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { applyLockPath, type RootPaths } from '../engine/base/root-paths.ts';
import { recreateJournalPaths } from '../engine/recreate/recreate-journal-paths.ts';
import type { SettledRecreate } from '../engine/recreate/recreate-interrupted.ts';
import type { EngineState } from '../engine/targets/embedded/engine-state.ts';
import { createInterruptedCheck } from './interrupted.ts';
import { message, type Message } from '../shared/messages/message.ts';
import { resumeWithin, type ResumeApply, type ResumedApply } from './resume-within.ts';
import { joinMessages } from '../shared/messages/join-messages.ts';

export interface InterruptedWorkOptions {
  readonly bulkheadCommand: string;
  /** See SupervisorOptions. */
  readonly resume: ResumeApply | undefined;
  readonly settleRecreation: (() => Promise<Result<readonly SettledRecreate[], AppError>>) | undefined;
  readonly log: (text: string | Message) => void;
  /** Ends the supervisor: a resumed apply requests a stop of the engine. */
  readonly stop: () => void;
}

/** Finishes or undoes applies and recreations whose process has died. */
export class InterruptedWork {
  readonly #options: InterruptedWorkOptions;
  readonly #resumed: ResumedApply | null;
  readonly #checkApply: () => Promise<void>;
  readonly #checkRecreation: () => Promise<void>;

  constructor(paths: RootPaths, options: InterruptedWorkOptions) {
    this.#options = options;
    this.#resumed = options.resume === undefined ? null : resumeWithin(paths, options.resume, options);
    const lock = applyLockPath(paths);
    this.#checkApply = createInterruptedCheck({
      journals: [paths.journal],
      lock,
      settle: async () => this.#resumed?.retry() ?? ok(null),
    });
    this.#checkRecreation = createInterruptedCheck({
      journals: recreateJournalPaths(paths),
      lock,
      settle: () => this.settleRecreation(),
    });
  }

  /** Resumes an apply; resolves when it has ended, or when its files are settled and it needs the engine. */
  async beginApply(): Promise<void> {
    await this.#resumed?.begin();
  }

  /** Continues a resumed apply that waits for the engine. */
  engineStarted(outcome: Result<void, AppError>): void {
    this.#resumed?.engineStarted(outcome);
  }

  /** Checks, while the engine runs, for work whose process has died: no other process may ever settle it. */
  async check(phase: () => EngineState['phase']): Promise<void> {
    if (phase() !== 'ready' && phase() !== 'failed') return;
    await this.#checkApply();
    if (phase() === 'ready') await this.#checkRecreation();
  }

  /** Settles a recreation of containers. The engine is ready. */
  async settleRecreation(): Promise<Result<readonly SettledRecreate[], AppError>> {
    const { settleRecreation, log } = this.#options;
    const settled =
      (await settleRecreation?.().catch((error: unknown): Result<never, AppError> =>
        fail('internal', message('engine.recreation-settling-defect'), { cause: error }),
      )) ?? ok([]);
    if (!settled.ok && settled.error.code !== 'apply.in-progress')
      log(`${settled.error.message}: ${settled.error.reason ?? ''}`);
    for (const { names, how, problems } of settled.ok ? settled.value : [])
      log(
        message('engine.recreation-settled', {
          names: joinMessages('enumeration', names),
          outcome: joinMessages('statements', [how, ...problems]),
        }),
      );
    return settled;
  }

  /** The supervisor is ending: further requests of a resumed apply to the engine fail at once. */
  close(): void {
    this.#resumed?.close();
  }
}
