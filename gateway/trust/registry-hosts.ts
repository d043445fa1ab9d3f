import { readFile, readdir } from 'node:fs/promises';
import { BlockList, isIP } from 'node:net';
import path from 'node:path';
import type { RegistryFacts } from '../engine-api/engine-facts.ts';
import type { TlsChoice } from './registry-http.ts';

/** A server that is queried for a repository's manifests. */
export interface Endpoint {
  /** Scheme, host and port, no path: `https://registry-1.docker.io`. */
  readonly origin: string;
  readonly tls: TlsChoice;
  /** May this host be connected to without TLS, or with an unverified certificate? */
  readonly insecure: boolean;
  /** What docker login stored credentials under; null: none are sent (mirrors, as the engine does it). */
  readonly credentialsFor: string | null;
  readonly mirror: boolean;
}

/**
 * The endpoints of a registry, in the order in which the engine queries them: mirrors of Docker Hub
 * first; without TLS only this machine and what daemon.json calls insecure.
 */
export async function endpointsOf(
  domain: string,
  facts: RegistryFacts,
  certificates: string,
): Promise<Endpoint[]> {
  if (domain === 'docker.io') {
    const mirrors = await Promise.all(
      facts.mirrors.map((mirror) => mirrorEndpoint(mirror, facts, certificates)),
    );
    const hub: Endpoint = {
      origin: 'https://registry-1.docker.io',
      tls: await tlsOf('registry-1.docker.io', certificates),
      insecure: false,
      credentialsFor: 'https://index.docker.io/v1/',
      mirror: false,
    };
    return [...mirrors.filter((mirror) => mirror !== null), hub];
  }
  const insecure = isInsecure(domain, facts);
  const tls = await tlsOf(domain, certificates);
  // An authority in that directory requires verification.
  const verified = tls.authorities.length > 0 || !insecure;
  const secure: Endpoint = {
    origin: `https://${domain}`,
    tls: { ...tls, verify: verified },
    insecure,
    credentialsFor: domain,
    mirror: false,
  };
  return verified ? [secure] : [secure, { ...secure, origin: `http://${domain}` }];
}

async function mirrorEndpoint(
  written: string,
  facts: RegistryFacts,
  certificates: string,
): Promise<Endpoint | null> {
  let url: URL;
  try {
    url = new URL(written);
  } catch {
    return null;
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  const insecure = isInsecure(url.host, facts);
  const tls = await tlsOf(url.host, certificates);
  // The administrator wrote its scheme into daemon.json.
  return {
    origin: url.origin,
    tls: { ...tls, verify: tls.authorities.length > 0 || !insecure },
    insecure,
    credentialsFor: null,
    mirror: true,
  };
}

/**
 * `host[:port]` of this machine, which nobody else on the network can intercept: 127.0.0.0/8, ::1, localhost.
 */
export function isLoopback(host: string): boolean {
  const name = hostName(host);
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/**
 * Names that resolve into an insecure range do not count, unlike with the engine: a name server would decide
 * on TLS.
 */
function isInsecure(host: string, facts: RegistryFacts): boolean {
  if (isLoopback(host) || facts.insecureHosts.includes(host.toLowerCase())) return true;
  const address = hostName(host);
  const family = isIP(address);
  if (family === 0) return false;
  const ranges = new BlockList();
  for (const range of facts.insecureRanges) {
    const [net, prefix] = range.split('/');
    const kind = isIP(net ?? '');
    if (
      net === undefined ||
      kind === 0 ||
      !/^\d{1,3}$/.test(prefix ?? '') ||
      Number(prefix) > (kind === 6 ? 128 : 32)
    )
      continue;
    ranges.addSubnet(net, Number(prefix), kind === 6 ? 'ipv6' : 'ipv4');
  }
  return ranges.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

function hostName(host: string): string {
  return host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d+$/, '').toLowerCase();
}

/**
 * Authorities (`*.crt`) and client certificates (`*.cert` + `*.key`) for a host, laid out as for the engine.
 */
async function tlsOf(host: string, directory: string): Promise<TlsChoice> {
  const plain: TlsChoice = { verify: true, authorities: [], client: null };
  // A host is one path component: the grammar of references has no slash in it; a mirror's comes out of a
  // URL.
  if (host.includes('/') || host === '.' || host === '..') return plain;
  const here = path.join(directory, host);
  const names = (await readdir(here).catch(() => [])).toSorted();
  const read = (name: string) => readFile(path.join(here, name), 'utf8');
  try {
    const authorities = await Promise.all(names.filter((name) => name.endsWith('.crt')).map(read));
    const cert = names.find((name) => name.endsWith('.cert') && names.includes(name.replace(/cert$/, 'key')));
    return {
      verify: true,
      authorities,
      client:
        cert === undefined ? null : { cert: await read(cert), key: await read(cert.replace(/cert$/, 'key')) },
    };
  } catch {
    return plain;
  }
}
