import fc from 'fast-check';

/**
 * HTTP/1.1 requests as byte strings for fuzzing: mostly what clients send, mixed with everything that parsers
 * have ever interpreted differently: spacing, casing, folding, bare LF, doubled and contradicting framing,
 * odd chunk sizes, trailers.
 */

export const latin1 = (text: string) => Buffer.from(text, 'latin1');
/** Mostly `usual`; a request has some twenty such places. */
export const weighted = (usual: fc.Arbitrary<string>, ...odd: string[]) =>
  fc.oneof({ weight: 60, arbitrary: usual }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
export const eol = weighted(fc.constant('\r\n'), '\n', '\r', '\r\r\n', '\n\r\n');
export const method = weighted(
  fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'DELETE', 'PATCH', 'OPTIONS'),
  'get',
  'Post',
  'GET\t',
  ' GET',
  'G',
  'PROPFIND',
  'FOO',
  'POST\x00',
  '"GET"',
);
/**
 * Targets of no particular server. Those that begin with `/read` may be used as ones whose body is inspected.
 */
export const anyTarget = weighted(
  fc.constantFrom(
    '/_ping',
    '/read',
    '/read/v1.45/containers/create?name=x',
    '/v1.45/containers/json?all=1',
    '/a%20b',
    '/images/get?names=a&names=b',
    '/a?b',
    '/a:b@c',
    '/read?x=%2F',
    '/%C3%A9',
  ),
  '//a',
  '/a/../b',
  '/./a',
  'http://d/x',
  '*',
  'a',
  '/é',
  '/a b',
  '/a?x=1&x=2',
  '/a#b',
  '/%5fa',
  '/a%00',
  '/a\t',
  '/a\x7f',
  '/\x80',
  '/"',
  '/a\\b',
  'd:80',
  '',
);
export const version = weighted(
  fc.constant('HTTP/1.1'),
  'HTTP/1.0',
  'HTTP/1.2',
  'http/1.1',
  'HTTP/1.1 ',
  'HTTP/01.1',
  'HTTP/2.0',
  'HTTP/1.10',
  '',
  'ICE/1.0',
  'RTSP/1.0',
);
export const space = weighted(fc.constant(' '), '  ', '\t', '', '\xa0');
export const colon = weighted(
  fc.constantFrom(': ', ':', ':   '),
  ':\t ',
  ' : ',
  '\t:',
  '',
  ':\r\n ',
  ':\x0b',
  ':\xa0',
);
export const tail = weighted(
  fc.constantFrom('', '', '', ' '),
  '\t',
  '\r\n folded',
  '\r\n\tfolded',
  '\x00',
  '\xa0',
  '\x0c',
  '\x7f',
  '\rX: y',
  '\nX: y',
);
export const value = fc.oneof(
  fc.constantFrom('', 'a', 'a b', '\u00c3\u00a0', '\u00e9', 'a, b', '"q\\"', 'x:y', ';', '\xff', 'a\tb'),
  fc.string({
    maxLength: 6,
    unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
  }),
);
export const name = weighted(
  fc.constantFrom(
    'X-A',
    'x-a',
    'User-Agent',
    'Accept',
    'X-Registry-Auth',
    'Content-Type',
    'Trailer',
    'TE',
    'Keep-Alive',
  ),
  'X A',
  'X_A',
  'X(A',
  '',
  'X-A\x00',
  '\u00e9',
  ' X-A',
  'Content-Length\x0b',
  'Transfer-Encoding\xa0',
  'Host\x85',
);

export const caseOf = (text: string) => fc.constantFrom(text, text.toLowerCase(), text.toUpperCase());
