import type { IncomingHttpHeaders } from 'node:http';
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
import { RegistryAuth } from './registry-auth.ts';
import { headerOf, mediaType, retryAfterMs } from './registry-headers.ts';
import { endpointsOf, type Endpoint } from './registry-hosts.ts';
import { createWeb, type Web, type WebResponse } from './registry-http.ts';
import { followRedirects } from './registry-redirects.ts';

/** A registry's uncached result for one question. */
export type RegistryResponse =
  | { readonly kind: 'served'; readonly digest: string; readonly children: readonly string[] | null }
  | { readonly kind: 'absent' }
  | ({ readonly kind: 'denied' } & RegistryProblem)
  | ({ readonly kind: 'unavailable' } & RegistryProblem);

export interface RegistryClient {
  /**
   * Never rejects for a registry's sake. `knownChildren`: those of an index that need not be fetched again.
   */
  ask(
    question: RegistryQuery,
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

/** A point in time as messages have it; `at` is ms since the epoch. */
const timeText = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** Longest time for one question, with all its requests. */
const queryTimeoutMs = 25_000;
/** Upper bound of a registry's Retry-After. */
const maxBackoffMs = 6 * 3600_000;

/**
 * A client for one thing: which manifest digest does a registry serve under a reference (OCI distribution,
 * Docker's registry v2)?
 */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const now = options.now ?? Date.now;
  const web = options.web ?? createWeb();
  const timeoutMs = options.timeoutMs ?? 10_000;
  const auth = new RegistryAuth(options.credentials, timeoutMs, now);
  /** End of a registry's rate-limit back-off, by origin. */
  const backoffs = new Map<string, number>();

  const backOff = (endpoint: Endpoint, headers: IncomingHttpHeaders): RegistryProblem => {
    const until = now() + Math.min(Math.max(retryAfterMs(headers, now()), 1000), maxBackoffMs);
    backoffs.set(endpoint.origin, until);
    return registryProblem(message('registry.limits-rate', { time: timeText(until) }));
  };

  /** One request with redirects and authorization. */
  const fetch = async (
    web: Pick<Web, 'exchange'>,
    endpoint: Endpoint,
    method: 'GET' | 'HEAD',
    question: RegistryQuery,
    reference: string,
  ): Promise<WebResponse | ({ ok: false; cause: 'denied' | 'limited' | 'auth' } & RegistryProblem)> => {
    const until = backoffs.get(endpoint.origin);
    if (until !== undefined && until > now())
      return {
        ok: false,
        cause: 'limited',
        ...registryProblem(message('registry.still-limits-rate', { time: timeText(until) })),
      };
    let authorization = auth.known(endpoint, question.path);
    for (let fresh = false; ;) {
      const response = await followRedirects(
        web,
        endpoint,
        method,
        `/v2/${question.path}/manifests/${reference}`,
        authorization,
        timeoutMs,
      );
      if (!response.ok) return response;
      if (
        response.status === 429 ||
        (response.status === 503 && response.headers['retry-after'] !== undefined)
      )
        return { ok: false, cause: 'limited', ...backOff(endpoint, response.headers) };
      if (response.status === 403)
        return { ok: false, cause: 'denied', ...registryProblem(message('registry.denies-access')) };
      if (response.status !== 401) return response;
      // A redirect target must not get the registry's credentials.
      if (!response.own)
        return { ok: false, cause: 'denied', ...registryProblem(message('registry.redirects-to-denial')) };
      auth.forget(endpoint, question.path);
      // Kept authorization may have ended: a fresh one counts, a refused fresh one is a no.
      if (fresh)
        return {
          ok: false,
          cause: 'denied',
          ...registryProblem(message('registry.no-repository-or-right')),
        };
      const granted = await auth.answer(web, endpoint, question.path, headerOf(response, 'www-authenticate'));
      if (!granted.ok) {
        if (granted.limited !== undefined)
          return { ok: false, cause: 'limited', ...backOff(endpoint, granted.limited) };
        return {
          ok: false,
          cause: granted.denied ? 'denied' : 'auth',
          ...(granted.denied
            ? registryProblem(message('registry.denies-access-because', { problem: problemText(granted) }))
            : problemOf(granted)),
        };
      }
      authorization = granted.header;
      fresh = true;
    }
  };

  const queryEndpoint = async (
    web: Pick<Web, 'exchange'>,
    endpoint: Endpoint,
    question: RegistryQuery,
    knownChildren: (digest: string) => readonly string[] | null,
  ): Promise<RegistryResponse & { readonly noTls?: boolean }> => {
    const head = await fetch(web, endpoint, 'HEAD', question, question.reference);
    if (!head.ok)
      return {
        kind: head.cause === 'denied' ? 'denied' : 'unavailable',
        ...problemOf(head),
        noTls: head.cause === 'tls' || head.cause === 'connect',
      };
    if (head.status === 404) return { kind: 'absent' };
    const requestedDigest = digestShape.test(question.reference) ? question.reference : null;
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
      const body = await fetch(web, endpoint, 'GET', question, servedDigest);
      const read = body.ok && body.status === 200 ? readManifest(body.body, servedDigest) : null;
      return { kind: 'served', digest: servedDigest, children: read?.children ?? null };
    }
    // No digest in the response to HEAD, or HEAD is unsupported: the digest is computed from the content.
    const content = await fetch(web, endpoint, 'GET', question, question.reference);
    if (!content.ok)
      return { kind: content.cause === 'denied' ? 'denied' : 'unavailable', ...problemOf(content) };
    if (content.status === 404) return { kind: 'absent' };
    if (content.status !== 200)
      return {
        kind: 'unavailable',
        ...registryProblem(message('registry.answered-status', { status: content.status })),
      };
    const read = readManifest(content.body, requestedDigest);
    if (read === null)
      return { kind: 'unavailable', ...registryProblem(message('registry.answered-no-manifest')) };
    return { kind: 'served', ...read };
  };

