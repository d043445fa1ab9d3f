import { createInterface } from 'node:readline/promises';
import { Option, type Command } from 'commander';
import type { ApplyHandle } from '../engine/targets/embedded/target.ts';
import type { Target } from '../engine/target.ts';
import type { ApplyPlan, ContainerChoices } from '../shared/apply/plan.ts';
import type { ApplyEvent, ApplyRun } from '../shared/apply/run.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { allSettled, type Verification } from '../shared/verify/claims.ts';
import {
  exitCodes,
  printError,
  printResult,
  progress,
  withJson,
  withRoot,
  workWithoutReader,
  translate,
} from './output.ts';
import { resolveChoices, withoutRefused, withChoices, type ChoiceOptions } from './choices.ts';
import { eventListener, type EventListener } from './event-listener.ts';
import { describeOutcome, describePlan, describeStep, describeVerification } from './plan-text.ts';
import { stepWords } from './recreate-text.ts';
import { describeStatus, statusReport } from './status.ts';
import { message } from '../shared/messages/message.ts';
import { textToApply, withTarget, type RootOptions } from './target.ts';

interface VerifyOptions extends RootOptions {
  readonly items?: boolean;
}
interface ApplyOptions extends ChoiceOptions {
  readonly yes?: boolean;
  readonly events?: boolean;
  readonly eventsTo?: string;
  readonly baseHash?: string;
}

/** `bulkhead plan | apply | status | verify`. */
export function registerApply(program: Command): void {
  withChoices(
    withJson(
      withRoot(
        program
          .command('plan [file]')
          .description('show what applying the draft (or a file) would do; changes nothing'),
      ),
    ),
  ).action((file: string | undefined, options: ChoiceOptions) =>
    withTarget(options, async (target) => {
      const made = await makePlan(target, file, options);
      if (!made.ok) {
        printError(made.error, options);
        return;
      }
      printResult(ok(made.value.plan), {
        json: options.json,
        human: (plan) => describePlan(plan, made.value.diff),
        failed: (plan) => plan.blocked,
      });
    }),
  );

  withChoices(
    withJson(
      withRoot(
        program
          .command('apply [file]')
          .description('apply the draft (or a file): back up, write, restart, verify, or roll back'),
      ),
    ),
  )
    .option('--yes', 'do not ask')
    .option('--events', 'with --json: print every event as one JSON line')
    .addOption(new Option('--events-to <socket>').hideHelp())
    .option('--base-hash <sha256>', 'refuse when the applied text is not the one with this hash any more')
    .action((file: string | undefined, options: ApplyOptions) =>
      withTarget(options, (target) => apply(target, file, options)),
    );

  withJson(
    withRoot(program.command('status').description('say how the engine is protected, honestly')),
  ).action((options: RootOptions) =>
    withTarget(options, async (target) => {
      printResult(ok(await statusReport(target)), { json: options.json, human: describeStatus });
    }),
  );

  withJson(
    withRoot(
      program
        .command('verify')
        .description('show the protection from inside real containers; exit code 1 when a claim fails'),
    ),
  )
    .option('--items', 'tell everything that was tried, item by item')
    .action((options: VerifyOptions) =>
      withTarget(options, async (target) => {
        const controller = new AbortController();
        const stop = () => {
          controller.abort();
        };
        process.once('SIGINT', stop);
        try {
          const human = (verification: Verification) =>
            describeVerification(verification, { everyItem: options.items === true });
          printResult(await target.verify(controller.signal), {
            json: options.json,
            human,
            verbatim: true,
            failed: (verification) => !allSettled(verification.claims),
          });
        } finally {
          process.removeListener('SIGINT', stop);
        }
      }),
    );
}

interface Planned {
  readonly text: string;
  readonly plan: ApplyPlan;
  readonly choices: ContainerChoices;
  readonly diff: string;
}

async function makePlan(
  target: Target,
  file: string | undefined,
  options: ChoiceOptions,
): Promise<Result<Planned, AppError>> {
  const text = await textToApply(target, file);
  if (!text.ok) return text;
  const choices = await resolveChoices(target, text.value, options);
  if (!choices.ok) return choices;
  const planned = await target.plan(text.value, choices.value);
  if (!planned.ok) return planned;
  // "All that can be" are those the gateway does not refuse.
  const possible = options.recreate === true ? withoutRefused(choices.value, planned.value) : choices.value;
  const plan = possible === choices.value ? planned : await target.plan(text.value, possible);
  if (!plan.ok) return plan;
  const { unifiedDiff } = await import('../shared/settings/line-diff.ts');
  const { applied } = await target.settings.read();
  return ok({
    text: text.value,
    plan: plan.value,
    choices: possible,
    diff: unifiedDiff(applied, text.value, {
      before: `version ${plan.value.fromVersion}`,
      after: `version ${plan.value.toVersion}`,
    }),
  });
}

async function apply(target: Target, file: string | undefined, options: ApplyOptions): Promise<void> {
  const listener = options.events === true ? await eventListener(options.eventsTo) : null;
  try {
    await applyTelling(target, file, options, listener);
  } finally {
    listener?.end();
  }
}

