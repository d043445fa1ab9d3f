import type { Command } from 'commander';
import type { Target } from '../engine/target.ts';
import type { RecreateRequest, RecreateRun } from '../shared/containers/recreate.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { cancellable } from './cancellation.ts';
import { eventListener, type EventListener } from './event-listener.ts';
import { printError, printResult, progress, withJson, withRoot, continueWithoutReader } from './output.ts';
import { describeRecreatePlan, outcomeText, recreationPrinter } from './recreate-text.ts';
import { message, type Message } from '../shared/messages/message.ts';
import { withExistingTarget, type RootOptions } from './target.ts';
import { helpText } from './help.ts';
import { isYes, openPrompt } from './terminal-prompt.ts';
import { settleFirst, settleOnly } from './settle-recreation.ts';
import { text } from './text.ts';

interface RecreateOptions extends RootOptions {
  readonly yes?: boolean;
  readonly commit?: boolean;
  readonly keepOld?: boolean;
  readonly removeOld?: boolean;
  readonly dryRun?: boolean;
  readonly events?: boolean;
  readonly withoutRollback?: boolean;
  readonly as?: string;
  readonly start?: string[];
}

/** `bulkhead containers recreate`. */
export function registerRecreate(containers: Command): void {
  withJson(
    withRoot(containers.command('recreate [name...]').description(helpText('cli-help.containers-recreate'))),
  )
    .option('--yes', helpText('cli-help.yes'))
    .option('--dry-run', helpText('cli-help.recreate-dry-run'))
    .option('--commit', helpText('cli-help.recreate-commit'))
    .option('--keep-old', helpText('cli-help.recreate-keep-old'))
    .option('--remove-old', helpText('cli-help.recreate-remove-old'))
    .option('--as <user>', helpText('cli-help.recreate-as'))
    .option(
      '--start <id>',
      helpText('cli-help.recreate-start'),
      (id: string, before: string[]) => [...before, id],
      [] as string[],
    )
    .option('--without-rollback', helpText('cli-help.recreate-without-rollback'))
    .option('--events', helpText('cli-help.recreate-events'))
    .action((names: string[], options: RecreateOptions) =>
      names.length === 0
        ? settle(options)
        : withExistingTarget(options, (target) => recreate(target, names, options)),
    );
}

/** Without names. With an option about containers their names are missing: a script's list may be empty. */
async function settle(options: RecreateOptions): Promise<void> {
  const { commit, keepOld, removeOld, dryRun, events, withoutRollback, as, start = [] } = options;
  if ([commit, keepOld, removeOld, dryRun, events, withoutRollback].includes(true) || as || start.length > 0)
    printError(
      fail('input.unusable', message('cli.recreation-choice-invalid'), {
        reason: message('cli.no-container-named'),
        hint: message('cli.settle-without-options'),
      }).error,
      options,
    );
  else await withExistingTarget(options, (target) => settleOnly(target, options));
}

/**
 * What is wrong with names of containers that a request cannot have; null if it is something else. It may
 * have at most `most` of them.
 */
export function unusableNames(names: readonly string[], most: number): Message | null {
  if (names.includes('')) return message('cli.container-name-empty');
  return names.length > most ? message('cli.too-many-containers', { count: names.length, most }) : null;
}

async function requestOf(
  names: readonly string[],
  options: RecreateOptions,
): Promise<Result<RecreateRequest, AppError>> {
  if (options.keepOld === true && options.removeOld === true)
    return fail('input.unusable', message('cli.keep-old-and-remove-old'));
  const { maxRecreated, recreateRequestSchema } = await import('../shared/containers/recreate.ts');
  const ids = [...new Set(names)];
  const parsed = recreateRequestSchema.safeParse({
    ids,
    commit: options.commit === true ? ids : [],
    withoutRollback: options.withoutRollback === true,
    ...(options.start === undefined || options.start.length === 0 ? {} : { start: options.start }),
    ...(options.as === undefined ? {} : { as: options.as }),
    old: options.keepOld === true ? 'keep' : options.removeOld === true ? 'remove' : 'remove-when-healthy',
  });
  return parsed.success
    ? ok(parsed.data)
    : fail('input.unusable', message('cli.recreation-choice-invalid'), {
        reason: unusableNames(ids, maxRecreated) ?? parsed.error.issues[0]?.message ?? '',
      });
}

