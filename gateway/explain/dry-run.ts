import type { AuditEntry } from '../../shared/audit/entry.ts';
import type { ExplainedRequest, Finding, RequestPart } from '../../shared/explain/explanation.ts';
import { chosenBackend, runtimeNameOf } from '../../shared/isolation/backends.ts';
import { message, referenceTo } from '../../shared/messages/message.ts';
import { isObject, writeJson, type JsonObject } from '../../shared/policy/json.ts';
import { parseJson } from '../../shared/policy/json-parser.ts';
import { objectAt, textAt } from '../../shared/policy/shape.ts';
import { partText, splitCreateBody } from '../../shared/policy/split-create.ts';
import { loggedTarget } from '../audit/describe-request.ts';
import { createGatekeeper } from '../enforce/decide.ts';
import type { GatekeeperOptions } from '../enforce/gatekeeper-options.ts';
import type { Gatekeeper, GatewayRequest, GatekeeperResult, Verdict } from '../http/exchange.ts';

/**
 * Reads that reach the engine: enough for a command line to get to the request that changes something.
 */
const reads = new Set([
  '/_ping',
  '/version',
  '/info',
  '/images/json',
  '/images/{name}/json',
  '/containers/json',
  '/containers/{id}/json',
  '/volumes',
  '/volumes/{name}',
  '/networks',
  '/networks/{id}',
  '/exec/{id}/json',
]);
const stopVerdict: Verdict = {
  kind: 'refuse',
  status: 403,
  message: 'bulkhead explain: this is as far as it goes; nothing was done',
};

export interface DryRunOptions extends Omit<GatekeeperOptions, 'audit'> {
  /**
   * Everything is forwarded after it was decided: there is no engine behind this, but something that accepts
   * every request (`fake-engine.ts`).
   */
  readonly continueAfterDenial?: boolean;
  /**
   * Which create requests have their parts decided one by one: all, or those that are denied. Default: all.
   */
  readonly parts?: 'all' | 'of-denied';
}

/**
 * A gatekeeper that lets nothing through but reads: what would change or run something is decided by the
 * gateway's own code, passed to `explained`, and refused, so that the client stops there. Of a create request
 * every part is decided on its own.
 */
export function dryRun(options: DryRunOptions, explained: (request: ExplainedRequest) => void): Gatekeeper {
  const run = new DryRun(options, explained);
  return (request) => run.decide(request);
}

type ReadBody = Extract<GatekeeperResult, { kind: 'read-body' }>;
type Subject = Pick<ExplainedRequest, 'service' | 'image' | 'kind' | 'name'>;

class DryRun {
  readonly #options: DryRunOptions;
  readonly #explained: (request: ExplainedRequest) => void;
  readonly #gatekeeper: Gatekeeper;
  /** What the gatekeeper logged of the request being decided. */
  #entries: AuditEntry[] = [];
  /** The last request in the queue. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: DryRunOptions, explained: (request: ExplainedRequest) => void) {
    this.#options = options;
    this.#explained = explained;
    this.#gatekeeper = createGatekeeper({
      ...options,
      audit: {
        write: (entry) => {
          this.#entries.push(entry);
        },
        dropped: 0,
        flush: () => Promise.resolve(),
      },
    });
  }

  async decide(request: GatewayRequest): Promise<GatekeeperResult> {
    const { method } = request.head;
    if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') {
      const isKnownRead = request.match !== null && reads.has(request.match.route.pattern);
      if (this.#continues || isKnownRead) return { kind: 'forward' };
    }
    const handled = await this.#inTurn(() => this.#decideHead(request));
    if (handled.kind !== 'read-body') return this.#continues ? { kind: 'forward' } : handled;
    return {
      kind: 'read-body',
      limit: handled.limit,
      decide: (body) => this.#inTurn(() => this.#decideBody(request, handled, body)),
    };
  }

  get #continues(): boolean {
    return this.#options.continueAfterDenial === true;
  }

  /** One request at a time: the entries are those of the one being decided. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #collect<T extends GatekeeperResult>(
    decide: () => T | Promise<T>,
  ): Promise<{ result: T; findings: Finding[] }> {
    this.#entries = [];
    const result = await decide();
    // No engine gets the request.
    if (result.kind === 'forward') result.settled?.();
    return { result, findings: this.#entries.map(findingOf) };
  }

  async #decideHead(request: GatewayRequest): Promise<ReadBody | Verdict> {
    const { result, findings } = await this.#collect(() => this.#gatekeeper(request));
    return result.kind === 'read-body' ? result : this.#conclude(request, result, findings);
  }

  async #decideBody(request: GatewayRequest, handling: ReadBody, body: Buffer): Promise<Verdict> {
    const { result: verdict, findings } = await this.#collect(() => handling.decide(body));
    const parsed = parseJson(body.toString('utf8'));
    // A body that is ambiguous or invalid is refused as a whole.
    if (!parsed.ok || !isObject(parsed.value)) return this.#conclude(request, verdict, findings, {}, body);
    const subject = subjectOf(request, parsed.value);
    if (
      request.match?.route.inspect !== 'create-container' ||
      (this.#options.parts === 'of-denied' && verdict.kind !== 'refuse') ||
      // So is a body that exceeds a limit of the gateway: it has too many parts.
      findings.some(({ rule }) => rule === 'request-limit')
    )
      return this.#conclude(request, verdict, findings, subject, body);
    const parts = await this.#decideParts(handling, parsed.value, findings);
    return this.#conclude(request, verdict, parts.findings, { passed: parts.passed, ...subject }, body);
  }

  async #decideParts(
    handling: ReadBody,
    sent: JsonObject,
    whole: readonly Finding[],
  ): Promise<{ findings: Finding[]; passed: RequestPart[] }> {
    const found: Finding[] = [];
    const passed: RequestPart[] = [];
    const runtime = this.#options.runtime ?? runtimeNameOf(chosenBackend('auto'));
    for (const part of splitCreateBody(sent, runtime)) {
      const { result, findings } = await this.#collect(() =>
        handling.decide(Buffer.from(writeJson(part.body), 'utf8')),
      );
      const value = partText(part);
      found.push(
        ...findings.map((finding) => ({ ...finding, part: { field: part.field, value: value ?? '' } })),
      );
      if (result.kind !== 'refuse' && findings.length === 0 && value !== null)
        passed.push({ field: part.field, value });
    }
    // Findings about the request as a whole (its name, conflicting parts) stay; for all others the parts are
    // more precise.
    const partMessages = new Set(found.map(({ message }) => message));
    return {
      findings: unique([
        ...found,
        ...whole.filter(
          ({ outcome, message }) =>
            (outcome === 'deny' || outcome === 'would-deny') && !partMessages.has(message),
        ),
      ]),
      passed: passed.slice(0, maxParts),
    };
  }

  /** Passes the explanation on. `sent`: the body, which is forwarded where the run continues. */
  #conclude(
    request: GatewayRequest,
    verdict: Verdict,
    findings: Finding[],
    more: Pick<ExplainedRequest, 'passed'> & Subject = {},
    sent: Buffer | null = null,
  ): Verdict {
    const all =
      verdict.kind === 'refuse' && !findings.some(({ outcome }) => outcome === 'deny')
        ? [...findings, missingFinding(request, verdict, more.image)]
        : findings;
    this.#explained({
      method: request.head.method,
      target: loggedTarget(request.target),
      outcome: outcomeOf(verdict, all),
      findings: all,
      refusal: verdict.kind === 'refuse' ? verdict.message : null,
      ...more,
    });
    // The client shows the refusal as it would show the gateway's.
    if (this.#continues) return { kind: 'forward', ...(sent === null ? {} : { body: sent }) };
    return verdict.kind === 'refuse' ? verdict : stopVerdict;
  }
}