async function applyTelling(
  target: Target,
  file: string | undefined,
  options: ApplyOptions,
  listener: EventListener | null,
): Promise<void> {
  const emit = (event: ApplyEvent) => {
    listener?.write(`${JSON.stringify(event)}\n`);
  };
  const refuse = (error: AppError) => {
    // The stream of events is read by a program that gets to know from it why there is no run.
    listener?.write(`${JSON.stringify({ error })}\n`);
    printError(error, options);
  };
  if (options.yes !== true && !process.stdin.isTTY) {
    refuse(
      fail('apply.not-confirmed', message('cli.nobody-is-there-to-confirm'), {
        reason: message('cli.standard-input-is-no-terminal'),
        hint: message('cli.look-at-bulkhead-plan-then-apply-with'),
      }).error,
    );
    return;
  }
  const resumed = await target.resume();
  if (!resumed.ok) {
    refuse(resumed.error);
    return;
  }
  if (resumed.value !== null)
    progress(`An interrupted apply was settled first. ${describeOutcome(resumed.value)}`);
  const made = await makePlan(target, file, options);
  if (!made.ok) {
    refuse(made.error);
    return;
  }
  const { plan, text, choices } = made.value;
  const human = options.json !== true && options.events !== true;
  if (human) process.stdout.write(`${translate(describePlan(plan, made.value.diff))}\n\n`);
  if (!plan.blocked && options.yes !== true) {
    const agreed = await confirm(plan);
    if (!agreed.ok) {
      refuse(agreed.error);
      return;
    }
  }
  const report = human ? stepPrinter() : () => undefined;
  workWithoutReader();
  const started = await target.startApply(
    { text, choices, baseHash: options.baseHash ?? plan.baseHash },
    (event) => {
      emit(event);
      report(event);
    },
  );
  if (!started.ok) {
    refuse(started.error);
    return;
  }
  const run = await untilEnd(started.value, listener);
  process.exitCode = asAsked(run) ? exitCodes.ok : exitCodes.failed;
  if (human) process.stdout.write(`\n${translate(describeOutcome(run))}\n`);
  else if (options.events !== true) process.stdout.write(`${JSON.stringify(run, null, 2)}\n`);
}

/** Applied, and done with the chosen containers as was asked. */
function asAsked({ outcome }: ApplyRun): boolean {
  return (
    outcome?.kind === 'applied' &&
    outcome.removed.every(({ removed }) => removed) &&
    outcome.recreated.every(
      (member) => member.outcome?.kind === 'recreated' || member.outcome?.kind === 'unchanged',
    )
  );
}

/**
 * Ctrl C, and the word of who reads the events, ask for a cancel (and roll back) instead of leaving things
 * half done; the next start would mend that too.
 */
async function untilEnd(handle: ApplyHandle, listener: EventListener | null): Promise<ApplyRun> {
  const cancel = () => {
    progress(
      handle.cancel()
        ? 'Cancelling: rolling back…'
        : handle.cancelRecreation()
          ? 'Cancelling: the old container comes back…'
          : 'Too late to cancel: it ends in a moment.',
    );
  };
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
  listener?.onCancel(cancel);
  try {
    return await handle.done;
  } finally {
    process.removeListener('SIGINT', cancel);
    process.removeListener('SIGTERM', cancel);
  }
}

const containers = (count: number): string => (count === 1 ? '1 container' : `${count} containers`);

async function confirm(plan: ApplyPlan): Promise<Result<void, AppError>> {
  const [remove, recreate] = [plan.remove.length, plan.recreate.length];
  const question =
    remove > 0 && recreate > 0
      ? `Apply, remove ${containers(remove)} and recreate ${containers(recreate)}? [y/N] `
      : remove > 0
        ? `Apply and remove ${containers(remove)}? [y/N] `
        : recreate > 0
          ? `Apply and recreate ${containers(recreate)}? [y/N] `
          : 'Apply? [y/N] ';
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(translate(question));
    return /^y(es)?$/i.test(answer.trim())
      ? ok(undefined)
      : fail('apply.not-confirmed', message('cli.nothing-was-applied'), {
          reason: message('cli.it-was-not-confirmed'),
        });
  } finally {
    prompt.close();
  }
}

/** Prints each step as it ends, once. */
function stepPrinter(): (event: ApplyEvent) => void {
  const printed = new Set<string>();
  let said = '';
  return (event) => {
    if (event.type === 'recreation') {
      const current = event.recreation.members.find(({ step, outcome }) => step !== null && outcome === null);
      const line = current?.step == null ? '' : `${current.name}: ${stepWords[current.step]}`;
      if (line !== '' && line !== said) progress(line);
      said = line;
    }
    if (event.type !== 'run') return;
    for (const step of event.run.steps) {
      const line = describeStep(step);
      if (line === null || printed.has(step.step)) continue;
      printed.add(step.step);
      process.stdout.write(`${translate(line)}\n`);
    }
    if (
      (event.run.activity === 'rolling-back' || event.run.activity === 'cancelling') &&
      !printed.has('roll-back')
    ) {
      printed.add('roll-back');
      process.stdout.write(`${translate('Rolling back…')}\n`);
    }
  };
}
