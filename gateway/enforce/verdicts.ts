import type { AuditEntry } from '../../shared/audit/entry.ts';
import { changeSentence, refusalMessage, type Change, type Denial } from '../../shared/policy/decision.ts';
import { errorOf, type EngineError } from '../../shared/policy/engine-errors.ts';
import { message } from '../../shared/messages/message.ts';
import { loadedTranslator } from '../../shared/messages/translator.ts';
import { rules } from '../../shared/rules/index.ts';
import { describeRequest } from '../audit/describe-request.ts';
import type { GatewayRequest, Verdict } from '../http/exchange.ts';
import { forwardAsReceived } from './audit-mode.ts';
import type { InspectionResult, InspectionContext } from './inspection-context.ts';

/** The context of a decision: the request, and what its verdict and log entry need. */
export interface DecisionContext {
  readonly context: InspectionContext;
  /** Generation of the policy it is decided under. */
  readonly generation: number;
  /** `performance.now()` when the decision began; waiting for the body does not count. */
  readonly startedAt: number;
  /** The body as the client sent it, where it was read. */
  readonly requestBody: Buffer | null;
}

/**
 * The subject of a denial, for the log. `framed`: the requested stream would be multiplexed frames, which can
 * carry an error.
 */
export interface DenialSubject {
  readonly container?: string | undefined;
  readonly image?: string | undefined;
  readonly framed?: boolean;
  readonly furtherDenials?: readonly Denial[];
  /** Follows from a denied create request that audit mode forwarded, and which is logged. */
  readonly followsFromCreate?: boolean;
  /** The response in place of the refusal's text; the denial is logged all the same. */
  readonly clientResponse?: EngineError;
}

const emptyBody = Buffer.alloc(0);

/** Turns the result of an inspection into a verdict; counts and logs it. */
export function conclude(decision: DecisionContext, result: InspectionResult): Verdict | Promise<Verdict> {
  const { context } = decision;
  const route = context.request.match?.route ?? null;
  switch (result.kind) {
    case 'denied':
      return denied(decision, result.denial, result);
    case 'missing':
      context.counters?.countRequest(route, 'missing');
      return {
        kind: 'refuse',
        status: 404,
        message: result.message ?? `No such ${result.what}: ${result.name}`,
      };
    case 'passed': {
      recordDuration(decision);
      context.counters?.countRequest(route, result.changes.length > 0 ? 'rewrite' : 'allow');
      if (result.warning !== undefined && result.warningIsLogged !== true) {
        write(
          decision,
          {
            outcome: 'allow',
            ...ruleOf(result.warning),
            message: message('rules.let-pass-with-warning', { refusal: refusalMessage(result.warning) }).text,
          },
          result,
        );
      } else if (result.changes[0] !== undefined) {
        write(
          decision,
          {
            outcome: 'rewrite',
            rule: result.changes[0].rule,
            spec: rules[result.changes[0].rule].spec,
            setting: null,
            what: [...new Set(result.changes.map((change) => change.field))].join(', '),
            ...changesText(result.changes),
          },
          result,
        );
      }
      // A body that was not inspected, on an endpoint that takes none, is dropped.
      const body =
        result.body ?? (decision.requestBody !== null && route?.body === 'dropped' ? emptyBody : undefined);
      return {
        kind: 'forward',
        ...(result.target === undefined ? {} : { target: result.target }),
        ...(body === undefined ? {} : { body }),
        ...(result.settled === undefined ? {} : { settled: result.settled }),
        ...(result.createResponseTransform === undefined
          ? result.warning !== undefined && route?.inspect === 'exec-create'
            ? { response: context.auditedCreates.recordOnResponse() }
            : {}
          : {
              response: result.createResponseTransform((denial) =>
                noteDenial(decision, denial, 'deny', result),
              ),
            }),
      };
    }
  }
}

/**
 * The verdict for a denial: refused with the text of B6; in audit mode only logged, and forwarded as the
 * client sent it. A denial that is the engine's own error is not logged, nor in audit mode one that follows
 * from another that is.
 */
export function denied(
  decision: DecisionContext,
  denial: Denial,
  about: DenialSubject = {},
): Verdict | Promise<Verdict> {
  const { context } = decision;
  if (denial.engineError !== undefined) {
    recordDuration(decision);
    context.counters?.countRequest(context.request.match?.route ?? null, 'invalid');
    return context.settings.mode === 'audit'
      ? forwardAsReceived(context, decision.requestBody)
      : engineErrorVerdict(context, denial.engineError);
  }
  // Audit mode suspends rules for containers, not the gateway's own limits.
  const outcome =
    context.settings.mode === 'audit' && denial.rule !== 'request-limit' ? 'would-deny' : 'deny';
  const route = context.request.match?.route ?? null;
  if (outcome === 'deny') {
    context.counters?.countRequest(route, outcome);
    const text = noteDenial(decision, denial, outcome, about);
    return {
      kind: 'refuse',
      ...(about.clientResponse ?? { status: 403, message: text }),
      ...(about.framed === true && showsStreamsOnly(context.request) ? { inStream: true } : {}),
    };
  }
  if (about.followsFromCreate === true) {
    recordDuration(decision);
    context.counters?.countRequest(route, 'allow');
    return forwardAsReceived(context, decision.requestBody);
  }
  context.counters?.countRequest(route, outcome);
  noteDenial(decision, denial, outcome, about);
  for (const further of about.furtherDenials ?? []) noteDenial(decision, further, outcome, about);
  const verdict = forwardAsReceived(context, decision.requestBody);
  if (route?.inspect !== 'create-container' && route?.inspect !== 'exec-create') return verdict;
  return verdict instanceof Promise
    ? verdict.then((forwarded) => withCreateRecorded(context, forwarded))
    : withCreateRecorded(context, verdict);
}