/**
 * A refusal without a rule: an object that the request refers to does not exist. For a missing image the
 * refusal is not final: the client pulls it, and repeats the request.
 */
function missingFinding(
  request: GatewayRequest,
  { status, message: refusal }: Extract<Verdict, { kind: 'refuse' }>,
  image: string | undefined,
): Finding {
  const pulled =
    status === 404 && image !== undefined && request.match?.route.inspect === 'create-container'
      ? message('gateway.image-pulled-first', { image })
      : null;
  return {
    outcome: 'missing',
    rule: '',
    spec: '',
    setting: null,
    what: `${request.head.method} ${request.target.path}`,
    message: pulled?.text ?? refusal,
    ...(pulled === null ? {} : { sentences: { what: referenceTo(pulled) } }),
  };
}

/** How many passing parts of one container are reported. */
const maxParts = 200;

/** What a request makes, and for which service of a compose file. */
function subjectOf(request: GatewayRequest, body: JsonObject): Subject {
  const name = textAt(body, 'Name');
  switch (request.match?.route.inspect) {
    case 'create-network':
      return { kind: 'network', ...(name === '' ? {} : { name }) };
    case 'create-volume':
      return { kind: 'volume', ...(name === '' ? {} : { name }) };
    case 'create-container': {
      const service = textAt(objectAt(body, 'Labels'), 'com.docker.compose.service');
      const image = textAt(body, 'Image');
      return {
        kind: 'container',
        ...(service === '' ? {} : { service }),
        ...(image === '' ? {} : { image }),
      };
    }
    default:
      return {};
  }
}

const findingOf = (entry: AuditEntry): Finding => ({
  outcome: entry.outcome,
  rule: entry.rule,
  spec: entry.spec,
  setting: entry.setting,
  what: entry.what,
  message: entry.message,
  ...(entry.detail === undefined ? {} : { detail: entry.detail }),
  ...(entry.sentences === undefined ? {} : { sentences: entry.sentences }),
  ...(entry.changes === undefined ? {} : { changes: [...entry.changes] }),
  ...(entry.subject === undefined ? {} : { subject: entry.subject }),
});

function outcomeOf(verdict: Verdict, findings: readonly Finding[]): ExplainedRequest['outcome'] {
  if (findings.some(({ outcome }) => outcome === 'deny')) return 'deny';
  if (verdict.kind === 'refuse') return 'undecided';
  if (findings.some(({ outcome }) => outcome === 'would-deny')) return 'would-deny';
  return findings.some(({ outcome }) => outcome === 'rewrite') ? 'rewrite' : 'allow';
}

function unique(findings: readonly Finding[]): Finding[] {
  return [
    ...new Map(
      findings.map((finding) => [`${finding.rule} ${finding.message} ${finding.part?.value ?? ''}`, finding]),
    ).values(),
  ];
}