  const queryEndpoints = async (
    facts: RegistryFacts,
    question: RegistryQuery,
    knownChildren: (digest: string) => readonly string[] | null,
  ): Promise<RegistryResponse> => {
    const endpoints = await endpointsOf(
      question.domain,
      facts,
      options.certificates ?? '/etc/docker/certs.d',
    );
    // However many steps it takes, and however slowly each drips.
    const end = performance.now() + queryTimeoutMs;
    const bounded: Pick<Web, 'exchange'> = {
      exchange: (request) =>
        web.exchange({
          ...request,
          timeoutMs: Math.max(1, Math.min(request.timeoutMs, Math.ceil(end - performance.now()))),
        }),
    };
    let last: RegistryResponse = {
      kind: 'unavailable',
      ...registryProblem(message('registry.has-no-address')),
    };
    for (const endpoint of endpoints) {
      const { noTls, ...answer } = await queryEndpoint(bounded, endpoint, question, knownChildren);
      if (answer.kind === 'served') return answer;
      // Plain http only where https was not understood at all: an answer over it, whatever it is, stands.
      if (!endpoint.mirror && noTls === true && endpoints.at(-1) !== endpoint) continue;
      last =
        answer.kind === 'absent'
          ? answer
          : {
              kind: answer.kind,
              ...registryProblem(
                message('common.what-and-why', {
                  what: new URL(endpoint.origin).host,
                  why: problemText(answer),
                }),
              ),
            };
      if (!endpoint.mirror) return last;
    }
    return last;
  };

  return {
    ask: async (question, knownChildren) => {
      const facts = await options.registries();
      try {
        return await queryEndpoints(facts, question, knownChildren);
      } catch (error) {
        // An address that is none, an authority that can't be read: not this program's fault, and no answer.
        return {
          kind: 'unavailable',
          why: `${question.domain}: ${error instanceof Error ? error.message : String(error)}`,
        };
      }
    },
    close: () => {
      web.close();
    },
  };
}
