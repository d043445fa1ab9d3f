/** What in a text was taken for a secret. */
export const redactionKinds = [
  'private-key',
  'url-credentials',
  'authorization',
  'named-secret',
  'known-token',
] as const;
export type RedactionKind = (typeof redactionKinds)[number];

/** A text without what looks like a secret, and how often each kind was replaced. */
export interface RedactedText {
  readonly text: string;
  readonly counts: Readonly<Partial<Record<RedactionKind, number>>>;
}

/** What stands in the place of a secret. */
export const redactedMark = '[redacted]';

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

/** In this order: what one replaced has nothing left for those after it. `$1` is what stays. */
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
      // A pattern before this one has replaced it.
      if (found.slice(retained.length).includes(redactedMark)) return found;
      counter.add(kind);
      return retained + redactedMark;
    });
  return redacted;
}

/** Replaces what looks like a secret in a log or another text. */
export function redactText(text: string): RedactedText {
  const counter = new Counter();
  const redacted = redactWith(counter, text);
  return { text: redacted, counts: counter.counts };
}

const secretKey = new RegExp(`^auths?$|${secretName}`, 'i');

/**
 * Replaces the values of keys that are named like secrets, and what looks like a secret in the others. A text
 * that is no JSON is redacted as text.
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
