import { Option, type Command } from 'commander';
import type { Target } from '../engine/target.ts';
import { declaredCapabilities } from '../engine/targets/declared-capabilities.ts';
import { blocker, isNothingToApply, type ApplyPlan, type ContainerChoices } from '../shared/apply/plan.ts';
import type { ApplyEvent, ApplyRun } from '../shared/apply/run.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import {
  exitCodes,
  printError,
  printResult,
  progress,
  resolveTarget,
  withJson,
  withRoot,
  continueWithoutReader,
} from './output.ts';
import { resolveChoices, withoutBlocked, withChoices, type ChoiceOptions } from './choices.ts';
import { conflictReason, draftConflict, hasDraftConflict } from './draft-conflict.ts';
import { eventListener, type EventListener } from './event-listener.ts';
import { describeOutcome, describePlan } from './plan-text.ts';
import { message } from '../shared/messages/message.ts';
import { isStandardInput } from './standard-input.ts';
import { withTarget } from './target.ts';
import { readGiven, readTextToApply, type GivenSettings } from './given-file.ts';
import { helpText } from './help.ts';
import { text } from './text.ts';
import { confirmApply } from './apply-prompt.ts';
import { stepPrinter, waitForEnd } from './apply-progress.ts';

interface PlanOptions extends ChoiceOptions {
  readonly overwrite?: boolean;
}

interface ApplyOptions extends PlanOptions {
  readonly yes?: boolean;
  readonly events?: boolean;
  readonly eventsTo?: string;
  readonly baseHash?: string;
  readonly confirmShare?: readonly string[];
}

/** `bulkhead plan`: the consequences of applying the draft (or a file). */
export function configurePlan(command: Command): void {
  withOverwrite(withChoices(withJson(withRoot(command)))).action(
    (file: string | undefined, options: PlanOptions) =>
      withTarget(options, async (target) => {
        const given = await readGiven(file);
        const made = given.ok ? await makePlan(target, given.value, options) : given;
        if (!made.ok) {
          printError(made.error, options);
          return;
        }
        const { isConflict } = made.value;
        printResult(ok(isConflict ? blockedByConflict(made.value.plan) : made.value.plan), {
          json: options.json,
          human: (plan) => describePlan(plan, made.value.diff),
          failed: (plan) => plan.blocked && !isNothingToApply(plan),
        });
      }),
  );
}

const withOverwrite = (command: Command): Command =>
  command.option('--overwrite', helpText('cli-help.overwrite'));

const blockedByConflict = (plan: ApplyPlan): ApplyPlan => ({
  ...plan,
  blockers: [blocker('conflict', conflictReason()), ...plan.blockers],
  blocked: true,
});

/** `bulkhead apply`: applies the draft (or a file) after showing the plan. */
export function configureApply(command: Command): void {
  withOverwrite(withChoices(withJson(withRoot(command))))
    .option('--yes', helpText('cli-help.yes'))
    .option('--events', helpText('cli-help.apply-events'))
    .addOption(new Option('--events-to <socket>').hideHelp())
    .option('--base-hash <sha256>', helpText('cli-help.apply-base-hash'))
    .addOption(
      new Option('--confirm-share <path>', helpText('cli-help.confirm-share')).argParser(
        (path: string, earlier: readonly string[] = []) => [...earlier, path],
      ),
    )
    .action(async (file: string | undefined, options: ApplyOptions) => {
      // Before anything is installed: that restarts the engine.
      const given = await readGiven(file);
      if (given.ok)
        await installedFirst(options, () =>
          withTarget(options, (target) => apply(target, given.value, options)),
        );
      else
        await withListener(options, (listener) => {
          refuse(given.error, options, listener);
          return Promise.resolve();
        });
    });
}

/** The gateway is put in front of the machine's own engine first, after a separate question. */
async function installedFirst(options: ApplyOptions, work: () => Promise<void>): Promise<void> {
  const ref = resolveTarget(options);
  if (ref.ok && declaredCapabilities(ref.value).needsInstall) {
    const { ensureInstalled } = await import('./install.ts');
    if (!(await ensureInstalled(options))) return;
  }
  await work();
}

interface PlannedApply {
  readonly text: string;
  readonly plan: ApplyPlan;
  readonly choices: ContainerChoices;
  readonly diff: string;
  /** It is the draft's, which would undo what another program changed since. */
  readonly isConflict: boolean;
}

async function makePlan(
  target: Target,
  given: GivenSettings | null,
  options: PlanOptions,
): Promise<Result<PlannedApply, AppError>> {
  const settings = given === null ? await readTextToApply(target) : ok(given.text);
  if (!settings.ok) return settings;
  const choices = await resolveChoices(target, settings.value, options);
  if (!choices.ok) return choices;
  const planned = await target.plan(settings.value, choices.value);
  if (!planned.ok) return planned;
  // "All that can be recreated" are those without a blocker.
  const possible = options.recreate === true ? withoutBlocked(choices.value, planned.value) : choices.value;
  const plan = possible === choices.value ? planned : await target.plan(settings.value, possible);
  if (!plan.ok) return plan;
  const { unifiedDiff } = await import('../shared/settings/line-diff.ts');
  const { applied } = await target.settings.read();
  return ok({
    text: settings.value,
    plan: plan.value,
    choices: possible,
    isConflict: given === null && options.overwrite !== true && (await hasDraftConflict(target)),
    diff: unifiedDiff(applied, settings.value, {
      before: text('cli-settings.version', { version: plan.value.fromVersion }),
      after: text('cli-settings.version', { version: plan.value.toVersion }),
    }),
  });
}

