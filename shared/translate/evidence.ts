import { refusalPrefix } from './refusal-prefix.ts';

const said = '(?:ok|not tried|was allowed|E[A-Z0-9]+)';
/** Ends of what probes list: "title: EPERM, …" and "title (EPERM), …". Titles have commas of their own. */
const outcomes = new RegExp(`(?<=: ${said}), `),
  asides = new RegExp(`(?<=\\(${said}\\)), `);
const outcome = new RegExp(`^([^]+): (${said})$`),
  aside = new RegExp(`^([^]+) \\((${said})\\)$`);
const words = /[A-Za-z]{2,} [A-Za-z]{2,}/;

/**
 * Evidence that is not one sentence: a refusal with what was asked before it, lists, and what came of a thing
 * that was tried. `tell`: one part of it; `refusal`: a refusal alone. Null for a sentence, and for words of
 * which a part is nobody's here.
 */
export function translateEvidence(
  english: string,
  tell: (english: string) => string,
  refusal: (english: string) => string | null,
): string | null {
  const [, before, note] = /^([^]+)\. (Images on the list [^]+)$/.exec(english) ?? [];
  if (before !== undefined && note !== undefined) return `${tell(before)}。${tell(note)}`;
  const at = english.indexOf(refusalPrefix);
  const [, asked, status] = at < 0 ? [] : (/^(?:([^]+): )?(?:(\d{3}) )?$/.exec(english.slice(0, at)) ?? []);
  const refused = at < 0 ? null : refusal(english.slice(at));
  if (refused !== null)
    return `${asked === undefined ? '' : `${tell(asked)}：`}${status === undefined ? '' : `${status} `}${refused}`;
  const [, label, listed] =
    /^(unclear|wrong|\d+ of \d+ refused by Enhanced Container Isolation \(403\)): ([^]+)$/.exec(english) ??
    [];
  if (label !== undefined && listed !== undefined) return `${tell(label)}：${tell(listed)}`;
  const list = (separator: string | RegExp, joint: string): string | null => {
    const parts = english.split(separator);
    if (parts.length < 2) return null;
    const told = parts.map((part) => tell(part));
    return told.every((part, index) => part !== parts[index] || !words.test(part)) ? told.join(joint) : null;
  };
  const of = (shape: RegExp, join: (title: string, what: string) => string): string | null => {
    const [, title, what] = shape.exec(english) ?? [];
    return title === undefined || what === undefined ? null : join(tell(title), what);
  };
  return (
    list('; ', '；') ??
    list(outcomes, '，') ??
    list(asides, '、') ??
    of(outcome, (title, what) => `${title}：${tell(what)}`) ??
    of(aside, (title, what) => `${title} (${tell(what)})`) ??
    list(', ', '、')
  );
}
