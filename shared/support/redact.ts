/** The kinds of secrets that are recognized in a text. */
export const redactionKinds = [
  'private-key',
  'url-credentials',
  'authorization',
  'named-secret',
  'known-token',
] as const;
export type RedactionKind = (typeof redactionKinds)[number];

/** A text with secrets redacted, and how often each kind was replaced. */
export interface RedactedText {
  readonly text: string;
  readonly counts: Readonly<Partial<Record<RedactionKind, number>>>;
}

/** Replaces a secret. */
const redactedMark = '[redacted]';

const secretName = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'credentials?',
  'api[-_]?key',
  'access[-_]?key',
  'private[-_]?key',
  'registry[-_]?auth',
].join('|');
const quotedOrWord = String.raw`(?:\\"[^"\n]*"?|"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|[^\s"',;&}]+)`;

/** In this order: what one pattern replaced no longer matches later ones. `$1` is what stays. */
const patterns: readonly (readonly [RedactionKind, RegExp])[] = [
  [
    'private-key',
    /()-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
  ],
  ['url-credentials', /(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@"'<>]{1,512}(?=@)/gi],
  ['authorization', /(\bauthorization\\?["']?\s*[:=]\s*\\?["']?)(?:[a-z]{1,20}\s+)?[^\s"',;\\]+/gi],
  ['authorization', /(\b(?:bearer|basic)\s+)[\w.~+/=-]{16,}/gi],
  [
    'named-secret',
    new RegExp(String.raw`(\b[\w-]{0,40}(?:${secretName})\\?["']?\s{0,4}[:=]\s{0,4})${quotedOrWord}`, 'gi'),
  ],
  ['named-secret', new RegExp(String.raw`(--(?:${secretName})\s+)${quotedOrWord}`, 'gi')],
  [
    'known-token',
    /()\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|dckr_[po]at_[\w-]{16,}|AKIA[0-9A-Z]{16})/g,
  ],
  ['known-token', /()\b(?:xox[abprs]-[\w-]{10,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+)/g],
];

class Counter {
  readonly counts: Partial<Record<RedactionKind, number>> = {};

  add(kind: RedactionKind): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
  }
}

function redactWith(counter: Counter, text: string): string {
  let redacted = text;
  for (const [kind, pattern] of patterns)
    redacted = redacted.replace(pattern, (found, retained: string) => {
      // An earlier pattern has replaced it.
      if (found.slice(retained.length).includes(redactedMark)) return found;
      counter.add(kind);
      return retained + redactedMark;
    });
  return redacted;
}

/** Redacts secrets in a log or another text. */
export function redactText(text: string): RedactedText {
  const counter = new Counter();
  const redacted = redactWith(counter, text);
  return { text: redacted, counts: counter.counts };
}

const secretKey = new RegExp(`^auths?$|${secretName}`, 'i');

/**
 * Redacts the values of keys with names of secrets, and secrets in other values. A text that is not JSON is
 * redacted as text.
 */
export function redactJson(text: string): RedactedText {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return redactText(text);
  }
  const counter = new Counter();
  const redacted = redactValue(counter, value, false);
  return { text: `${JSON.stringify(redacted, null, 2)}\n`, counts: counter.counts };
}

function redactValue(counter: Counter, value: unknown, isSecret: boolean): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => redactValue(counter, item, isSecret));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, item]: [string, unknown]) => [
        key,
        redactValue(counter, item, isSecret || secretKey.test(key)),
      ]),
    );
  if (isSecret && (typeof value === 'number' || (typeof value === 'string' && value !== ''))) {
    counter.add('named-secret');
    return redactedMark;
  }
  return typeof value === 'string' ? redactWith(counter, value) : value;
}
