import type { IncomingHttpHeaders } from 'node:http';
import { message } from '../../shared/messages/message.ts';
import {
  problemText,
  registryProblem,
  type RegistryProblem,
} from '../../shared/settings/registry-problem.ts';
import { CredentialHelperError, type Credentials, type CredentialSource } from './docker-credentials.ts';
import { isLoopback, type Endpoint } from './registry-hosts.ts';
import type { Web, WebRequest, WebResponse } from './registry-http.ts';

export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads `WWW-Authenticate` (RFC 9110): schemes in lower case, the first of a repeated parameter. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  const token = /\s*,?\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/y;
  for (
    let match = token.exec(header.slice(0, 8192));
    match !== null && match[0] !== '';
    match = token.exec(header.slice(0, 8192))
  ) {
    const [, name = '', quoted, plain] = match;
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
    else {
      const last = challenges.at(-1)?.parameters;
      if (last !== undefined && !last.has(name.toLowerCase())) last.set(name.toLowerCase(), value);
    }
  }
  return challenges;
}

export type Authorization =
  | { readonly ok: true; /** Value of the Authorization header. */ readonly header: string }
  | ({
      readonly ok: false;
      readonly denied: boolean;
      /** Headers of a response that limits the rate. */ readonly limited?: IncomingHttpHeaders;
    } & RegistryProblem);

const tokenLimitBytes = 64 * 1024;

/**
 * Authorization for reading one repository at one endpoint; tokens are kept until shortly before they end.
 */
export class RegistryAuth {
  private readonly tokens = new Map<string, { readonly header: string; readonly until: number }>();
  private readonly credentials: CredentialSource;
  private readonly timeoutMs: number;
  private readonly now: () => number;

  constructor(credentials: CredentialSource, timeoutMs: number, now: () => number) {
    this.credentials = credentials;
    this.timeoutMs = timeoutMs;
    this.now = now;
  }

  /** The Authorization header of an earlier challenge, while it is valid; else null. */
  cached(endpoint: Endpoint, repository: string): string | null {
    const found = this.tokens.get(`${endpoint.origin}/${repository}`);
    return found !== undefined && found.until > this.now() ? found.header : null;
  }

  forget(endpoint: Endpoint, repository: string): void {
    this.tokens.delete(`${endpoint.origin}/${repository}`);
  }

  /**
   * Answers the challenge of a 401. Credentials go to the endpoint itself (Basic) or to the token server it
   * names (Bearer), over TLS only, unless both are this machine.
   */
  async authorize(
    web: Pick<Web, 'exchange'>,
    endpoint: Endpoint,
    repository: string,
    header: string,
  ): Promise<Authorization> {
    const challenges = parseChallenges(header);
    let stored: Credentials | null;
    try {
      stored =
        endpoint.credentialsFor === null ? null : await this.credentials.lookUp(endpoint.credentialsFor);
    } catch (error) {
      return { ok: false, denied: false, ...credentialsProblem(error) };
    }
    const bearer = challenges.find((challenge) => challenge.scheme === 'bearer');
    if (bearer !== undefined) return this.token(web, endpoint, repository, bearer, stored);
    if (challenges.some((challenge) => challenge.scheme === 'basic')) {
      if (stored?.kind !== 'password')
        return {
          ok: false,
          denied: true,
          ...registryProblem(message('registry.login-required', { registry: endpoint.credentialsFor ?? '' })),
        };
      return {
        ok: true,
        header: this.storeToken(
          endpoint,
          repository,
          `Basic ${encodeBasic(stored.user, stored.password)}`,
          300,
        ),
      };
    }
    return { ok: false, denied: true, ...registryProblem(message('registry.unknown-authorization')) };
  }

  private async token(
    web: Pick<Web, 'exchange'>,
    endpoint: Endpoint,
    repository: string,
    challenge: Challenge,
    stored: Credentials | null,
  ): Promise<Authorization> {
    const realm = readRealm(challenge.parameters.get('realm') ?? '', endpoint);
    if (realm === null)
      return {
        ok: false,
        denied: false,
        ...registryProblem(message('registry.token-server-without-tls')),
      };
    const service = challenge.parameters.get('service') ?? '';
    // Reading this repository, whatever more the registry would like to grant.
    const scope = `repository:${repository}:pull`;
    const request = {
      limitBytes: tokenLimitBytes,
      timeoutMs: this.timeoutMs,
      tls:
        realm.host === new URL(endpoint.origin).host
          ? endpoint.tls
          : { verify: true, authorities: [], client: null },
      direct: isLoopback(realm.host),
    };
    const response = await web.exchange({ ...request, ...tokenRequest(realm, service, scope, stored) });
    const grant = readTokenResponse(response, realm.host, stored);
    if (!grant.ok) return grant;
    return {
      ok: true,
      header: this.storeToken(endpoint, repository, `Bearer ${grant.token}`, grant.seconds),
    };
  }

