import { restoreBinds, convertedBindText } from '../../shared/policy/held-binds.ts';
import { parseJson, writeJson } from '../../shared/policy/json.ts';
import type {
  ResponseTransform,
  Gatekeeper,
  GatewayRequest,
  GatekeeperResult,
  Verdict,
} from '../http/exchange.ts';

/** The longest inspect that is read. */
const maxInspectBytes = 16 * 1024 * 1024;

/**
 * The gatekeeper, with what clients sent in the inspects of containers: under every policy, since containers
 * outlive it.
 */
export function givingBackBinds(decide: Gatekeeper): Gatekeeper {
  return (request) => {
    const handling = decide(request);
    if (!isInspect(request)) return handling;
    return handling instanceof Promise ? handling.then(withBinds) : withBinds(handling);
  };
}

const isInspect = ({ head, match }: GatewayRequest): boolean =>
  head.method === 'GET' && match?.route.pattern === '/containers/{id}/json';

function withBinds(handling: GatekeeperResult): GatekeeperResult {
  switch (handling.kind) {
    case 'forward':
      return given(handling);
    case 'read-body':
      return {
        ...handling,
        decide: (body) => {
          const verdict = handling.decide(body);
          return verdict instanceof Promise ? verdict.then(given) : given(verdict);
        },
      };
    case 'refuse':
      return handling;
  }
}

function given(verdict: Verdict): Verdict {
  if (verdict.kind !== 'forward') return verdict;
  const { response } = verdict;
  if (response !== undefined && 'begin' in response)
    throw new Error('the response to an inspect must not be streamed');
  return { ...verdict, response: giveBackAfter(response) };
}

/**
 * Runs the verdict's own transform, then shows binds as the client sent them instead of as the engine got
 * them.
 */
const giveBackAfter = (before: ResponseTransform | undefined): ResponseTransform => ({
  limit: before?.limit ?? maxInspectBytes,
  transformResponse: async (head, body) => {
    const replaced = (await before?.transformResponse(head, body)) ?? null;
    const seen = replaced ?? body;
    if (head.status !== 200 || !seen.includes(convertedBindText)) return replaced;
    const parsed = parseJson(seen.toString('utf8'), { depth: 64, elements: 2_000_000, entries: 2_000_000 });
    // The reader of answers makes a 502 of it.
    if (!parsed.ok) throw new Error(`the engine's answer is not JSON: ${parsed.why}`);
    return Buffer.from(writeJson(restoreBinds(parsed.value)), 'utf8');
  },
});
