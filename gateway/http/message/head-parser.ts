/**
 * HTTP/1.1 request heads in a deliberately narrow grammar: what Docker clients send, nothing more. Anything
 * that the engine could parse differently is refused; an accepted head is re-serialized by
 * `writeRequestHead`, so that the engine never gets the client's own bytes of a head.
 */

/** A header as received: name in its own spelling, `key` lower-cased. */
export interface HeaderField {
  readonly name: string;
  readonly key: string;
  readonly value: string;
}

/** How long the body of a message is. `until-close` exists for responses only. */
export type BodyLength =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' };

export interface RequestHead {
  readonly method: string;
  readonly target: string;
  readonly host: string;
  /** End-to-end fields only, in order; framing and connection fields are in the properties below. */
  readonly fields: readonly HeaderField[];
  readonly body: BodyLength;
  /** The client requested `Connection: close`. */
  readonly close: boolean;
  /**
   * Protocol named by a well-formed `Upgrade`, lower-cased; null without. The engine requires `Connection:
   * Upgrade` for a WebSocket only.
   */
  readonly upgrade: string | null;
  readonly expectContinue: boolean;
  /** Media type of the body, lower-cased, without parameters; '' without. */
  readonly contentType: string;
}

export type HeadError = { readonly status: 400 | 417 | 431 | 501 | 505; readonly why: string };
export type HeadResult =
  { readonly ok: true; readonly head: RequestHead } | { readonly ok: false; readonly error: HeadError };

/**
 * Bytes a request head may have. Registry credentials of a build (`X-Registry-Config`) are the largest thing
 * that honest clients put there.
 */
export const maxHeadBytes = 128 * 1024;
const maxFields = 128;

const requestLine = /^([A-Z]{3,7}) (\/[\x21-\x7e]*) HTTP\/1\.1$/;
// Spaces around a value are stripped; a tab is not whitespace for every parser.
const fieldLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): *(.*)$/;
// Any byte that is neither visible, space, tab nor Latin-1/UTF-8 text; CR and LF only ever end lines.
// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const forbiddenInLine = /[\x00-\x08\x0a-\x1f\x7f]/;
const mediaType = /^(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+) *(?:;[\x20-\x7e]*)?)?$/;
/** A plain decimal number that is exact in a double. */
export const contentLengthPattern = /^(?:0|[1-9][0-9]{0,15})$/;

/**
 * Hop-by-hop fields, those that the gateway handles itself, and those without effect: never forwarded as
 * received.
 */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'host',
  'expect',
  'http2-settings',
  // docker-py names the compression of a build context here. Engine and gateway detect it by the first bytes
  // of the body: the field is dropped, so that nothing behind the gateway relies on it.
  'content-encoding',
]);
/** A repeated field of these makes the message ambiguous. */
const single = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'upgrade',
  'content-type',
  'expect',
  'content-encoding',
]);

const refuse = (why: string, status: HeadError['status'] = 400): HeadResult => ({
  ok: false,
  error: { status, why },
});

const blankLine = Buffer.from('\r\n\r\n');

/** Index just after the blank line that ends the head in `buffer`, or -1 while it is not there. */
export function headEnd(buffer: Buffer): number {
  const at = buffer.indexOf(blankLine);
  return at < 0 ? -1 : at + 4;
}

/**
 * Whether an incomplete head can no longer become valid: with a bare LF or an invalid start its end would be
 * awaited forever.
 */
export function isUnparseable(buffer: Buffer): boolean {
  let at = buffer.indexOf(0x0a);
  while (at >= 0) {
    if (at === 0 || buffer[at - 1] !== 0x0d) return true;
    at = buffer.indexOf(0x0a, at + 1);
  }
  const first = buffer[0];
  return first !== undefined && (first < 0x41 || first > 0x5a);
}

/**
 * Parses one request head; `bytes` ends with its blank line. Refuses: other versions, absolute-form and other
 * targets, bare CR or LF, obsolete folding, blanks before the colon, control characters, repeated framing
 * fields, Content-Length together with Transfer-Encoding, codings other than `chunked`, unknown connection
 * options, unknown expectations.
 */