/** The engine's own error, with the message of the version of the engine that there is. */
function engineErrorVerdict({ facts }: InspectionContext, error: EngineError): Verdict | Promise<Verdict> {
  const refuse = ({ status, message, isPlainText = false }: EngineError): Verdict => ({
    kind: 'refuse',
    status,
    message,
    isPlainText,
  });
  if (error.since28 === undefined) return refuse(error);
  return facts.ping(null).then(
    ({ apiVersion }) => refuse(errorOf(apiVersion, error)),
    () => refuse(error),
  );
}

const withCreateRecorded = ({ auditedCreates }: InspectionContext, verdict: Verdict): Verdict =>
  verdict.kind === 'forward' ? { ...verdict, response: auditedCreates.recordOnResponse() } : verdict;

/** The verdict for a request over a connection limit; the limits hold in audit mode, too. */
export function overLimitVerdict(decision: DecisionContext, denial: Denial): Verdict {
  decision.context.counters?.countRequest(decision.context.request.match?.route ?? null, 'deny');
  return { kind: 'refuse', status: 429, message: noteDenial(decision, denial, 'deny', {}) };
}

/** Limit of the changes in one log entry, characters. */
const maxChanges = 8000;

/** The text of the changes, and the changes themselves where the text has them all. */
function changesText(changes: readonly Change[]): Pick<AuditEntry, 'message' | 'changes'> {
  let text = '';
  for (const [index, change] of changes.entries()) {
    if (text.length > maxChanges) return { message: `${text}; and ${changes.length - index} more` };
    text += `${index === 0 ? '' : '; '}${changeSentence(change).text}`;
  }
  return { message: text, changes };
}

/**
 * `docker attach` and `docker start -a` show a 403 as "unable to upgrade to tcp, received 403", without its
 * text; of a stream that begins with an error they show the error. Other clients show the response.
 */
function showsStreamsOnly({ head, match }: GatewayRequest): boolean {
  return (
    match?.route.pattern === '/containers/{id}/attach' &&
    head.upgrade === 'tcp' &&
    head.fields.some(({ key, value }) => key === 'user-agent' && value.startsWith('Docker-Client/'))
  );
}

/**
 * A denial inside a connection that became gRPC: `call` is the method. Returns the text for the client; null
 * when the call is allowed by the mode in force at that time.
 */
export function deniedCall(
  decision: DecisionContext,
  mode: 'enforce' | 'audit',
  call: string,
  denial: Denial,
): string | null {
  const outcome = mode === 'audit' && denial.rule !== 'connection-limit' ? 'would-deny' : 'deny';
  const text = noteDenial({ ...decision, startedAt: performance.now() }, denial, outcome, {}, call);
  return outcome === 'deny' ? text : null;
}

/** Records a denial of a request that was forwarded; returns the text for the client. */
export const recordLateDenial = (decision: DecisionContext, denial: Denial, about: DenialSubject): string =>
  noteDenial(decision, denial, 'deny', about);

/** Audit mode: logs a denial that does not result from this verdict. */
export function wouldDeny(decision: DecisionContext, denial: Denial): void {
  noteDenial(decision, denial, 'would-deny', {});
}

/**
 * Counts and logs a denial. The value is the text of B6 in the language of the policy; the log has it in
 * English, for programs.
 */
function noteDenial(
  decision: DecisionContext,
  denial: Denial,
  outcome: 'deny' | 'would-deny',
  about: DenialSubject,
  call = '',
): string {
  recordDuration(decision);
  decision.context.counters?.countDenial(denial.rule, outcome);
  const refusal = refusalMessage(denial);
  write(decision, { outcome, ...ruleOf(denial), message: refusal.text }, about, call);
  return loadedTranslator(decision.context.settings.language)(refusal);
}

const ruleOf = (denial: Denial) => ({
  rule: denial.rule,
  spec: denial.spec,
  setting: denial.setting,
  what: denial.what,
  subject: denial.subject,
  detail: denial.detail,
  sentences: denial.sentences ?? {},
});

function recordDuration(decision: DecisionContext): void {
  decision.context.counters?.observeDecision((performance.now() - decision.startedAt) / 1000);
}

function write(
  decision: DecisionContext,
  entry: Omit<
    AuditEntry,
    keyof ReturnType<typeof describeRequest> | 'container' | 'image' | 'decisionUs' | 'generation'
  >,
  about: DenialSubject,
  call = '',
): void {
  const { context } = decision;
  const request = describeRequest(context.request, context.sockets?.mounts ?? null);
  context.audit.write({
    ...entry,
    ...request,
    target: `${request.target}${call}`,
    container: about.container,
    image: about.image,
    decisionUs: Math.round((performance.now() - decision.startedAt) * 1000),
    generation: decision.generation,
  });
}
