import fc from 'fast-check';
import {
  colon,
  tail,
  eol,
  name,
  value,
  caseOf,
  weighted,
  method,
  space,
  version,
  latin1,
} from './http-tokens.ts';

const field = (names: fc.Arbitrary<string>, values: fc.Arbitrary<string>) =>
  fc.tuple(names, colon, values, tail, eol).map((parts) => parts.join(''));
const plain = field(name, value);
const connection = field(
  caseOf('Connection'),
  weighted(
    fc.constantFrom('keep-alive', 'Keep-Alive', 'close', 'Upgrade', 'keep-alive, Upgrade', 'te'),
    'content-length',
    'x-a',
    'close, foo',
    ',',
    'transfer-encoding',
  ),
);
const upgrade = field(caseOf('Upgrade'), weighted(fc.constantFrom('tcp', 'h2c'), 'a, b', 'h2c/1', ''));
const expectField = field(
  caseOf('Expect'),
  weighted(fc.constantFrom('100-continue'), '100-Continue', '200-ok', ''),
);
const host = weighted(
  field(
    caseOf('Host'),
    weighted(
      fc.constantFrom('d', 'docker', 'api.moby.localhost', 'localhost:2375', ''),
      'a b',
      'a, b',
      'a@b',
      '\u00e9',
      '%2F%2F',
    ),
  ),
  '',
  'Host: a\r\nHost: b\r\n',
  'Host: a\r\nhost: a\r\n',
);

const content = fc.constantFrom(
  '',
  'a',
  'hello',
  '{"Image":"x"}',
  '0\r\n\r\n',
  'GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n',
  '5\r\nhello\r\n0\r\n\r\n',
);
const chunkSize = (bytes: number) =>
  weighted(
    fc.constantFrom(bytes.toString(16), bytes.toString(16).toUpperCase(), `0${bytes.toString(16)}`),
    `${bytes.toString(16)};x=y`,
    `${bytes.toString(16)} `,
    ` ${bytes.toString(16)}`,
    `+${bytes}`,
    `0x${bytes.toString(16)}`,
    `-${bytes}`,
    `${bytes.toString(16)}\xa0`,
    `${bytes.toString(16)};"\r\n"`,
    `1${'0'.repeat(16)}${bytes.toString(16)}`,
    '',
    'g',
    String(bytes + 1),
    `${bytes.toString(16)};a\nb`,
  );
const chunk = (text: string) =>
  text === ''
    ? fc.constant('')
    : fc.tuple(chunkSize(text.length), eol, fc.constant(text), eol).map((parts) => parts.join(''));
const lastChunk = fc
  .tuple(
    weighted(fc.constant('0'), '00', '0;x', '-0', ' 0', '', '0x0'),
    eol,
    weighted(fc.constant(''), 'X-T: y\r\n', 'Content-Length: 3\r\n'),
    eol,
  )
  .map((parts) => parts.join(''));

interface Message {
  readonly framing: string;
  readonly body: string;
}
const message: fc.Arbitrary<Message> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ framing: '', body: '' }) },
  {
    weight: 4,
    arbitrary: content.chain((text) =>
      field(
        caseOf('Content-Length'),
        weighted(
          fc.constant(String(text.length)),
          `+${text.length}`,
          `0${text.length}`,
          `${text.length},${text.length}`,
          `0x${text.length.toString(16)}`,
          `-${text.length}`,
          `${text.length}.0`,
          `${text.length} ${text.length}`,
          '',
          `${text.length}\xa0`,
          '18446744073709551617',
          `"${text.length}"`,
        ),
      ).map((framing) => ({ framing, body: text })),
    ),
  },
  {
    weight: 4,
    arbitrary: fc
      .array(content, { maxLength: 3 })
      .chain((parts) =>
        fc
          .tuple(
            field(
              caseOf('Transfer-Encoding'),
              weighted(
                fc.constantFrom('chunked', 'Chunked', 'CHUNKED'),
                'identity',
                'gzip, chunked',
                'chunked, identity',
                'chunked, chunked',
                ' chunked',
                '"chunked"',
                'xchunked',
                'chunked;q=1',
                '\x0bchunked',
                'chunked\xa0',
                '',
              ),
            ),
            fc.tuple(...parts.map(chunk)),
            lastChunk,
          )
          .map(([framing, chunks, end]) => ({ framing, body: `${chunks.join('')}${end}` })),
      ),
  },
  // Both, or twice: the area of request smuggling.
  {
    weight: 1,
    arbitrary: content.map((text) => ({
      framing: `Content-Length: ${text.length}\r\nTransfer-Encoding: chunked\r\n`,
      body: text === '' ? '0\r\n\r\n' : `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`,
    })),
  },
  {
    weight: 1,
    arbitrary: content.map((text) => ({
      framing: `Content-Length: ${text.length}\r\ncontent-length: 0\r\n`,
      body: text,
    })),
  },
  {
    weight: 1,
    arbitrary: content.map((text) => ({
      framing: 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n',
      body: text,
    })),
  },
);

const request = (target: fc.Arbitrary<string>) =>
  fc
    .tuple(
      method,
      space,
      target,
      space,
      version,
      eol,
      host,
      fc.array(
        fc.oneof(
          { weight: 4, arbitrary: plain },
          { weight: 1, arbitrary: connection },
          { weight: 1, arbitrary: upgrade },
          { weight: 1, arbitrary: expectField },
        ),
        { maxLength: 3 },
      ),
      message,
      eol,
    )
    .map(
      ([verb, s1, where, s2, spoken, end, to, fields, { framing, body }, blank]) =>
        `${verb}${s1}${where}${s2}${spoken}${end}${to}${framing}${fields.join('')}${blank}${body}`,
    );
/** One to three requests on one connection, occasionally with a byte changed, left out or inserted. */
export const requestBytes = (target: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      fc.array(request(target), { minLength: 1, maxLength: 3 }),
      fc.option(fc.tuple(fc.nat(400), fc.constantFrom('', '\r', '\n', ' ', '\x00', ':', '\t', '0', 'x')), {
        freq: 4,
      }),
    )
    .map(([requests, change]) => {
      const text = requests.join('');
      if (change === null) return latin1(text);
      const at = change[0] % text.length;
      return latin1(text.slice(0, at) + change[1] + text.slice(change[1] === '' ? at + 1 : at));
    });
