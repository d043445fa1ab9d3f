import { createInterface } from 'node:readline/promises';
import { Option, type Command } from 'commander';
import type { ApplyHandle, Target } from '../engine/target.ts';
import type { ApplyPlan, ContainerChoices } from '../shared/apply/plan.ts';
import type { ApplyEvent, ApplyRun } from '../shared/apply/run.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { allSettled, type Verification } from '../shared/verify/claims.ts';
import { exitCodes, printError, printResult, progress, withJson, withRoot, workWithoutReader, told } from './output.ts';
import { describeOutcome, describePlan, describeStep, describeVerification } from './plan-text.ts';
import { describeStatus, statusReport } from './status.ts';
import { textToApply, withTarget, type RootOptions } from './target.ts';

interface ChoiceOptions extends RootOptions { readonly remove?: string[]; readonly includeRunning?: boolean; readonly removeVolumes?: boolean }
interface VerifyOptions extends RootOptions { readonly items?: boolean }
interface ApplyOptions extends ChoiceOptions { readonly yes?: boolean; readonly events?: boolean; readonly eventsTo?: string; readonly baseHash?: string }

/** `bulkhead plan | apply | status | verify`. */
export function registerApply(program: Command): void {
  withChoices(withJson(withRoot(program.command('plan [file]').description('show what applying the draft (or a file) would do; changes nothing'))))
    .action((file: string | undefined, options: ChoiceOptions) => withTarget(options, async (target) => {
      const made = await makePlan(target, file, options);
      if (!made.ok) { printError(made.error, options); return; }
      printResult(ok(made.value.plan), { json: options.json, human: (plan) => describePlan(plan, made.value.diff), failed: (plan) => plan.blocked });
    }));

  withChoices(withJson(withRoot(program.command('apply [file]').description('apply the draft (or a file): back up, write, restart, verify, or roll back'))))
    .option('--yes', 'do not ask')
    .option('--events', 'with --json: print every event as one JSON line')
    .addOption(new Option('--events-to <socket>').hideHelp())
    .option('--base-hash <sha256>', 'refuse when the applied text is not the one with this hash any more')
    .action((file: string | undefined, options: ApplyOptions) => withTarget(options, (target) => apply(target, file, options)));

  withJson(withRoot(program.command('status').description('say how the engine is protected, honestly'))).action((options: RootOptions) => withTarget(options, async (target) => {
    printResult(ok(await statusReport(target)), { json: options.json, human: describeStatus });
  }));

  withJson(withRoot(program.command('verify').description('show the protection from inside real containers; exit code 1 when a claim fails')))
    .option('--items', 'tell everything that was tried, item by item')
    .action((options: VerifyOptions) => withTarget(options, async (target) => {
      const controller = new AbortController();
      const stop = () => { controller.abort(); };
      process.once('SIGINT', stop);
      try {
        const human = (verification: Verification) => describeVerification(verification, { everyItem: options.items === true });
        printResult(await target.verify(controller.signal), { json: options.json, human, verbatim: true, failed: (verification) => !allSettled(verification.claims) });
      } finally { process.removeListener('SIGINT', stop); }
    }));
}

function withChoices(command: Command): Command {
  return command
    .option('--remove <id...>', 'containers to remove after verification, by id or name')
    .option('--include-running', 'running ones too: they are stopped and removed')
    .option('--remove-volumes', 'with their volumes');
}

/** Choices with full ids; a name or id that fits no container, or a running one without --include-running, is refused. */
async function resolveChoices(target: Target, options: ChoiceOptions): Promise<Result<ContainerChoices, AppError>> {
  const wanted = options.remove ?? [];
  const choices = { remove: [] as string[], includeRunning: options.includeRunning === true, removeVolumes: options.removeVolumes === true };
  if (wanted.length === 0) return ok(choices);
  const scan = await target.scan();
  if (!scan.ok) return scan;
  for (const name of wanted) {
    const found = scan.value.containers.find((container) => container.id === name || container.name === name)
      ?? onlyOne(scan.value.containers.filter((container) => name.length >= 4 && container.id.startsWith(name)));
    if (found === undefined) return fail('containers.not-found', `there is no container ${name}`, { hint: 'See bulkhead containers scan.', params: { name } });
    const { isRunning } = await import('../engine/apply/plan.ts');
    if (isRunning(found) && !choices.includeRunning) return fail('containers.running', `${found.name} is running`, { hint: 'Add --include-running to stop and remove it.', params: { name: found.name } });
    choices.remove.push(found.id);
  }
  return ok(choices);
}

const onlyOne = <T>(found: readonly T[]): T | undefined => (found.length === 1 ? found[0] : undefined);

interface Planned { readonly text: string; readonly plan: ApplyPlan; readonly choices: ContainerChoices; readonly diff: string }

