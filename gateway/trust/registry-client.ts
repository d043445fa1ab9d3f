import type { RegistryQuery } from '../../shared/policy/image-trust-facts.ts';
import { message } from '../../shared/messages/message.ts';
import {
  problemOf,
  problemText,
  registryProblem,
  type RegistryProblem,
} from '../../shared/settings/registry-problem.ts';
import type { RegistryFacts } from '../engine-api/engine-facts.ts';
import type { CredentialSource } from './docker-credentials.ts';
import { digestShape, indexTypes, manifestTypes, readManifest } from './manifest.ts';
import { ManifestRequests, type ManifestRequest } from './manifest-requests.ts';
import { headerOf, mediaType } from './registry-headers.ts';
import { endpointsOf } from './registry-hosts.ts';
import { createWeb, type Web } from './registry-http.ts';

/** A registry's uncached response to one query. */
export type RegistryResponse =
  | { readonly kind: 'served'; readonly digest: string; readonly children: readonly string[] | null }
  | { readonly kind: 'absent' }
  | ({ readonly kind: 'denied' } & RegistryProblem)
  | ({ readonly kind: 'unavailable' } & RegistryProblem);

export interface RegistryClient {
  /**
   * Never rejects for a registry's sake. `knownChildren`: those of an index that need not be fetched again.
   */
  query(
    query: RegistryQuery,
    knownChildren: (digest: string) => readonly string[] | null,
  ): Promise<RegistryResponse>;
  close(): void;
}

export interface RegistryClientOptions {
  readonly registries: () => Promise<RegistryFacts>;
  readonly credentials: CredentialSource;
  /** Directory of the engine's authorities and client certificates. Default /etc/docker/certs.d. */
  readonly certificates?: string;
  readonly timeoutMs?: number;
  readonly web?: Web;
  readonly now?: () => number;
}

/** Time limit of one query with all its requests, ms. */
const queryTimeoutMs = 25_000;

type KnownChildren = (digest: string) => readonly string[] | null;

/**
 * A client for one thing: which manifest digest does a registry serve under a reference (OCI distribution,
 * Docker's registry v2)?
 */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const web = options.web ?? createWeb();
  const now = options.now ?? Date.now;
  const requests = new ManifestRequests(options.credentials, options.timeoutMs ?? 10_000, now);
  const certificates = options.certificates ?? '/etc/docker/certs.d';
  return {
    query: async (query, knownChildren) => {
      const facts = await options.registries();
      try {
        return await queryEndpoints(requests, web, { facts, certificates }, query, knownChildren);
      } catch (error) {
        // An invalid address, an unreadable certificate authority: no internal error, and no response.
        return {
          kind: 'unavailable',
          why: `${query.domain}: ${error instanceof Error ? error.message : String(error)}`,
        };
      }
    },
    close: () => {
      web.close();
    },
  };
}

/** Gives all requests of a query one deadline, however many there are, and however slow each is. */
function withDeadline(web: Web, timeoutMs: number): Pick<Web, 'exchange'> {
  const end = performance.now() + timeoutMs;
  return {
    exchange: (request) =>
      web.exchange({
        ...request,
        timeoutMs: Math.max(1, Math.min(request.timeoutMs, Math.ceil(end - performance.now()))),
      }),
  };
}

/** Queries mirrors first, then the registry itself. */
async function queryEndpoints(
  requests: ManifestRequests,
  web: Web,
  { facts, certificates }: { readonly facts: RegistryFacts; readonly certificates: string },
  query: RegistryQuery,
  knownChildren: KnownChildren,
): Promise<RegistryResponse> {
  const endpoints = await endpointsOf(query.domain, facts, certificates);
  const bounded = withDeadline(web, queryTimeoutMs);
  let last: RegistryResponse = {
    kind: 'unavailable',
    ...registryProblem(message('registry.no-address')),
  };
  for (const endpoint of endpoints) {
    const { noTls, ...response } = await queryEndpoint(
      requests,
      { web: bounded, endpoint, query },
      knownChildren,
    );
    if (response.kind === 'served') return response;
    // Plain http only where https was not understood at all: any response over it is final.
    if (!endpoint.mirror && noTls === true && endpoints.at(-1) !== endpoint) continue;
    last =
      response.kind === 'absent'
        ? response
        : {
            kind: response.kind,
            ...registryProblem(
              message('common.what-and-why', {
                what: new URL(endpoint.origin).host,
                why: problemText(response),
              }),
            ),
          };
    if (!endpoint.mirror) return last;
  }
  return last;
}

/** `noTls`: the endpoint could not be reached over TLS. */
async function queryEndpoint(
  requests: ManifestRequests,
  request: ManifestRequest,
  knownChildren: KnownChildren,
): Promise<RegistryResponse & { readonly noTls?: boolean }> {
  const { reference } = request.query;
  const head = await requests.send('HEAD', request, reference);
  if (!head.ok)
    return {
      kind: head.cause === 'denied' ? 'denied' : 'unavailable',
      ...problemOf(head),
      noTls: head.cause === 'tls' || head.cause === 'connect',
    };
  if (head.status === 404) return { kind: 'absent' };
  const requestedDigest = digestShape.test(reference) ? reference : null;
  const servedDigest = headerOf(head, 'docker-content-digest');
  const type = mediaType(head);
  if (
    head.status === 200 &&
    digestShape.test(servedDigest) &&
    manifestTypes.includes(type) &&
    (requestedDigest === null || requestedDigest === servedDigest)
  ) {
    if (!indexTypes.includes(type)) return { kind: 'served', digest: servedDigest, children: [] };
    const children = knownChildren(servedDigest);
    if (children !== null) return { kind: 'served', digest: servedDigest, children };
    const body = await requests.send('GET', request, servedDigest);
    const read = body.ok && body.status === 200 ? readManifest(body.body, servedDigest) : null;
    return { kind: 'served', digest: servedDigest, children: read?.children ?? null };
  }
  // No digest in the response to HEAD, or HEAD is unsupported: the digest is computed from the content.
  return readContent(requests, request, requestedDigest);
}

async function readContent(
  requests: ManifestRequests,
  request: ManifestRequest,
  requestedDigest: string | null,
): Promise<RegistryResponse> {
  const content = await requests.send('GET', request, request.query.reference);
  if (!content.ok)
    return { kind: content.cause === 'denied' ? 'denied' : 'unavailable', ...problemOf(content) };
  if (content.status === 404) return { kind: 'absent' };
  if (content.status !== 200)
    return {
      kind: 'unavailable',
      ...registryProblem(message('registry.error-status', { status: content.status })),
    };
  const read = readManifest(content.body, requestedDigest);
  if (read === null) return { kind: 'unavailable', ...registryProblem(message('registry.not-a-manifest')) };
  return { kind: 'served', ...read };
}
