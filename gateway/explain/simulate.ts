import { parseCommandLine, withoutOptions, type CommandLine } from '../../shared/explain/command-line.ts';
import { strictest, type Explanation } from '../../shared/explain/explanation.ts';
import { refusedOptions } from '../../shared/explain/rows.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { withEntitlements } from './entitlement-findings.ts';
import { explainCommand } from './explain.ts';
import { explainCompose } from './explain-compose.ts';
import { message } from '../../shared/messages/message.ts';
import type { DryRunContext } from './session.ts';

export interface SimulatedCommand {
  readonly explanation: Explanation;
  /**
   * The same command line without the refused options, and its outcome; null where no option was refused, or
   * one can't be left out.
   */
  readonly without: {
    readonly text: string;
    readonly left: string[];
    readonly outcome: Explanation['outcome'];
  } | null;
}

/**
 * Build options of BuildKit alone; the classic builder, whose request is decided, has none of them.
 */
const buildKitOnly = new Set([
  'allow',
  'annotation',
  'attest',
  'build-context',
  'builder',
  'cache-to',
  'call',
  'check',
  'debug',
  'load',
  'no-cache-filter',
  'output',
  'platform',
  'progress',
  'provenance',
  'push',
  'sbom',
  'secret',
  'ssh',
]);
/** Options that name files for the client to read; the decision does not depend on them. */
const readsFiles = new Set(['file', 'env-file', 'label-file']);

/**
 * Simulates a command line as it was typed: reads it, decides it, and, where options were refused, decides it
 * without them too.
 */
export async function simulateCommand(
  text: string,
  home: string,
  context: DryRunContext,
): Promise<Result<SimulatedCommand, AppError>> {
  const first = await explainText(text, home, context);
  if (!first.ok) return first;
  const { line, explanation } = first.value;
  const refused =
    explanation.outcome === 'deny' || explanation.outcome === 'would-deny'
      ? refusedOptions(explanation, line)
      : null;
  if (refused === null) return ok({ explanation, without: null });
  const shorter = withoutOptions(text, refused);
  const second = await explainText(shorter, home, context);
  if (!second.ok)
    return second.error.code === 'apply.cancelled' ? second : ok({ explanation, without: null });
  return ok({
    explanation,
    without: {
      text: shorter,
      left: refused.map(({ start, end }) => text.slice(start, end)),
      outcome: second.value.explanation.outcome,
    },
  });
}

/** Simulates a compose file; no refused part of it is left out. */
export async function simulateCompose(
  text: string,
  projectDirectory: string,
  context: DryRunContext,
): Promise<Result<SimulatedCommand, AppError>> {
  const explained = await explainCompose({ ...context, text, projectDirectory });
  return explained.ok ? ok({ explanation: explained.value, without: null }) : explained;
}

async function explainText(
  text: string,
  home: string,
  context: DryRunContext,
): Promise<Result<{ line: CommandLine; explanation: Explanation }, AppError>> {
  const parsed = parseCommandLine(text, { home });
  if (!parsed.ok)
    return fail('input.unusable', message('gateway.command-line-unreadable', { problem: parsed.problem }), {
      params: { problem: parsed.problem, start: parsed.start, end: parsed.end, what: parsed.what },
    });
  const { line } = parsed;
  const explained =
    line.kind === 'build'
      ? await explainBuild(line, context)
      : await explainCommand({
          ...context,
          args: line.args,
          environment: line.environment,
          workingDirectory: home,
        });
  return explained.ok ? ok({ line, explanation: explained.value }) : explained;
}

/**
 * A build is decided by the classic builder's request, with an empty context: the Dockerfile's steps are
 * decided while BuildKit builds. BuildKit's entitlements are decided by the same rule as in its own request.
 */
async function explainBuild(
  line: CommandLine,
  context: DryRunContext,
): Promise<Result<Explanation, AppError>> {
  const forwardedOptions = line.options.filter(
    ({ name }) => !buildKitOnly.has(name) && !readsFiles.has(name),
  );
  const explained = await explainCommand({
    ...context,
    args: [
      'build',
      ...forwardedOptions.flatMap(({ name, value }) =>
        value === null ? [`--${name}`] : [`--${name}`, value],
      ),
    ],
    stubContext: true,
  });
  if (!explained.ok || !explained.value.eci) return explained;
  const outcome = explained.value.mode === 'audit' ? 'would-deny' : 'deny';
  const entitlements = line.options
    .filter(({ name }) => name === 'allow')
    .flatMap(({ value }) => (value ?? '').split(','));
  const leftOut = line.options
    .filter(({ name }) => buildKitOnly.has(name) && name !== 'allow')
    .map(({ name }) => `--${name}`);
  const requests = explained.value.requests.map((request, index) =>
    index > 0 ? request : withEntitlements(request, entitlements, outcome),
  );
  return ok({
    ...explained.value,
    requests,
    outcome: strictest(requests.map((request) => request.outcome)),
    leftOut: [...new Set(leftOut)],
    notes: [...explained.value.notes, ...(leftOut.length > 0 ? ['options-left-out' as const] : [])],
  });
}