async function recreate(target: Target, names: readonly string[], options: RecreateOptions): Promise<void> {
  const listener = options.events === true ? await eventListener() : null;
  try {
    await recreateWithEvents(target, names, options, listener);
  } finally {
    listener?.end();
  }
}

async function recreateWithEvents(
  target: Target,
  names: readonly string[],
  options: RecreateOptions,
  listener: EventListener | null,
): Promise<void> {
  const emit = (value: unknown) => {
    listener?.write(`${JSON.stringify(value)}\n`);
  };
  const refuse = (error: AppError) => {
    emit({ error });
    printError(error, options);
  };
  const request = await requestOf(names, options);
  if (!request.ok) {
    refuse(request.error);
    return;
  }
  if (options.dryRun !== true && process.getuid?.() === 0) {
    const settled = await settleFirst(target);
    if (!settled.ok) {
      refuse(settled.error);
      return;
    }
  }
  const plan = await target.planRecreate(request.value);
  if (!plan.ok) {
    refuse(plan.error);
    return;
  }
  if (options.dryRun === true) {
    printResult(plan, { json: options.json, human: describeRecreatePlan, failed: ({ blocked }) => blocked });
    return;
  }
  const human = options.json !== true && options.events !== true;
  const items = plan.value.groups.flat();
  const todo = items.filter((item) => !item.unchanged && item.blockers.length === 0);
  if (human) process.stdout.write(`${describeRecreatePlan(plan.value)}\n\n`);
  if (todo.length > 0 && options.yes !== true) {
    const agreed = await confirm(todo.length, todo.filter(({ running }) => running).length);
    if (!agreed.ok) {
      refuse(agreed.error);
      return;
    }
  }
  continueWithoutReader();
  const printProgress = recreationPrinter(progress);
  const started = await target.startRecreate(request.value, (run) => {
    emit(run);
    if (human) printProgress(run);
  });
  if (!started.ok) {
    refuse(started.error);
    return;
  }
  const run = await cancellable(started.value.done, listener, () => {
    progress(
      started.value.cancel()
        ? text('cli-output.cancelling-recreation')
        : text('cli-output.too-late-to-cancel'),
    );
  });
  const failed = (ended: RecreateRun) =>
    ended.members.some(({ outcome }) => outcome?.kind !== 'recreated' && outcome?.kind !== 'unchanged');
  // The last event contains everything; a stream gets no second document.
  printResult(ok(run), {
    json: options.json === true && options.events !== true,
    human: (ended) => (human ? ended.members.map(outcomeText).join('\n') : ''),
    failed,
  });
}

async function confirm(count: number, running: number): Promise<Result<void, AppError>> {
  if (!process.stdin.isTTY)
    return fail('apply.not-confirmed', message('cli.cannot-confirm'), {
      reason: message('cli.stdin-not-a-terminal'),
      hint: message('cli.recreate-with-yes'),
    });
  const prompt = openPrompt();
  try {
    const containers = text('cli-output.containers', { count });
    const answer = await prompt.ask(
      running === 0
        ? text('cli-output.confirm-recreate', { containers })
        : text('cli-output.confirm-recreate-running', { containers, running }),
    );
    return isYes(answer)
      ? ok(undefined)
      : fail('apply.not-confirmed', message('cli.nothing-was-recreated'), {
          reason: message('cli.not-confirmed'),
        });
  } finally {
    prompt.close();
  }
}