export function parseRequestHead(bytes: Buffer): HeadResult {
  if (bytes.length > maxHeadBytes) return refuse(`the head is longer than ${maxHeadBytes} bytes`, 431);
  const lines = bytes.toString('latin1', 0, bytes.length - 4).split('\r\n');
  const start = lines[0] ?? '';
  const line = requestLine.exec(start);
  if (!line) {
    if (/ HTTP\/(?!1\.1$)\d/.test(start)) return refuse('the protocol version is not HTTP/1.1', 505);
    return refuse('the request line is not METHOD /path HTTP/1.1');
  }
  if (lines.length - 1 > maxFields) return refuse(`there are more than ${maxFields} header fields`, 431);

  const fields: HeaderField[] = [];
  const known = new Map<string, string>();
  for (let i = 1; i < lines.length; i++) {
    const text = lines[i] ?? '';
    if (forbiddenInLine.test(text))
      return refuse('a header field has a control character, a bare CR or a bare LF in it');
    const parts = fieldLine.exec(text);
    if (!parts) return refuse('a header field is not "Name: value"');
    const name = parts[1] ?? '';
    const value = withoutTrailingSpaces(parts[2] ?? '');
    if (value.startsWith('\t') || value.endsWith('\t'))
      return refuse('a header field begins or ends with a tab');
    const key = name.toLowerCase();
    if (single.has(key)) {
      if (known.has(key)) return refuse(`the header field ${name} occurs twice`);
      known.set(key, value);
    }
    if (!hopByHop.has(key)) fields.push({ name, key, value });
  }

  const host = known.get('host');
  if (host === undefined) return refuse('there is no Host field');
  if (!/^[A-Za-z0-9._~%:[\]/-]*$/.test(host)) return refuse('the Host field is not a host name');

  const body = requestBody(known);
  if ('error' in body) return refuse(body.error, body.status);

  const options = (known.get('connection') ?? '')
    .split(',')
    .map((option) => withoutBlanks(option).toLowerCase())
    .filter((option) => option !== '');
  for (const option of options) {
    if (!['keep-alive', 'close', 'upgrade', 'te', 'http2-settings'].includes(option))
      return refuse(`the connection option "${option}" is not understood`);
  }
  const upgradeTo = known.get('upgrade')?.toLowerCase();
  if (upgradeTo !== undefined && !/^[a-z0-9]+(?:\/[0-9.]+)?$/.test(upgradeTo))
    return refuse('the Upgrade field names more than one protocol, or none');

  const expect = known.get('expect');
  if (expect !== undefined && expect.toLowerCase() !== '100-continue')
    return refuse(`the expectation "${expect}" is not understood`, 417);

  // ASCII only: Go folds case and trims blanks by Unicode, so that other bytes could make a media type that
  // only the engine sees.
  const type = mediaType.exec(known.get('content-type') ?? '');
  if (type === null) return refuse('the Content-Type field is not a media type');

  return {
    ok: true,
    head: {
      method: line[1] ?? '',
      target: line[2] ?? '',
      host,
      fields,
      body: body.length,
      close: options.includes('close'),
      upgrade: upgradeTo === 'websocket' && !options.includes('upgrade') ? null : (upgradeTo ?? null),
      expectContinue: expect !== undefined,
      contentType: type[1]?.toLowerCase() ?? '',
    },
  };
}

/** A loop: a regular expression takes quadratic time on a field of spaces. */
function withoutTrailingSpaces(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0x20) end--;
  return end === text.length ? text : text.slice(0, end);
}

type BodyResult =
  { readonly length: BodyLength } | { readonly error: string; readonly status: HeadError['status'] };

function requestBody(known: ReadonlyMap<string, string>): BodyResult {
  const coding = known.get('transfer-encoding');
  const length = known.get('content-length');
  if (coding !== undefined) {
    if (length !== undefined)
      return { error: 'both Content-Length and Transfer-Encoding are present', status: 400 };
    if (coding.toLowerCase() !== 'chunked')
      return { error: `the transfer coding "${coding}" is not understood`, status: 501 };
    return { length: { kind: 'chunked' } };
  }
  if (length === undefined) return { length: { kind: 'none' } };
  if (!contentLengthPattern.test(length) || Number(length) > Number.MAX_SAFE_INTEGER)
    return { error: 'Content-Length is not a plain decimal number', status: 400 };
  return { length: { kind: 'length', bytes: Number(length) } };
}

/** The parts of a request's head that are written to the engine. */
export type ForwardedHead = Pick<
  RequestHead,
  'method' | 'target' | 'host' | 'fields' | 'body' | 'close' | 'upgrade'
>;

/** Writes the head the engine gets. Latin-1, since field values may carry bytes above 0x7f. */
export function writeRequestHead(head: ForwardedHead): string {
  let text = `${head.method} ${head.target} HTTP/1.1\r\nHost: ${head.host}\r\n`;
  for (const field of head.fields) text += `${field.name}: ${field.value}\r\n`;
  if (head.body.kind === 'length') text += `Content-Length: ${head.body.bytes}\r\n`;
  else if (head.body.kind === 'chunked') text += 'Transfer-Encoding: chunked\r\n';
  if (head.upgrade !== null) text += `Connection: Upgrade\r\nUpgrade: ${head.upgrade}\r\n`;
  else if (head.close) text += 'Connection: close\r\n';
  return `${text}\r\n`;
}

/**
 * Strips spaces in linear time: a field may have 128 KB of them, for which a pattern with ` *,` takes 15 s.
 */
function withoutBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && text[from] === ' ') from++;
  while (to > from && text[to - 1] === ' ') to--;
  return text.slice(from, to);
}
