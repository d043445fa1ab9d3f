const ports = /^(?:\*|\d{1,5}(?:,\d{1,5})*)$/;
const ipv4Network = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

interface ContentRule {
  readonly accepts: (text: string) => boolean;
  /** What a text of another form was probably meant to be. */
  readonly guesses: (text: string) => readonly string[];
}

/** Whether a text is a URL with one of these schemes. To browsers "http:proxy" is one as well. */
function hasScheme(text: string, schemes: readonly string[]): boolean {
  if (!schemes.some((scheme) => text.toLowerCase().startsWith(`${scheme}://`))) return false;
  try {
    new URL(text);
    return true;
  } catch {
    return false;
  }
}

/** An address without its scheme, or without the slashes after it. */
const withHttp = (text: string): readonly string[] => {
  const [, scheme, rest = ''] = /^(https?|socks5):\/?([^/].*)$/i.exec(text) ?? [];
  if (scheme !== undefined) return /^\d+$/.test(rest) ? [] : [`${scheme}://${rest}`];
  return /^[\w.-]+:\d{1,5}\/?$/.test(text) ? [`http://${text}`] : [];
};

/** What strings of Docker Desktop's settings must contain: another text has no meaning to it. */
const rules = {
  'proxy-address': {
    accepts: (text) => hasScheme(text, ['http', 'https', 'socks5']),
    guesses: withHttp,
  },
  'pac-address': {
    accepts: (text) => hasScheme(text, ['http', 'https', 'file']),
    guesses: () => [],
  },
  'pac-script': {
    accepts: (text) => /\bFindProxyForURL\b/.test(text),
    guesses: () => [],
  },
  'contact-address': {
    accepts: (text) => hasScheme(text, ['http', 'https']) || /^mailto:[^\s@]+@[^\s@]+$/i.test(text),
    guesses: (text) => [
      `mailto:${text}`,
      ...(/^[\w-]+(?:\.[\w-]+)+(?:\/\S*)?$/.test(text) ? [`https://${text}`] : []),
    ],
  },
  'port-list': {
    accepts: (text) =>
      ports.test(text) &&
      text.split(',').every((port) => port === '*' || (Number(port) >= 1 && Number(port) <= 65_535)),
    guesses: (text) => [
      text
        .split(/[\s,;]+/)
        .filter((port) => port !== '')
        .join(','),
    ],
  },
  'ipv4-network': {
    accepts(text) {
      const [, a, b, c, d, prefix] = (ipv4Network.exec(text) ?? []).map(Number);
      return prefix !== undefined && prefix <= 32 && [a, b, c, d].every((octet) => (octet ?? 256) <= 255);
    },
    guesses: () => [],
  },
} satisfies Record<string, ContentRule>;

export type TextContent = keyof typeof rules;

const isTextContentName = (name: string): name is TextContent => Object.hasOwn(rules, name);

/** The content that a key's facts name, if its texts are checked here. */
export const textContent = (name: string | undefined): TextContent | null =>
  name !== undefined && isTextContentName(name) ? name : null;

/** Whether a text can be what it must be. An empty one is: the setting is not set. */
export const isUsableText = (content: TextContent, text: string): boolean =>
  text.trim() === '' || rules[content].accepts(text.trim());

/** The usable text that an unusable one was probably meant to be; null if nothing is probable. */
export const mendedText = (content: TextContent, text: string): string | null =>
  rules[content].guesses(text.trim()).find((guess) => rules[content].accepts(guess)) ?? null;