async function makePlan(target: Target, file: string | undefined, options: ChoiceOptions): Promise<Result<Planned, AppError>> {
  const text = await textToApply(target, file);
  if (!text.ok) return text;
  const choices = await resolveChoices(target, options);
  if (!choices.ok) return choices;
  const plan = await target.plan(text.value, choices.value);
  if (!plan.ok) return plan;
  const { unifiedDiff } = await import('../shared/settings/index.ts');
  const { applied } = await target.settings.read();
  return ok({ text: text.value, plan: plan.value, choices: choices.value, diff: unifiedDiff(applied, text.value, { before: `version ${plan.value.fromVersion}`, after: `version ${plan.value.toVersion}` }) });
}

async function apply(target: Target, file: string | undefined, options: ApplyOptions): Promise<void> {
  const listener = options.events === true ? await eventListener(options.eventsTo) : null;
  try { await applyTelling(target, file, options, listener); } finally { listener?.end(); }
}

/** Where events go: stdout, or the socket of a program that could not keep a pipe to us (macOS and Windows give an elevated command none). */
async function eventListener(socket: string | undefined): Promise<{ write(line: string): void; end(): void }> {
  if (socket === undefined) return { write: (line) => { process.stdout.write(line); }, end: () => undefined };
  const { connect } = await import('node:net');
  const connection = connect(socket);
  // Nobody listens any more: the work goes on.
  connection.on('error', () => undefined);
  return { write: (line) => { connection.write(line); }, end: () => { connection.end(); } };
}

async function applyTelling(target: Target, file: string | undefined, options: ApplyOptions, listener: { write(line: string): void } | null): Promise<void> {
  const emit = (event: ApplyEvent) => { listener?.write(`${JSON.stringify(event)}\n`); };
  const refuse = (error: AppError) => {
    // The stream of events is read by a program that gets to know from it why there is no run.
    listener?.write(`${JSON.stringify({ error })}\n`);
    printError(error, options);
  };
  if (options.yes !== true && !process.stdin.isTTY) {
    refuse(fail('apply.not-confirmed', 'nobody is there to confirm', { reason: 'standard input is no terminal', hint: 'Look at bulkhead plan, then apply with --yes.' }).error);
    return;
  }
  const resumed = await target.resume();
  if (!resumed.ok) { refuse(resumed.error); return; }
  if (resumed.value !== null) progress(`An interrupted apply was settled first. ${describeOutcome(resumed.value)}`);
  const made = await makePlan(target, file, options);
  if (!made.ok) { refuse(made.error); return; }
  const { plan, text, choices } = made.value;
  const human = options.json !== true && options.events !== true;
  if (human) process.stdout.write(`${told(describePlan(plan, made.value.diff))}\n\n`);
  if (!plan.blocked && options.yes !== true) {
    const agreed = await confirm(plan);
    if (!agreed.ok) { refuse(agreed.error); return; }
  }
  const report = human ? stepPrinter() : () => undefined;
  workWithoutReader();
  const started = await target.startApply({ text, choices, baseHash: options.baseHash ?? plan.baseHash }, (event) => { emit(event); report(event); });
  if (!started.ok) { refuse(started.error); return; }
  const run = await untilEnd(started.value);
  process.exitCode = run.outcome?.kind === 'applied' ? exitCodes.ok : exitCodes.failed;
  if (human) process.stdout.write(`\n${told(describeOutcome(run))}\n`);
  else if (options.events !== true) process.stdout.write(`${JSON.stringify(run, null, 2)}\n`);
}

/** Ctrl C asks for a cancel (and roll back) instead of leaving things half done; the next start would mend that too. */
async function untilEnd(handle: ApplyHandle): Promise<ApplyRun> {
  const cancel = () => { progress(handle.cancel() ? 'Cancelling: rolling back…' : 'Too late to cancel: it ends in a moment.'); };
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
  try { return await handle.done; } finally {
    process.removeListener('SIGINT', cancel);
    process.removeListener('SIGTERM', cancel);
  }
}

async function confirm(plan: ApplyPlan): Promise<Result<void, AppError>> {
  const question = plan.remove.length > 0 ? `Apply and remove ${plan.remove.length === 1 ? '1 container' : `${plan.remove.length} containers`}? [y/N] ` : 'Apply? [y/N] ';
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(told(question));
    return /^y(es)?$/i.test(answer.trim()) ? ok(undefined) : fail('apply.not-confirmed', 'nothing was applied', { reason: 'it was not confirmed' });
  } finally { prompt.close(); }
}

/** Prints each step as it ends, once. */
function stepPrinter(): (event: ApplyEvent) => void {
  const printed = new Set<string>();
  return (event) => {
    if (event.type !== 'run') return;
    for (const step of event.run.steps) {
      const line = describeStep(step);
      if (line === null || printed.has(step.step)) continue;
      printed.add(step.step);
      process.stdout.write(`${told(line)}\n`);
    }
    if ((event.run.activity === 'rolling-back' || event.run.activity === 'cancelling') && !printed.has('roll-back')) {
      printed.add('roll-back');
      process.stdout.write(`${told('Rolling back…')}\n`);
    }
  };
}
