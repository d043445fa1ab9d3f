import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { RegistryQuestion } from '../../shared/policy/image-trust.ts';
import type { RegistryFacts } from '../engine-api/engine-facts.ts';
import type { CredentialSource } from './docker-credentials.ts';
import { RegistryAuth } from './registry-auth.ts';
import { endpointsOf, isLoopback, type Endpoint } from './registry-hosts.ts';
import { createWeb, type Web, type WebAnswer } from './registry-http.ts';

/** What a registry answered to one question, without caches. */
export type Served =
  | { readonly kind: 'served'; readonly digest: string; readonly children: readonly string[] | null }
  | { readonly kind: 'absent' }
  | { readonly kind: 'denied'; readonly why: string }
  | { readonly kind: 'unavailable'; readonly why: string };

export interface RegistryClient {
  /**
   * Never rejects for a registry's sake. `knownChildren`: those of an index that need not be fetched again.
   */
  ask(
    question: RegistryQuestion,
    knownChildren: (digest: string) => readonly string[] | null,
  ): Promise<Served>;
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

const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const manifestTypes = [
  ...indexTypes,
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const digestShape = /^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/;
const manifestLimitBytes = 4 * 1024 * 1024;
const maxChildren = 256;
const maxRedirects = 3;
/** Longest time for one question, with all its requests. */
const questionMs = 25_000;
/** A registry that asks for longer is asked again after this. */
const maxPauseMs = 6 * 3600_000;

/**
 * A client for one thing: which manifest digest does a registry serve under a reference (OCI distribution,
 * Docker's registry v2)?
 */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const now = options.now ?? Date.now;
  const web = options.web ?? createWeb();
  const timeoutMs = options.timeoutMs ?? 10_000;
  const auth = new RegistryAuth(options.credentials, timeoutMs, now);
  /** Until when a registry asked to be left alone, by origin. */
  const pauses = new Map<string, number>();

  const pause = (endpoint: Endpoint, headers: IncomingHttpHeaders): string => {
    const until = now() + Math.min(Math.max(waitOf(headers, now()), 1000), maxPauseMs);
    pauses.set(endpoint.origin, until);
    return `it limits the rate (429) and is asked again after ${new Date(until).toISOString().slice(0, 19)}Z; a login raises the limit`;
  };

  /** One request with redirects and authorization. */
  const fetch = async (
    web: Pick<Web, 'exchange'>,
    endpoint: Endpoint,
    method: 'GET' | 'HEAD',
    question: RegistryQuestion,
    reference: string,
  ): Promise<WebAnswer | { ok: false; cause: 'denied' | 'limited' | 'auth'; why: string }> => {
    const until = pauses.get(endpoint.origin);
    if (until !== undefined && until > now())
      return {
        ok: false,
        cause: 'limited',
        why: `it limits the rate and is asked again after ${new Date(until).toISOString().slice(0, 19)}Z`,
      };
    let authorization = auth.known(endpoint, question.path);
    for (let fresh = false; ;) {
      const answer = await follow(
        web,
        endpoint,
        method,
        `/v2/${question.path}/manifests/${reference}`,
        authorization,
        timeoutMs,
      );
      if (!answer.ok) return answer;
      if (answer.status === 429 || (answer.status === 503 && answer.headers['retry-after'] !== undefined))
        return { ok: false, cause: 'limited', why: pause(endpoint, answer.headers) };
      if (answer.status === 403) return { ok: false, cause: 'denied', why: 'it denies access (403)' };
      if (answer.status !== 401) return answer;
      // Who was redirected to may not ask for what the registry is told.
      if (!answer.own)
        return { ok: false, cause: 'denied', why: 'it redirects to a place that denies access (401)' };
      auth.forget(endpoint, question.path);
      // Kept authorization may have ended: a fresh one counts, a refused fresh one is a no.
      if (fresh)
        return {
          ok: false,
          cause: 'denied',
          why: 'it denies access (401): there is no such repository, or the login on this machine may not read it',
        };
      const granted = await auth.answer(web, endpoint, question.path, headerOf(answer, 'www-authenticate'));
      if (!granted.ok) {
        if (granted.limited !== undefined)
          return { ok: false, cause: 'limited', why: pause(endpoint, granted.limited) };
        return {
          ok: false,
          cause: granted.denied ? 'denied' : 'auth',
          why: granted.denied ? `it denies access (401): ${granted.why}` : granted.why,
        };
      }
      authorization = granted.header;
      fresh = true;
    }
  };

  const askAt = async (
    web: Pick<Web, 'exchange'>,
    endpoint: Endpoint,
    question: RegistryQuestion,
    knownChildren: (digest: string) => readonly string[] | null,
  ): Promise<Served & { readonly noTls?: boolean }> => {
    const head = await fetch(web, endpoint, 'HEAD', question, question.reference);
    if (!head.ok)
      return {
        kind: head.cause === 'denied' ? 'denied' : 'unavailable',
        why: head.why,
        noTls: head.cause === 'tls' || head.cause === 'connect',
      };
    if (head.status === 404) return { kind: 'absent' };
    const asked = digestShape.test(question.reference) ? question.reference : null;
    const said = headerOf(head, 'docker-content-digest');
    const type = mediaType(head);
    if (
      head.status === 200 &&
      digestShape.test(said) &&
      manifestTypes.includes(type) &&
      (asked === null || asked === said)
    ) {
      if (!indexTypes.includes(type)) return { kind: 'served', digest: said, children: [] };
      const children = knownChildren(said);
      if (children !== null) return { kind: 'served', digest: said, children };
      const body = await fetch(web, endpoint, 'GET', question, said);
      const read = body.ok && body.status === 200 ? readManifest(body.body, said) : null;
      return { kind: 'served', digest: said, children: read?.children ?? null };
    }
    // No digest in the answer to HEAD, or HEAD is not its thing: the content itself tells.
    const got = await fetch(web, endpoint, 'GET', question, question.reference);
    if (!got.ok) return { kind: got.cause === 'denied' ? 'denied' : 'unavailable', why: got.why };
    if (got.status === 404) return { kind: 'absent' };
    if (got.status !== 200) return { kind: 'unavailable', why: `it answered HTTP ${got.status}` };
    const read = readManifest(got.body, asked);
    if (read === null) return { kind: 'unavailable', why: 'what it answered is not an image manifest' };
    return { kind: 'served', ...read };
  };

  const askEverywhere = async (
    facts: RegistryFacts,
    question: RegistryQuestion,
    knownChildren: (digest: string) => readonly string[] | null,
  ): Promise<Served> => {
    const endpoints = await endpointsOf(
      question.domain,
      facts,
      options.certificates ?? '/etc/docker/certs.d',
    );
    // However many steps it takes, and however slowly each drips.
    const end = performance.now() + questionMs;
    const bounded: Pick<Web, 'exchange'> = {
      exchange: (request) =>
        web.exchange({
          ...request,
          timeoutMs: Math.max(1, Math.min(request.timeoutMs, Math.ceil(end - performance.now()))),
        }),
    };
    let last: Served = { kind: 'unavailable', why: 'it has no address' };
    for (const endpoint of endpoints) {
      const { noTls, ...answer } = await askAt(bounded, endpoint, question, knownChildren);
      if (answer.kind === 'served') return answer;
      // Plain http only where https was not understood at all: an answer over it, whatever it is, stands.
      if (!endpoint.mirror && noTls === true && endpoints.at(-1) !== endpoint) continue;
      last =
        answer.kind === 'absent'
          ? answer
          : { kind: answer.kind, why: `${new URL(endpoint.origin).host}: ${answer.why}` };
      if (!endpoint.mirror) return last;
    }
    return last;
  };

  return {
    ask: async (question, knownChildren) => {
      const facts = await options.registries();
      try {
        return await askEverywhere(facts, question, knownChildren);
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

type Followed =
  | Exclude<WebAnswer, { ok: true }>
  | (Extract<WebAnswer, { ok: true }> & {
      /** The endpoint itself, not a place it redirected to. */ readonly own: boolean;
    });

/**
 * How long a registry that limits the rate wants to be left alone, ms: Retry-After in its two forms, Docker
 * Hub's and the draft standard's headers; a minute where it says nothing.
 */
function waitOf(headers: IncomingHttpHeaders, now: number): number {
  const text = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  const after = text('retry-after');
  if (/^\d{1,9}$/.test(after)) return Number(after) * 1000;
  const date = Date.parse(after);
  if (!Number.isNaN(date)) return date - now;
  if (/^\d{9,11}$/.test(text('x-retry-after'))) return Number(text('x-retry-after')) * 1000 - now;
  return /^\d{1,9}$/.test(text('ratelimit-reset')) ? Number(text('ratelimit-reset')) * 1000 : 60_000;
}

/**
 * Follows redirects within what the endpoint may do; authorization and client certificates stay with the
 * endpoint's own origin.
 */
async function follow(
  web: Pick<Web, 'exchange'>,
  endpoint: Endpoint,
  method: 'GET' | 'HEAD',
  path: string,
  authorization: string | null,
  timeoutMs: number,
): Promise<Followed> {
  let url = new URL(path, endpoint.origin);
  for (let hop = 0; ; hop++) {
    const own = url.origin === endpoint.origin;
    const answer = await web.exchange({
      method,
      url,
      limitBytes: manifestLimitBytes,
      timeoutMs,
      direct: isLoopback(url.host),
      tls: own ? endpoint.tls : { verify: true, authorities: [], client: null },
      headers: {
        Accept: manifestTypes.join(', '),
        ...(own && authorization !== null ? { Authorization: authorization } : {}),
      },
    });
    if (!answer.ok || ![301, 302, 303, 307, 308].includes(answer.status))
      return answer.ok ? { ...answer, own } : answer;
    if (hop >= maxRedirects) return { ok: false, cause: 'protocol', why: 'it redirects without end' };
    let next: URL;
    try {
      next = new URL(answer.headers.location ?? '', url);
    } catch {
      return { ok: false, cause: 'protocol', why: 'it redirects to no address' };
    }
    const plainAllowed =
      url.protocol === 'http:' && (next.host === url.host || (isLoopback(next.host) && isLoopback(url.host)));
    if (
      next.username !== '' ||
      next.password !== '' ||
      !(next.protocol === 'https:' || (next.protocol === 'http:' && plainAllowed))
    ) {
      return {
        ok: false,
        cause: 'protocol',
        why: `it redirects to ${next.protocol}//${next.host}, which is not followed`,
      };
    }
    url = next;
  }
}

/**
 * Digest (as asked for, else sha256 of the bytes) and children; null where it is no manifest, or not the one
 * asked for.
 */
function readManifest(
  body: Buffer,
  expected: string | null,
): { digest: string; children: readonly string[] } | null {
  const algorithm = expected?.startsWith('sha512:') === true ? 'sha512' : 'sha256';
  const digest = `${algorithm}:${createHash(algorithm).update(body).digest('hex')}`;
  if (expected !== null && expected !== digest) return null;
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('schemaVersion' in value) || value.schemaVersion !== 2)
    return null;
  if ('manifests' in value && Array.isArray(value.manifests)) {
    const children = value.manifests
      .slice(0, maxChildren)
      .flatMap((entry: unknown) =>
        typeof entry === 'object' &&
        entry !== null &&
        'digest' in entry &&
        typeof entry.digest === 'string' &&
        digestShape.test(entry.digest)
          ? [entry.digest]
          : [],
      );
    return { digest, children };
  }
  return 'config' in value && 'layers' in value ? { digest, children: [] } : null;
}

const headerOf = (answer: WebAnswer & { ok: true }, name: string): string => {
  const value = answer.headers[name];
  return typeof value === 'string' ? value : '';
};
const mediaType = (answer: WebAnswer & { ok: true }): string =>
  headerOf(answer, 'content-type').split(';')[0]?.trim().toLowerCase() ?? '';
