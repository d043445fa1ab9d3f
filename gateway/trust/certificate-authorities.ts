import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';

/** Where distributions keep the authorities of the machine, in the order in which Go looks. */
const systemBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The authorities that Node trusts and those of the machine, which Go, and so the engine, trusts; PEM. A Node
 * that cannot list them (before 22.15, as in older Electrons) has its built-in ones, and the machine's are
 * read from their usual file.
 */
export function certificateAuthorities(env: NodeJS.ProcessEnv): readonly string[] {
  const listed = listsAuthorities()
    ? [...tls.getCACertificates('default'), ...tls.getCACertificates('system')]
    : [...tls.rootCertificates, ...certificatesIn(env['NODE_EXTRA_CA_CERTS']), ...systemCertificates(env)];
  return [...new Set(listed)];
}

/** By its value: a bundle's `node:tls` has getters for the names in the Node that built it. */
const listsAuthorities = (): boolean => typeof tls.getCACertificates === 'function';

function systemCertificates(env: NodeJS.ProcessEnv): readonly string[] {
  for (const file of [env['SSL_CERT_FILE'], ...systemBundles]) {
    const certificates = certificatesIn(file);
    if (certificates.length > 0) return certificates;
  }
  return [];
}

/** The certificates of a PEM file; none where it is absent or cannot be read. */
function certificatesIn(file: string | undefined): readonly string[] {
  if (file === undefined || file === '') return [];
  try {
    return (
      readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
    );
  } catch {
    return [];
  }
}

/** Whether this Node's agents use proxies (`proxyEnv`); older ones bypass them. */
export const supportsProxies = (): boolean => process.allowedNodeEnvironmentFlags.has('--use-env-proxy');

/** Whether the environment has a proxy for such a URL; exceptions by NO_PROXY are not considered. */
export function hasProxy(env: NodeJS.ProcessEnv, { protocol }: URL): boolean {
  const names = protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
  return names.some((name) => (env[name] ?? '') !== '');
}
