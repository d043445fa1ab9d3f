import { type Attempt, type Side } from '../attempt.ts';
import { bytes, create, closing, chunked, hostPidBody, json, pid } from './raw-request.ts';
import { second, upgrades } from './request-lines.ts';

export const framingAttempts: readonly Attempt[] = [
  ...bytes('framing', [
    ['frame-plain', 'nothing special: the harmful body itself', (side) => create(side, closing)],
    [
      'frame-cl-and-te',
      'Content-Length and Transfer-Encoding, which wins',
      (side) =>
        `POST /v1.45/containers/create?name=${side.tag} HTTP/1.1\r\nHost: d\r\n` +
        `${closing}Content-Type: application/json\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n` +
        `\r\n${chunked()}`,
    ],
    [
      'frame-cl-zero-and-te',
      'Content-Length 0 and Transfer-Encoding',
      (side) =>
        `POST /v1.45/containers/create?name=${side.tag} HTTP/1.1\r\nHost: d\r\n` +
        `${closing}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n` +
        `\r\n${chunked()}`,
    ],
    [
      'frame-chunked',
      'chunked',
      (side) =>
        `POST /v1.45/containers/create?name=${side.tag} HTTP/1.1\r\nHost: d\r\n` +
        `${closing}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunked()}`,
    ],
    [
      'frame-chunked-bytewise',
      'chunked, a byte a chunk',
      (side) =>
        `POST /v1.45/containers/create?name=${side.tag} HTTP/1.1\r\nHost: d\r\n` +
        `${closing}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `${[...hostPidBody].map((c) => `1\r\n${c}\r\n`).join('')}0\r\n\r\n`,
    ],
    [
      'frame-chunked-case',
      'the coding in other case',
      (side) =>
        `POST /v1.45/containers/create?name=${side.tag} HTTP/1.1\r\nHost: d\r\n` +
        `${closing}Content-Type: application/json\r\ntRANSFER-eNCODING: ChunKeD\r\n\r\n${chunked()}`,
    ],
    [
      'frame-chunk-extension',
      'chunk extensions',
      (side) =>
        `POST /v1.45/containers/create?name=${side.tag} HTTP/1.1\r\nHost: d\r\n` +
        `${closing}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n` +
        chunked(';a="0"'),
    ],
    [
      'frame-chunk-zeros',
      'leading zeros in the size of a chunk',
      (side) =>
        `POST /v1.45/containers/create?name=${side.tag} HTTP/1.1\r\nHost: d\r\n` +
        `${closing}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `0000000${chunked()}`,
    ],
    [
      'frame-trailer',
      'a trailer that names the length',
      (side) =>
        `POST /v1.45/containers/create?name=${side.tag} HTTP/1.1\r\nHost: d\r\n` +
        `${closing}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nTrailer: X-A\r\n\r\n` +
        chunked('', 'X-A: 1\r\n'),
    ],
    [
      'frame-length-twice',
      'Content-Length twice',
      (side) => create(side, `${closing}Content-Length: ${hostPidBody.length}\r\n`),
    ],
    [
      'frame-length-zeros',
      'leading zeros in Content-Length',
      (side) =>
        `POST /v1.45/containers/create?name=${side.tag} HTTP/1.1\r\nHost: d\r\n` +
        `${closing}Content-Type: application/json\r\nContent-Length: 000${hostPidBody.length}\r\n\r\n` +
        hostPidBody,
    ],
    [
      'frame-bare-lf',
      'lines that end with a bare LF',
      (side) =>
        `POST /v1.45/containers/create?name=${side.tag} HTTP/1.1\nHost: d\nConnection: close\n` +
        `Content-Type: application/json\nContent-Length: ${hostPidBody.length}\n\n${hostPidBody}`,
    ],
    [
      'frame-bare-lf-once',
      'one line that ends with a bare LF',
      (side) =>
        `POST /v1.45/containers/create?name=${side.tag} HTTP/1.1\r\nHost: d\r\nX-A: b\n` +
        `Connection: close\r\n${json}\r\n${hostPidBody}`,
    ],
    [
      'frame-obs-fold',
      'a folded header field',
      (side) =>
        `POST /v1.45/containers/create?name=${side.tag} HTTP/1.1\r\nHost: d\r\n${closing}X-A: b\r\n ` +
        `Content-Length: 0\r\n${json}\r\n${hostPidBody}`,
    ],
    [
      'frame-obs-fold-type',
      'the content type folded',
      (side) =>
        `POST /v1.45/containers/create?name=${side.tag} HTTP/1.1\r\nHost: d\r\n` +
        `${closing}Content-Type:\r\n\tapplication/json\r\nContent-Length: ${hostPidBody.length}\r\n\r\n` +
        hostPidBody,
    ],
    [
      'frame-http10',
      'HTTP/1.0',
      (side) => `POST /v1.45/containers/create?name=${side.tag} HTTP/1.0\r\n${json}\r\n${hostPidBody}`,
    ],
    [
      'frame-http10-keepalive',
      'HTTP/1.0 kept alive',
      (side) =>
        'GET /_ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n' +
        `POST /v1.45/containers/create?name=${side.tag} HTTP/1.0\r\n${json}\r\n${hostPidBody}`,
    ],
    [
      'frame-content-encoding',
      'a Content-Encoding the engine does not look at',
      (side) => create(side, `${closing}Content-Encoding: gzip\r\n`),
    ],
    [
      'frame-content-type-charset',
      'a content type with parameters',
      (side) =>
        `POST /v1.45/containers/create?name=${side.tag} HTTP/1.1\r\nHost: d\r\n` +
        `${closing}Content-Type: APPLICATION/Json ; charset="utf-7"\r\n` +
        `Content-Length: ${hostPidBody.length}\r\n\r\n${hostPidBody}`,
    ],
    ['frame-expect', 'Expect: 100-continue', (side) => create(side, `${closing}Expect: 100-continue\r\n`)],
    [
      'frame-big-head',
      'a head longer than the gateway reads',
      (side) => create(side, `${closing}X-Long: ${'a'.repeat(200 * 1024)}\r\n`),
    ],
    [
      'frame-many-fields',
      'more fields than the gateway reads',
      (side) => create(side, `${closing}${'X-Many: 1\r\n'.repeat(300)}`),
    ],
    [
      'frame-odd-connection',
      'Connection names the content type',
      (side) => create(side, 'Connection: close, content-length, content-type\r\n'),
    ],
    [
      'frame-empty-field',
      'a field with an empty value and blanks',
      (side) => create(side, `${closing}X-A:\t \r\nX-B:   b   \r\n`),
    ],
    [
      'frame-non-ascii',
      'bytes above 0x7f in a field',
      (side) => Buffer.from(create(side, `${closing}X-A: \u00ff\u0085\u00a0\r\n`), 'latin1'),
    ],
    // Later requests of a connection.
    [
      'frame-pipelined-ping',
      'pipelined behind a ping',
      second(() => 'GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n'),
    ],
    [
      'frame-pipelined-head',
      'pipelined behind a HEAD, whose response has a length but no body',
      second(() => 'HEAD /_ping HTTP/1.1\r\nHost: d\r\n\r\n'),
    ],
    [
      'frame-pipelined-many',
      'pipelined behind twenty pings',
      second(() => 'GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n'.repeat(20)),
    ],
    [
      'frame-pipelined-body',
      'pipelined behind a GET with a body',
      second(() => 'GET /_ping HTTP/1.1\r\nHost: d\r\nContent-Length: 4\r\n\r\nbody'),
    ],
    [
      'frame-pipelined-chunked',
      'pipelined behind a GET with a chunked body',
      second(
        () => 'GET /_ping HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n',
      ),
    ],
    [
      'frame-pipelined-raw',
      'pipelined behind a body that is relayed raw',
      second(
        () =>
          'POST /v1.45/auth HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n' +
          'Content-Length: 2\r\n\r\n{}',
      ),
    ],
    [
      'frame-pipelined-404',
      'pipelined behind an error',
      second(() => 'GET /v1.45/containers/none/json HTTP/1.1\r\nHost: d\r\n\r\n'),
    ],
    [
      'frame-pipelined-304',
      'pipelined behind a response without a body',
      second((side) => `POST /v1.45/containers/${side.tag}.own/stop HTTP/1.1\r\nHost: d\r\n\r\n`),
    ],
    [
      'frame-pipelined-events',
      'pipelined behind a stream that ends',
      second(() => 'GET /v1.45/events?since=0&until=1 HTTP/1.1\r\nHost: d\r\n\r\n'),
    ],
    [
      'frame-pipelined-expect',
      'pipelined behind an expectation nobody waits for',
      second(
        () =>
          'POST /v1.45/auth HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n' +
          'Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}',
      ),
    ],
    // Invalid upgrades.
    ...upgrades.map(
      ([protocol]) =>
        [
          `frame-upgrade-${protocol}`,
          `Connection: Upgrade to ${protocol} on the POST itself`,
          (side: Side) => create(side, `Connection: Upgrade\r\nUpgrade: ${protocol}\r\n`),
          'refused' as const,
          /HTTP\/1\.1 \d{3}[^]*\r\n\r\n[^]*\}/,
        ] as const,
    ),
    [
      'frame-early-exec',
      'early data behind an exec that fails',
      second(
        () =>
          'POST /v1.45/exec/none/start HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n' +
          'Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
      ),
    ],
    [
      'frame-early-ws',
      'early data behind a websocket that fails',
      second(
        () =>
          'GET /v1.45/containers/none/attach/ws?stream=1 HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\n' +
          'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
          'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
      ),
    ],
    [
      'frame-early-ping',
      'early data behind a ping that asks for an upgrade',
      second(
        () =>
          'GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n' +
          'HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n',
      ),
    ],
    [
      'frame-early-session',
      'early data behind a session with another protocol',
      second(() => 'POST /session HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: nothing\r\n\r\n'),
    ],
  ]).map((attempt): Attempt =>
    attempt.id === 'frame-pipelined-304'
      ? {
          ...attempt,
          prepare: (side) =>
            side.admin('POST', `/containers/create?name=${side.tag}.own`, { Image: 'busybox' }),
        }
      : attempt,
  ),
  {
    id: 'frame-pieces',
    class: 'framing',
    title: 'byte for byte, in writes of their own',
    outcome: 'refused',
    breach: pid,
    attempt: async (side) => {
      const text = create(side, closing);
      return side.sendPieces([...text].map((character) => Buffer.from(character)));
    },
  },
  {
    id: 'frame-head-split',
    class: 'framing',
    title: 'a first request whose head ends in the second write',
    outcome: 'refused',
    breach: pid,
    attempt: (side) =>
      side.sendPieces([
        Buffer.from('GET /_ping HTTP/1.1\r\nHost: d\r\n\r'),
        Buffer.from(`\n${create(side, closing).slice(0, 40)}`),
        Buffer.from(create(side, closing).slice(40)),
      ]),
  },
];
