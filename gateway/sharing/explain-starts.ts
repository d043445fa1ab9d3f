import { namesSharingRecord } from '../../shared/isolation/sharing-user.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';
import type { Gatekeeper, GatewayRequest, ResponseTransform } from '../http/exchange.ts';
import { mapVerdict, withResponseTransform } from './map-verdict.ts';
import type { SharingUsers } from './sharing-users.ts';

/** Longest response to a start request, bytes: an error. */
const maxStartResponseBytes = 1024 * 1024;

export interface ExplainStartsOptions {
  readonly users: Pick<SharingUsers, 'explainMissing'>;
  readonly facts: Pick<EngineFacts, 'container'>;
  readonly log: (line: string) => void;
}

/**
 * Wraps the gatekeeper: if the planner refuses a start for lack of a sharing record, logs what is known about
 * that record.
 */
export function explainFailedStarts(decide: Gatekeeper, options: ExplainStartsOptions): Gatekeeper {
  return (request) => {
    const handling = decide(request);
    if (request.match?.route.inspect !== 'start-container') return handling;
    return mapVerdict(
      handling,
      withResponseTransform((before) => explainOnFailure(request, before, options)),
    );
  };
}

function explainOnFailure(
  request: GatewayRequest,
  before: ResponseTransform | undefined,
  options: ExplainStartsOptions,
): ResponseTransform {
  return {
    limit: before?.limit ?? maxStartResponseBytes,
    transformResponse: async (head, body) => {
      // Not awaited: the client does not wait for the log.
      if (namesSharingRecord(body.toString())) void explain(request.match?.subject ?? '', options);
      return (await before?.transformResponse(head, body)) ?? null;
    },
  };
}

/** Never rejects. */
async function explain(reference: string, { users, facts, log }: ExplainStartsOptions): Promise<void> {
  const isId = /^[0-9a-f]{64}$/.test(reference);
  // A container of `docker run --rm`, whose client sends its id, is removed already.
  const id = isId ? reference : ((await facts.container(reference).catch(() => null))?.id ?? null);
  const known = id === null ? 'its id cannot be queried' : users.explainMissing(id);
  log(`container ${reference.slice(0, 12)} was not started, as it is unknown who shares with it: ${known}`);
}