const apply = (target: Target, given: GivenSettings | null, options: ApplyOptions): Promise<void> =>
  withListener(options, (listener) => applyWithEvents(target, given, options, listener));

async function withListener(
  options: ApplyOptions,
  work: (listener: EventListener | null) => Promise<void>,
): Promise<void> {
  const listener = options.events === true ? await eventListener(options.eventsTo) : null;
  try {
    await work(listener);
  } finally {
    listener?.end();
  }
}

/** Prints why no run was started, and reports it to the reader of the event stream. */
function refuse(error: AppError, options: ApplyOptions, listener: EventListener | null): void {
  listener?.write(`${JSON.stringify({ error })}\n`);
  printError(error, options);
}

async function applyWithEvents(
  target: Target,
  given: GivenSettings | null,
  options: ApplyOptions,
  listener: EventListener | null,
): Promise<void> {
  const emit = (event: ApplyEvent) => {
    listener?.write(`${JSON.stringify(event)}\n`);
  };
  const isConfirmable = options.yes === true || process.stdin.isTTY;
  const settled = isConfirmable ? await settleInterrupted(target) : await requireSettled(target, given);
  if (!settled.ok) {
    refuse(settled.error, options, listener);
    return;
  }
  const made = await makePlan(target, given, options);
  if (!made.ok) {
    refuse(made.error, options, listener);
    return;
  }
  if (made.value.isConflict) {
    refuse(draftConflict(), options, listener);
    return;
  }
  const { plan, text: settings, choices } = made.value;
  const human = options.json !== true && options.events !== true;
  // A reader of events waits for a run, or for the reason why there is none.
  if (options.events !== true && isNothingToApply(plan)) {
    printResult(ok({ nothingToApply: true }), {
      json: options.json,
      human: () => describePlan(plan, made.value.diff),
    });
    return;
  }
  if (!isConfirmable) {
    refuse(notConfirmable(given).error, options, listener);
    return;
  }
  if (human) process.stdout.write(`${describePlan(plan, made.value.diff)}\n\n`);
  const named = options.confirmShare ?? [];
  const confirmed = plan.blocked || options.yes === true ? ok(named) : await confirmApply(plan, named);
  if (!confirmed.ok) {
    refuse(confirmed.error, options, listener);
    return;
  }
  const report = human ? stepPrinter() : () => undefined;
  continueWithoutReader();
  const started = await target.startApply(
    {
      text: settings,
      choices,
      baseHash: options.baseHash ?? plan.baseHash,
      confirmedShares: confirmed.value,
    },
    (event) => {
      emit(event);
      report(event);
    },
  );
  if (!started.ok) {
    refuse(started.error, options, listener);
    return;
  }
  const run = await waitForEnd(started.value, listener);
  process.exitCode = isFullyApplied(run) ? exitCodes.ok : exitCodes.failed;
  if (human) process.stdout.write(`\n${describeOutcome(run)}\n`);
  else if (options.events !== true) process.stdout.write(`${JSON.stringify(run, null, 2)}\n`);
}

const notConfirmable = (given: GivenSettings | null) =>
  fail('apply.not-confirmed', message('cli.cannot-confirm'), {
    reason: message(isStandardInput(given?.file) ? 'cli.stdin-is-settings' : 'cli.stdin-not-a-terminal'),
    hint: message(isStandardInput(given?.file) ? 'cli.apply-stdin-with-yes' : 'cli.apply-with-yes'),
  });

/** Finishes or undoes an apply that was interrupted, and reports it. */
async function settleInterrupted(target: Target): Promise<Result<void, AppError>> {
  const resumed = await target.resume();
  if (!resumed.ok) return resumed;
  if (resumed.value !== null)
    progress(text('cli-output.apply-settled-first', { outcome: describeOutcome(resumed.value) }));
  return ok(undefined);
}

/** Refuses an interrupted apply: settling it has to be confirmed, too. */
async function requireSettled(
  { paths }: Target,
  given: GivenSettings | null,
): Promise<Result<void, AppError>> {
  const { exists } = await import('../engine/base/files.ts');
  return (await exists(paths.journal)) ? notConfirmable(given) : ok(undefined);
}

/** Applied, and the chosen containers were handled as requested. */
function isFullyApplied({ outcome }: ApplyRun): boolean {
  return (
    outcome?.kind === 'applied' &&
    outcome.removed.every(({ removed }) => removed) &&
    outcome.recreated.every(
      (member) => member.outcome?.kind === 'recreated' || member.outcome?.kind === 'unchanged',
    )
  );
}
