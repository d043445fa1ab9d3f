import type { IncomingHttpHeaders } from 'node:http';
import type { RegistryQuery } from '../../shared/policy/image-trust-facts.ts';
import { message } from '../../shared/messages/message.ts';
import {
  problemOf,
  problemText,
  registryProblem,
  type RegistryProblem,
} from '../../shared/settings/registry-problem.ts';
import type { CredentialSource } from './docker-credentials.ts';
import { RegistryAuth, type Authorization } from './registry-auth.ts';
import { headerOf, retryAfterMs } from './registry-headers.ts';
import type { Endpoint } from './registry-hosts.ts';
import type { Web, WebResponse } from './registry-http.ts';
import { followRedirects, type RedirectedResponse } from './registry-redirects.ts';

/** Upper bound of a registry's Retry-After. */
const maxBackoffMs = 6 * 3600_000;

/** A point in time as messages have it; `at` is ms since the epoch. */
const timeText = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** Why a request got no response about the manifest. */
export type RequestFailure = {
  readonly ok: false;
  readonly cause: 'denied' | 'limited' | 'auth';
} & RegistryProblem;

/** Where one manifest is requested. */
export interface ManifestRequest {
  readonly web: Pick<Web, 'exchange'>;
  readonly endpoint: Endpoint;
  readonly query: RegistryQuery;
}

/**
 * Requests of manifests, with redirects and authorization. Honours the back-off of a registry that limits the
 * rate.
 */
export class ManifestRequests {
  readonly #auth: RegistryAuth;
  readonly #timeoutMs: number;
  readonly #now: () => number;
  /** End of a registry's rate-limit back-off, by origin. */
  readonly #backoffs = new Map<string, number>();

  constructor(credentials: CredentialSource, timeoutMs: number, now: () => number) {
    this.#auth = new RegistryAuth(credentials, timeoutMs, now);
    this.#timeoutMs = timeoutMs;
    this.#now = now;
  }

  async send(
    method: 'GET' | 'HEAD',
    request: ManifestRequest,
    reference: string,
  ): Promise<WebResponse | RequestFailure> {
    const { web, endpoint, query } = request;
    const until = this.#backoffs.get(endpoint.origin);
    if (until !== undefined && until > this.#now())
      return {
        ok: false,
        cause: 'limited',
        ...registryProblem(message('registry.still-rate-limited', { time: timeText(until) })),
      };
    const file = `/v2/${query.path}/manifests/${reference}`;
    let authorization = this.#auth.cached(endpoint, query.path);
    for (let fresh = false; ; fresh = true) {
      const response = await followRedirects(web, endpoint, method, file, authorization, this.#timeoutMs);
      if (!response.ok) return response;
      const failure = this.#failureOf(response, endpoint);
      if (failure !== null) return failure;
      if (response.status !== 401) return response;
      this.#auth.forget(endpoint, query.path);
      // A cached authorization may have expired; a fresh one that is refused is final.
      if (fresh)
        return {
          ok: false,
          cause: 'denied',
          ...registryProblem(message('registry.repository-missing-or-denied')),
        };
      const challenge = headerOf(response, 'www-authenticate');
      const granted = await this.#auth.authorize(web, endpoint, query.path, challenge);
      if (!granted.ok) return this.#authorizationFailure(granted, endpoint);
      authorization = granted.header;
    }
  }

  /** The failure of a status that no other authorization would change; else null. */
  #failureOf(response: Extract<RedirectedResponse, { ok: true }>, endpoint: Endpoint): RequestFailure | null {
    const { status, headers } = response;
    if (status === 429 || (status === 503 && headers['retry-after'] !== undefined))
      return { ok: false, cause: 'limited', ...this.#backOff(endpoint, headers) };
    if (status === 403)
      return { ok: false, cause: 'denied', ...registryProblem(message('registry.access-denied')) };
    // A redirect target must not get the registry's credentials.
    if (status === 401 && !response.own)
      return { ok: false, cause: 'denied', ...registryProblem(message('registry.redirects-to-denial')) };
    return null;
  }

  #authorizationFailure(refused: Extract<Authorization, { ok: false }>, endpoint: Endpoint): RequestFailure {
    if (refused.limited !== undefined)
      return { ok: false, cause: 'limited', ...this.#backOff(endpoint, refused.limited) };
    if (!refused.denied) return { ok: false, cause: 'auth', ...problemOf(refused) };
    const problem = problemText(refused);
    return {
      ok: false,
      cause: 'denied',
      ...registryProblem(message('registry.access-denied-because', { problem })),
    };
  }

  #backOff(endpoint: Endpoint, headers: IncomingHttpHeaders): RegistryProblem {
    const now = this.#now();
    const until = now + Math.min(Math.max(retryAfterMs(headers, now), 1000), maxBackoffMs);
    this.#backoffs.set(endpoint.origin, until);
    return registryProblem(message('registry.rate-limited', { time: timeText(until) }));
  }
}
