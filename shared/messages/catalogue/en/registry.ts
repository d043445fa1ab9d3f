import { concat } from '../concat.ts';

/** Why a registry returned no result for an image. */
export const registry = {
  'registry.not-queried': 'the registry was not queried',
  'registry.helper-timed-out': '{{helper}} did not answer within {{seconds}} s',
  'registry.helper-failed': '{{helper}} failed',
  'registry.helper-unreadable': '{{helper}} returned nothing readable',
  'registry.login-required':
    'it requires a login: run docker login {{registry}} as the user the gateway runs as',
  'registry.unknown-authorization': 'it requires an unknown kind of authorization',
  'registry.token-server-without-tls': 'the token server it names may not be used: its address is not HTTPS',
  'registry.token-server-unusable': 'its token server {{host}} cannot be used: {{problem}}',
  'registry.token-server-login-required': 'its token server requires a login',
  'registry.credentials-refused': 'the stored credentials were refused: log in again',
  'registry.token-server-rate-limited': 'its token server limits the rate',
  'registry.no-token': 'its token server {{host}} gave no token (HTTP {{status}})',
  'registry.rate-limited':
    'it limits the rate (429) and is queried again after {{time}}; a login raises the limit',
  'registry.still-rate-limited': 'it limits the rate and is queried again after {{time}}',
  'registry.access-denied': 'it denies access (403)',
  'registry.redirects-to-denial': 'it redirects to an address that denies access (401)',
  'registry.repository-missing-or-denied':
    'it denies access (401): there is no such repository, or the login on this machine may not read it',
  'registry.access-denied-because': 'it denies access (401): {{problem}}',
  'registry.error-status': 'it responded with HTTP {{status}}',
  'registry.not-a-manifest': 'its response is not an image manifest',
  'registry.no-address': 'it has no address',
  'registry.too-many-redirects': 'it redirects too often',
  'registry.redirect-without-address': 'it redirects to no address',
  'registry.redirect-not-followed': 'it redirects to {{address}}, which is not followed',
  'registry.proxy-unsupported':
    'its proxy cannot be used by this version of Electron; bulkhead settings lint --registry uses it',
  'registry.response-too-long': 'the answer is longer than {{limit}} bytes',
  'registry.timed-out': 'it did not answer within {{seconds}} s',
  'registry.name-not-found': "its name could not be looked up ({{code}}); check the machine's DNS",
  'registry.not-http': 'its response is not HTTP ({{code}})',
  'registry.tls-not-accepted': concat(
    'its TLS certificate or protocol was not accepted ({{code}}); ',
    "a private authority belongs in the system's store or in /etc/docker/certs.d",
  ),
  'registry.no-connection': 'no connection to it ({{code}})',
} as const;
