import { type Attempt, type Side } from '../attempt.ts';
import { bytes, line, closing, json, hostPidBody, create } from './raw-request.ts';

export const requestLineAttempts: readonly Attempt[] = bytes('request-line', [
  ['line-no-version', 'without a version', line((tag) => `POST /containers/create?name=${tag} HTTP/1.1`)],
  [
    'line-old-version',
    'with the oldest version',
    line((tag) => `POST /v1.24/containers/create?name=${tag} HTTP/1.1`),
  ],
  [
    'line-leading-zero',
    'version v01.45',
    line((tag) => `POST /v01.45/containers/create?name=${tag} HTTP/1.1`),
  ],
  ['line-minor-zero', 'version v1.045', line((tag) => `POST /v1.045/containers/create?name=${tag} HTTP/1.1`)],
  [
    'line-trailing-dot',
    'version v1.45.',
    line((tag) => `POST /v1.45./containers/create?name=${tag} HTTP/1.1`),
  ],
  [
    'line-three-parts',
    'version v1.44.9',
    line((tag) => `POST /v1.44.9/containers/create?name=${tag} HTTP/1.1`),
  ],
  [
    'line-zero-part',
    'version v1.45.0',
    line((tag) => `POST /v1.45.0/containers/create?name=${tag} HTTP/1.1`),
  ],
  [
    'line-encoded-letter',
    'a letter of the path percent-encoded',
    line((tag) => `POST /v1.45/containers/cre%61te?name=${tag} HTTP/1.1`),
  ],
  [
    'line-encoded-lower',
    'percent-encoded with lower-case digits',
    line((tag) => `POST /v1.45/container%73/%63reat%65?name=${tag} HTTP/1.1`),
  ],
  [
    'line-encoded-slash',
    'the slash percent-encoded',
    line((tag) => `POST /v1.45/containers%2Fcreate?name=${tag} HTTP/1.1`),
  ],
  [
    'line-encoded-slash-lower',
    'the slash percent-encoded in lower case',
    line((tag) => `POST /v1.45/containers%2fcreate?name=${tag} HTTP/1.1`),
  ],
  [
    'line-encoded-version',
    'the version percent-encoded',
    line((tag) => `POST /%76%31.45/containers/create?name=${tag} HTTP/1.1`),
  ],
  [
    'line-encoded-dot',
    'the dot of the version percent-encoded',
    line((tag) => `POST /v1%2E45/containers/create?name=${tag} HTTP/1.1`),
  ],
  [
    'line-encoded-all',
    'everything in one encoded segment',
    line((tag) => `POST /v1.45%2Fcontainers%2Fcreate?name=${tag} HTTP/1.1`),
  ],
  [
    'line-absolute',
    'absolute form',
    line((tag) => `POST http://docker/v1.45/containers/create?name=${tag} HTTP/1.1`),
  ],
  [
    'line-absolute-https',
    'absolute form with another scheme and a user',
    line((tag) => `POST https://user@example/v1.45/containers/create?name=${tag} HTTP/1.1`),
  ],
  [
    'line-absolute-odd-scheme',
    'absolute form with a scheme of its own',
    line((tag) => `POST a+b.c://x:1/containers/create?name=${tag} HTTP/1.1`),
  ],
  [
    'line-name-twice',
    'the name twice in the query',
    line((tag) => `POST /v1.45/containers/create?name=${tag}&name=other HTTP/1.1`),
  ],
  [
    'line-encoded-key',
    'a key of the query percent-encoded',
    line((tag) => `POST /v1.45/containers/create?n%61me=${tag} HTTP/1.1`),
  ],
  [
    'line-query-only-mark',
    'an empty parameter in the query',
    line((tag) => `POST /v1.45/containers/create?&name=${tag}&& HTTP/1.1`),
  ],
  [
    'line-other-host',
    'another host in the Host field',
    (side) =>
      `POST /v1.45/containers/create?name=${side.tag} HTTP/1.1\r\nHost: _ping\r\n${closing}${json}\r\n` +
      hostPidBody,
  ],
]);

export const upgrades: readonly (readonly [string, string])[] = [
  ['tcp', 'tcp'],
  ['h2c', 'h2c'],
  ['websocket', 'websocket'],
];

/**
 * Requests that a gateway may take for the body of another, or for bytes of a tunnel. The first one is
 * harmless.
 */
export const second = (first: (side: Side) => string) => (side: Side) =>
  `${first(side)}${create(side, closing)}`;