  private storeToken(endpoint: Endpoint, repository: string, header: string, seconds: number): string {
    if (this.tokens.size > 500) this.tokens.clear();
    this.tokens.set(`${endpoint.origin}/${repository}`, { header, until: this.now() + (seconds - 5) * 1000 });
    return header;
  }
}

/**
 * The token server's address; null where what is sent there could be read by others, or where it is no plain
 * address.
 */
function readRealm(written: string, endpoint: Endpoint): URL | null {
  let url: URL;
  try {
    url = new URL(written);
  } catch {
    return null;
  }
  if (url.username !== '' || url.password !== '') return null;
  if (url.protocol === 'https:') return url;
  if (url.protocol !== 'http:') return null;
  const registry = new URL(endpoint.origin);
  const samePlainHost = registry.protocol === 'http:' && endpoint.insecure && url.host === registry.host;
  return samePlainHost || (isLoopback(url.host) && isLoopback(registry.host)) ? url : null;
}

/**
 * The request for a token: with an identity token by OAuth 2, otherwise by GET, with a password if there is
 * one.
 */
function tokenRequest(
  realm: URL,
  service: string,
  scope: string,
  stored: Credentials | null,
): Pick<WebRequest, 'method' | 'url' | 'headers' | 'body'> {
  if (stored?.kind === 'identity-token') {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      service,
      scope,
      client_id: 'bulkhead',
      refresh_token: stored.token,
    }).toString();
    return {
      method: 'POST',
      url: realm,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' },
      body,
    };
  }
  const url = new URL(realm);
  if (service !== '') url.searchParams.set('service', service);
  url.searchParams.set('scope', scope);
  return {
    method: 'GET',
    url,
    headers: {
      Accept: 'application/json',
      ...(stored === null ? {} : { Authorization: `Basic ${encodeBasic(stored.user, stored.password)}` }),
    },
  };
}

function readTokenResponse(
  response: WebResponse,
  host: string,
  stored: Credentials | null,
): ({ readonly ok: true } & TokenGrant) | Extract<Authorization, { ok: false }> {
  if (!response.ok)
    return {
      ok: false,
      denied: false,
      ...registryProblem(message('registry.token-server-unusable', { host, problem: problemText(response) })),
    };
  const { status } = response;
  if (status === 401 || status === 403)
    return {
      ok: false,
      denied: true,
      ...registryProblem(
        message(stored === null ? 'registry.token-server-login-required' : 'registry.credentials-refused'),
      ),
    };
  if (status === 429)
    return {
      ok: false,
      denied: false,
      ...registryProblem(message('registry.token-server-rate-limited')),
      limited: response.headers,
    };
  const grant = status === 200 ? readGrant(response.body) : null;
  if (grant === null)
    return { ok: false, denied: false, ...registryProblem(message('registry.no-token', { host, status })) };
  return { ok: true, ...grant };
}

interface TokenGrant {
  readonly token: string;
  readonly seconds: number;
}

function readGrant(body: Buffer): TokenGrant | null {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const fields = value as Record<string, unknown>; // an object
  const token = fields['token'] ?? fields['access_token'];
  const seconds = fields['expires_in'];
  // It becomes a header: printable characters without spaces.
  if (typeof token !== 'string' || !/^[\x21-\x7e]{1,32768}$/.test(token)) return null;
  return { token, seconds: typeof seconds === 'number' && seconds > 0 ? Math.min(seconds, 3600) : 60 };
}

const encodeBasic = (user: string, password: string): string =>
  Buffer.from(`${user}:${password}`, 'utf8').toString('base64');

const credentialsProblem = (error: unknown): RegistryProblem =>
  error instanceof CredentialHelperError
    ? registryProblem(error.sentence)
    : { why: error instanceof Error ? error.message : String(error) };
