import { EngineUnreachable, engineUnreachableRefusal, type EngineFacts } from '../engine-api/engine-facts.ts';
import {
  ResponseReplacedError,
  type Gatekeeper,
  type GatekeeperResult,
  type GatewayRequest,
  type Verdict,
} from '../http/exchange.ts';
import { FairShare, TooManyWaiting, type FairShareLimits } from '../turns/fair-share.ts';
import { callerName } from '../turns/turns.ts';
import { copyKindOf, type CopyKind } from './copy.ts';
import type { RootGuard } from './root-guard.ts';
import { translateCopy, type CopyContext } from './translate-copy.ts';

/** A list of changes takes hundreds of megabytes for a container with as many files as are listed at most. */
const lists: FairShareLimits = { each: 1, all: 2, waiting: 64 };

type Forward = Extract<Verdict, { kind: 'forward' }>;

/**
 * The gatekeeper with copies that have the same ids as on a stock engine ("true ids"). While a container runs
 * in an id range (A3), the engine sees its files with ids of the range; so copies that `decide` forwards are
 * translated. This applies under every policy, also in audit mode and with ECI off.
 */
export function withTrueIds(decide: Gatekeeper, context: CopyContext): Gatekeeper {
  const { engine, guard } = context;
  const listTurns = new FairShare(lists);
  return (request) => {
    if (guard !== null && request.match?.route.inspect === 'exec-start')
      return withLookupBefore(decide, request, engine, guard);
    const kind = copyKindOf(request.match?.route);
    if (kind === null) return decide(request);
    const translate = (verdict: Verdict): Verdict | Promise<Verdict> =>
      verdict.kind !== 'forward'
        ? verdict
        : kind === 'changes'
          ? translateInTurn(request, verdict, context, listTurns)
          : translateOrRefuse(request, kind, verdict, context);
    const translateResult = (handling: GatekeeperResult): GatekeeperResult | Promise<GatekeeperResult> => {
      if (handling.kind !== 'read-body') return translate(handling);
      return { ...handling, decide: async (body) => translate(await handling.decide(body)) };
    };
    return Promise.resolve(decide(request)).then(translateResult);
  };
}

/** Delays the start of an exec that `decide` forwards until the engine follows no links in its container. */
async function withLookupBefore(
  decide: Gatekeeper,
  request: GatewayRequest,
  engine: EngineFacts,
  guard: RootGuard,
): Promise<GatekeeperResult> {
  const handling = await decide(request);
  const wait = async (verdict: Verdict): Promise<Verdict> => {
    if (verdict.kind !== 'forward') return verdict;
    const exec = request.match?.subject ?? '';
    try {
      const container = await engine.execContainer(exec);
      if (container === null) return verdict;
      return { ...verdict, settled: await guard.beforeExec(container, exec, request.clientGone?.()) };
    } catch (error) {
      return refusalOf(error);
    }
  };
  return handling.kind === 'read-body'
    ? { ...handling, decide: async (body) => wait(await handling.decide(body)) }
    : wait(handling);
}

/** Delays a list of changes that is to be compared until it is its caller's turn. */
async function translateInTurn(
  request: GatewayRequest,
  verdict: Forward,
  context: CopyContext,
  turns: FairShare,
): Promise<Verdict> {
  const permit = await turns
    .acquire(callerName(request), request.clientGone?.())
    .catch((error: unknown): Verdict => {
      if (!(error instanceof TooManyWaiting)) throw error;
      const message = `bulkhead gateway: ${error.message}; try again when some of them are answered`;
      return { kind: 'refuse', status: 429, message };
    });
  if (typeof permit !== 'function') return permit;
  let isHeld = false;
  try {
    const translated = await translateOrRefuse(request, 'changes', verdict, context);
    if (translated.kind !== 'forward' || translated.response === undefined) return translated;
    isHeld = true;
    const { settled } = translated;
    return {
      ...translated,
      settled: () => {
        permit();
        settled?.();
      },
    };
  } finally {
    if (!isHeld) permit();
  }
}

async function translateOrRefuse(
  request: GatewayRequest,
  kind: CopyKind,
  verdict: Forward,
  context: CopyContext,
): Promise<Verdict> {
  try {
    return await translateCopy(request, kind, verdict, context);
  } catch (error) {
    return refusalOf(error);
  }
}

/** The refusal for an expected error; throws any other one. */
function refusalOf(error: unknown): Verdict {
  if (error instanceof ResponseReplacedError)
    return { kind: 'refuse', status: error.status, message: error.message };
  if (!(error instanceof EngineUnreachable)) throw error;
  return { kind: 'refuse', ...engineUnreachableRefusal(error) };
}
