/** Request targets are accepted in canonical form only; others are refused, never normalized. */

export interface Target {
  /** '1.45' of `/v1.45/…`; null without. */
  readonly version: string | null;
  /** Path after the version, decoded: '/containers/json'. */
  readonly path: string;
  /** Parameters in order, decoded. */
  readonly query: readonly QueryParameter[];
  /** The query as forwarded, '' or starting with '?'; it decodes to `query`, in Go too. */
  readonly rawQuery: string;
}
export interface QueryParameter {
  readonly key: string;
  readonly value: string;
}

export type TargetResult =
  { readonly ok: true; readonly target: Target } | { readonly ok: false; readonly why: string };

/** Parameters the engine reads as lists. Of every other one it uses the first value alone. */
const repeatable = new Set([
  'names',
  'changes',
  't',
  'extrahosts',
  'securityopt',
  'platforms',
  'platform',
  'type',
  'statement',
]);

const pathCharacters = /^[A-Za-z0-9._~!$&'()*+,;=:@/%-]*$/;
// Unreserved characters, which a client has no reason to encode, and those that would change a path's
// structure (slash, backslash, percent).
const neverEncoded = /^[A-Za-z0-9._~/\\%-]$/;
const versionPrefix = /^\/v(1\.[1-9][0-9])(?=\/)/;

/**
 * Splits and checks an origin-form target. Refuses `//`, dot segments, superfluous percent-encoding, encoded
 * keys, broken escapes.
 */
export function parseTarget(text: string): TargetResult {
  const mark = text.indexOf('?');
  const rawPath = mark < 0 ? text : text.slice(0, mark);
  const rawQuery = mark < 0 ? '' : text.slice(mark);
  if (!pathCharacters.test(rawPath))
    return { ok: false, why: 'the path has a character in it that is not allowed there' };
  if (rawPath.includes('//')) return { ok: false, why: 'the path has an empty segment' };
  if (/\/\.\.?(?:\/|$)/.test(rawPath)) return { ok: false, why: 'the path has a dot segment' };
  let decoded = rawPath;
  if (rawPath.includes('%')) {
    const result = decodePath(rawPath);
    if (result === null) return { ok: false, why: 'the path is percent-encoded where it need not be' };
    decoded = result;
  }
  const prefix = versionPrefix.exec(decoded);
  const version = prefix?.[1] ?? null;
  const path = prefix ? decoded.slice(prefix[0].length) : decoded;

  const read = parseQuery(rawQuery);
  if (!read.ok) return read;
  return { ok: true, target: { version, path, query: read.query, rawQuery: read.rawQuery } };
}

type QueryResult =
  | { readonly ok: true; readonly query: readonly QueryParameter[]; readonly rawQuery: string }
  | { readonly ok: false; readonly why: string };

/** Like Go's `url.ParseQuery`, with its words, and in addition refuses what it could read otherwise. */
function parseQuery(text: string): QueryResult {
  if (text.length <= 1) return { ok: true, query: [], rawQuery: text };
  const query: QueryParameter[] = [];
  const pairs: string[] = [];
  const keys = new Set<string>();
  for (const pair of text.slice(1).split('&')) {
    if (pair === '') continue;
    const malformed = malformedPair(pair);
    if (malformed !== null) return { ok: false, why: malformed };
    const equals = pair.indexOf('=');
    const key = equals < 0 ? pair : pair.slice(0, equals);
    if (!/^[A-Za-z0-9_.-]+$/.test(key))
      return { ok: false, why: 'the query has a key that is encoded or unusual' };
    const value = equals < 0 ? '' : decodeValue(pair.slice(equals + 1));
    if (value === null)
      return { ok: false, why: `the value of "${key}" in the query is not properly encoded` };
    if (keys.has(key) && !repeatable.has(key)) continue;
    keys.add(key);
    query.push({ key, value });
    pairs.push(pair);
  }
  return { ok: true, query, rawQuery: pairs.length === 0 ? '' : `?${pairs.join('&')}` };
}

/** Go's error for a parameter of a query; null where it has none. */
function malformedPair(pair: string): string | null {
  if (pair.includes(';')) return 'invalid semicolon separator in query';
  const escape = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(pair);
  return escape === null ? null : `invalid URL escape ${JSON.stringify(escape[0])}`;
}

function decodePath(raw: string): string | null {
  const escapes = raw.match(/%.{0,2}/gs) ?? [];
  for (const escape of escapes) {
    if (!/^%[0-9A-F]{2}$/.test(escape)) return null;
    const code = Number.parseInt(escape.slice(1), 16);
    if (code < 0x20 || code === 0x7f || (code < 0x80 && neverEncoded.test(String.fromCharCode(code))))
      return null;
  }
  try {
    return decodeURIComponent(raw);
  } catch {
    return null;
  }
}

function decodeValue(raw: string): string | null {
  // '#' cannot be in a target.
  if (raw.includes('#')) return null;
  if (!raw.includes('%')) return raw.includes('+') ? raw.replaceAll('+', ' ') : raw;
  try {
    return decodeURIComponent(raw.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

/** Writes a target from its parts; `query` replaces the raw one when given. */
export function writeTarget(
  version: string | null,
  path: string,
  query: string | readonly QueryParameter[],
): string {
  const encoded = path
    .split('/')
    .map((segment) => encodeURIComponent(segment).replace(/%(?:3A|40|2B|2C|3D|24|26)/g, decodeURIComponent))
    .join('/');
  const prefix = version === null ? '' : `/v${version}`;
  return prefix + encoded + (typeof query === 'string' ? query : writeQuery(query));
}

function writeQuery(query: readonly QueryParameter[]): string {
  return query.length === 0
    ? ''
    : `?${query.map(({ key, value }) => `${key}=${encodeURIComponent(value)}`).join('&')}`;
}

/** First value of a parameter; undefined without. */
export function parameter(target: Target, key: string): string | undefined {
  return target.query.find((entry) => entry.key === key)?.value;
}
