import { contentLengthPattern, type BodyLength } from './head-parser.ts';

const lf = 0x0a;
const cr = 0x0d;
const colonByte = 0x3a;
const letterC = 0x63;
const letterT = 0x74;

export interface ResponseHead {
  readonly status: number;
  readonly body: BodyLength;
  readonly close: boolean;
  readonly contentType: string;
  /** The body is compressed. */
  readonly encoded: boolean;
}

/** Bytes a response head may have. */
export const maxResponseHeadBytes = 256 * 1024;

/**
 * Parses the parts of a response head that relaying needs: status and framing. `bytes` ends with the blank
 * line; the head itself is forwarded unchanged. Null when it is malformed: the connection is then closed.
 */
export function parseResponseHead(bytes: Buffer, requestMethod: string): ResponseHead | null {
  const start = bytes.indexOf(lf) + 1;
  const status = /^HTTP\/1\.([01]) ([1-9][0-9]{2})(?: [^\r]*)?\r\n$/.exec(bytes.toString('latin1', 0, start));
  if (!status) return null;
  const code = Number(status[2]);
  let length: number | undefined;
  let chunked = false;
  let close = status[1] === '0';
  let contentType = '';
  let encoded = false;
  // Only the few relevant fields are read, in place: this runs for every response.
  for (let at = start; at < bytes.length - 2;) {
    const end = bytes.indexOf(lf, at) + 1;
    if (end === 0 || bytes[end - 2] !== cr) return null;
    let colon = at;
    while (colon < end && bytes[colon] !== colonByte) colon++;
    if (colon === at || colon === end) return null;
    const first = (bytes[at] ?? 0) | 0x20;
    if (first === letterC || first === letterT) {
      const value = () => bytes.toString('latin1', colon + 1, end).trim();
      switch (bytes.toString('latin1', at, colon).toLowerCase()) {
        case 'content-length': {
          const text = value();
          if (!contentLengthPattern.test(text) || length !== undefined) return null;
          length = Number(text);
          break;
        }
        case 'transfer-encoding':
          if (value().toLowerCase() !== 'chunked') return null;
          chunked = true;
          break;
        case 'connection':
          if (/(?:^|[,\s])close(?:[,\s]|$)/i.test(value())) close = true;
          break;
        case 'content-type':
          contentType = value().toLowerCase();
          break;
        case 'content-encoding':
          if (value().toLowerCase() !== 'identity') encoded = true;
          break;
        default:
      }
    }
    at = end;
  }
  if (chunked && length !== undefined) return null;
  let body: BodyLength;
  if (requestMethod === 'HEAD' || code === 204 || code === 304 || code < 200) body = { kind: 'none' };
  else if (chunked) body = { kind: 'chunked' };
  else if (length !== undefined) body = { kind: 'length', bytes: length };
  else body = { kind: 'until-close' };
  return { status: code, body, close, contentType, encoded };
}
