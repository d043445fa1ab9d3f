import type { ExplainedRequest } from '../../shared/explain/explanation.ts';
import { backendCapabilities, chosenBackend } from '../../shared/isolation/backends.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';

const joinedNamespace = /^HostConfig\.(?:Network|Pid|Ipc)Mode$/;
const joinedPrefix = 'container:';

/**
 * Whether the gateway may deny a request that the dry run does not: it joins the namespaces of a container
 * that may be another user's (A3), and only the gateway knows whose it is. `isOwn` are containers that the
 * dry run created itself.
 */
export function mayJoinOthersContainer(
  requests: readonly ExplainedRequest[],
  settings: Pick<EffectiveSettings, 'backend' | 'eci' | 'mode'>,
  isOwn: (reference: string) => boolean,
): boolean {
  // Without ranges of their own no container belongs to a user, and audit mode denies nothing.
  if (!settings.eci.value || settings.mode === 'audit') return false;
  if (!backendCapabilities[chosenBackend(settings.backend)].ownRange) return false;
  return requests.some(
    (request) => request.outcome !== 'deny' && joinedBy(request).some((joined) => !isOwn(joined)),
  );
}

/** The containers, as written, whose namespaces a request joins. */
const joinedBy = ({ passed = [], findings }: ExplainedRequest): string[] =>
  [...passed, ...findings.flatMap(({ part }) => part ?? [])]
    .filter(({ field, value }) => joinedNamespace.test(field) && value.startsWith(joinedPrefix))
    .map(({ value }) => value.slice(joinedPrefix.length));
