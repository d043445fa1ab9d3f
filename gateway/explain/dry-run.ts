import type { AuditEntry } from '../../shared/audit/entry.ts';
import type { ExplainedRequest, Finding, RequestPart } from '../../shared/explain/explanation.ts';
import { chosenBackend, runtimeNameOf } from '../../shared/isolation/backends.ts';
import { isObject, writeJson, type JsonObject } from '../../shared/policy/json.ts';
import { parseJson } from '../../shared/policy/json-parser.ts';
import { objectAt, textAt } from '../../shared/policy/shape.ts';
import { partText, splitCreateBody } from '../../shared/policy/split-create.ts';
import { loggedTarget } from '../audit/describe-request.ts';
import { createGatekeeper } from '../enforce/decide.ts';
import type { GatekeeperOptions } from '../enforce/gatekeeper-options.ts';
import type { Gatekeeper, GatewayRequest, GatekeeperResult, Verdict } from '../http/exchange.ts';

/**
 * What a client may learn from the engine on the way: enough for a command line to get to what it wants to
 * do.
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
const stop: Verdict = {
  kind: 'refuse',
  status: 403,
  message: 'bulkhead explain: this is as far as it goes; nothing was done',
};

export interface DryRunOptions extends Omit<GatekeeperOptions, 'audit'> {
  /**
   * Everything is passed on after it was decided: behind this there is no engine, but something that says yes
   * to all (`made-up-engine.ts`).
   */
  readonly continueAfterDenial?: boolean;
  /**
   * Of which create requests the parts are decided one by one: of all, or of those that are denied. Default:
   * of all.
   */
  readonly parts?: 'all' | 'of-denied';
}

/**
 * A gatekeeper that lets nothing through but reads: what would change or run something is decided by the
 * gateway's own code, passed to `explained`, and refused, so that the client stops there. Of a create request
 * every part is decided on its own.
 */
export function dryRun(options: DryRunOptions, explained: (request: ExplainedRequest) => void): Gatekeeper {
  const continueAfterDenial = options.continueAfterDenial === true;
  let entries: AuditEntry[] = [];
  const decide = createGatekeeper({
    ...options,
    audit: {
      write: (entry) => {
        entries.push(entry);
      },
      dropped: 0,
      flush: () => Promise.resolve(),
    },
  });
  // One request at a time: the entries are those of the one under way.
  let before: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = before.then(work);
    before = result.catch(() => undefined);
    return result;
  };
  const collect = async (
    work: () => Verdict | Promise<Verdict>,
  ): Promise<{ verdict: Verdict; findings: Finding[] }> => {
    entries = [];
    const verdict = await work();
    return {
      verdict,
      findings: entries.map(findingOf),
    };
  };
  const conclude = (
    request: GatewayRequest,
    verdict: Verdict,
    findings: Finding[],
    more: Pick<ExplainedRequest, 'passed' | 'service' | 'image' | 'kind' | 'name'> = {},
    sent: Buffer | null = null,
  ): Verdict => {
    if (verdict.kind === 'refuse' && !findings.some(({ outcome }) => outcome === 'deny')) {
      findings = [
        ...findings,
        {
          outcome: 'missing',
          rule: '',
          spec: '',
          setting: null,
          what: `${request.head.method} ${request.target.path}`,
          message: verdict.message,
        },
      ];
    }
    explained({
      method: request.head.method,
      target: loggedTarget(request.target),
      outcome: outcomeOf(verdict, findings),
      findings,
      refusal: verdict.kind === 'refuse' ? verdict.message : null,
      ...more,
    });
    // The client shows the refusal as it would show the gateway's.
    if (continueAfterDenial) return { kind: 'forward', ...(sent === null ? {} : { body: sent }) };
    return verdict.kind === 'refuse' ? verdict : stop;
  };

  return async (request) => {
    if (
      request.head.method === 'GET' ||
      request.head.method === 'HEAD' ||
      request.head.method === 'OPTIONS'
    ) {
      if (continueAfterDenial || (request.match !== null && reads.has(request.match.route.pattern)))
        return { kind: 'forward' };
    }
    let stopped: Verdict = stop;
    const handling = await inTurn(
      async (): Promise<Extract<GatekeeperResult, { kind: 'read-body' }> | null> => {
        let later: Extract<GatekeeperResult, { kind: 'read-body' }> | null = null;
        const { verdict, findings } = await collect(async () => {
          const handled = await decide(request);
          if (handled.kind !== 'read-body') return handled;
          later = handled;
          return stop;
        });
        if (later === null) stopped = conclude(request, verdict, findings);
        return later;
      },
    );
    if (handling === null) return continueAfterDenial ? { kind: 'forward' } : stopped;
    return {
      kind: 'read-body',
      limit: handling.limit,
      decide: (body) =>
        inTurn(async () => {
          const { verdict, findings } = await collect(() => handling.decide(body));
          const parsed = parseJson(body.toString('utf8'));
          // What can't be read without doubt is refused as a whole.
          if (!parsed.ok || !isObject(parsed.value)) return conclude(request, verdict, findings, {}, body);
          const about = named(request, parsed.value);
          if (request.match?.route.inspect !== 'create-container')
            return conclude(request, verdict, findings, about, body);
          if (options.parts === 'of-denied' && verdict.kind !== 'refuse')
            return conclude(request, verdict, findings, about, body);
          // What exceeds a limit of the gateway is refused as a whole, too: its parts are too many.
          if (findings.some(({ rule }) => rule === 'request-limit'))
            return conclude(request, verdict, findings, about, body);
          const parts = await decideParts(handling, parsed.value, findings);
          return conclude(request, verdict, parts.findings, { passed: parts.passed, ...about }, body);
        }),
    };
  };

  async function decideParts(
    handling: Extract<GatekeeperResult, { kind: 'read-body' }>,
    sent: JsonObject,
    whole: readonly Finding[],
  ): Promise<{ findings: Finding[]; passed: RequestPart[] }> {
    const found: Finding[] = [];
    const passed: RequestPart[] = [];
    for (const part of splitCreateBody(sent, options.runtime ?? runtimeNameOf(chosenBackend('auto')))) {
      const { findings } = await collect(() => handling.decide(Buffer.from(writeJson(part.body), 'utf8')));
      const value = partText(part);
      found.push(
        ...findings.map((finding) => ({ ...finding, part: { field: part.field, value: value ?? '' } })),
      );
      if (findings.length === 0 && value !== null) passed.push({ field: part.field, value });
    }
    // What only the whole shows (the name, parts that don't go together) stays; the parts say the rest
    // better.
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
}

/** How many passing parts of one container are reported. */
const maxParts = 200;

/** What a request makes, and for which service of a compose file. */
function named(
  request: GatewayRequest,
  body: JsonObject,
): Pick<ExplainedRequest, 'service' | 'image' | 'kind' | 'name'> {
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
