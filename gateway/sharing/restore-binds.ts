import { restoreBinds, convertedBindText } from '../../shared/policy/binds-as-mounts.ts';
import { rewriteResponse } from '../base/rewrite-response.ts';
import type {
  ResponseTransform,
  Gatekeeper,
  GatewayRequest,
  GatekeeperResult,
  Verdict,
} from '../http/exchange.ts';

/** Longest response to an inspect that is read, bytes. */
const maxInspectBytes = 16 * 1024 * 1024;

/**
 * The gatekeeper with container inspects that show binds as clients sent them. Applies under every policy,
 * since containers outlive a policy.
 */
export function withRestoredBinds(decide: Gatekeeper): Gatekeeper {
  return (request) => {
    const handling = decide(request);
    if (!isInspect(request)) return handling;
    return handling instanceof Promise ? handling.then(restoreInResult) : restoreInResult(handling);
  };
}

const isInspect = ({ head, match }: GatewayRequest): boolean =>
  head.method === 'GET' && match?.route.pattern === '/containers/{id}/json';

function restoreInResult(handling: GatekeeperResult): GatekeeperResult {
  switch (handling.kind) {
    case 'forward':
      return restoreInVerdict(handling);
    case 'read-body':
      return {
        ...handling,
        decide: (body) => {
          const verdict = handling.decide(body);
          return verdict instanceof Promise ? verdict.then(restoreInVerdict) : restoreInVerdict(verdict);
        },
      };
    case 'refuse':
      return handling;
  }
}

function restoreInVerdict(verdict: Verdict): Verdict {
  if (verdict.kind !== 'forward') return verdict;
  const { response } = verdict;
  if (response !== undefined && 'begin' in response)
    throw new Error('the response to an inspect must not be streamed');
  return { ...verdict, response: restoringTransform(response) };
}

/**
 * Runs the verdict's own transform, then shows binds as the client sent them instead of as the engine got
 * them.
 */
const restoringTransform = (before: ResponseTransform | undefined): ResponseTransform => ({
  limit: before?.limit ?? maxInspectBytes,
  transformResponse: async (head, body) => {
    const replaced = (await before?.transformResponse(head, body)) ?? null;
    const effective = replaced ?? body;
    if (head.status !== 200 || !effective.includes(convertedBindText)) return replaced;
    return rewriteResponse(effective, restoreBinds);
  },
});
