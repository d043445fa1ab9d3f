import { refusalPrefix } from './refusal-prefix.ts';

/**
 * English sentences with `{0}`, `{1}` … where values go in, and what they are in another language. A value
 * may be left away: English plural endings are values.
 */
export type Sentences = Readonly<Record<string, string>>;

/** The sentences of rules and settings by their ids, in English and in the language of the translation. */
export interface RuleTexts {
  readonly english: Sentences;
  readonly translation: Sentences;
}

/** Everything that is said in a language outside the window. */
export interface Messages {
  /**
   * An English sentence that was put together elsewhere, told in this language; as it is where it is not ours
   * (an engine's or a system's own words).
   */
  readonly told: (english: string) => string;
  /** What refusals name: `what` and `detail` of a denial. */
  readonly named: (english: string) => string;
  /** A sentence, what a refusal names, or a rule: what a line of the command line may be made of. */
  readonly part: (english: string) => string;
}

interface Pattern {
  readonly match: RegExp;
  readonly translation: string;
  readonly literal: number;
}

const deepest = 4;
const remembered = 500;
const shortest = 16;
const remarkable = /[.*+?^${}()|[\]\\]/g;

/**
 * Messages from their English: processes tell each other English sentences (a journal, the decision log, an
 * engine's answer), so that whoever shows one to a person translates it there. Sentences are found again by
 * their fixed parts, the longest first; `named` are what refusals name: too short to be looked for elsewhere.
 */
export function messages(sentences: Sentences, ruleTexts: RuleTexts, named: Sentences): Messages {
  const english = (id: string): string => ruleTexts.english[id] ?? '';
  const translated = (id: string): string => ruleTexts.translation[id] ?? english(id);
  // The longest first: one sentence may begin another.
  const ids = Object.keys(ruleTexts.english).sort((a, b) => english(b).length - english(a).length);
  const told = createTranslator(sentences, (english) => toldRefusal(english));
  const inRefusal = createTranslator({ ...sentences, ...named }, () => null);
  const rules = Object.fromEntries(
    ids.filter((id) => !english(id).includes('{{')).map((id) => [english(id), translated(id)]),
  );
  const part = createTranslator({ ...rules, ...sentences, ...named }, (english) => toldRefusal(english));

  /** A refusal as the gateway tells it in English, also after words of Docker's before it. */
  const toldRefusal = (sentence: string): string | null => {
    const at = sentence.indexOf(refusalPrefix);
    if (at < 0) return null;
    const parts = /^([^]*?) is blocked: ([^]*); ([^]*)$/.exec(sentence.slice(at + refusalPrefix.length));
    const rule = ids.find((id) => parts?.[2]?.startsWith(english(id)) === true);
    const setting = parts?.[3]?.trim();
    if (parts === null || rule === undefined || setting === undefined) return null;
    const asides = (parts[2] ?? '').slice(english(rule).length).matchAll(/ \(((?:[^()]|\([^()]*\))*)\)/g);
    const why = [...asides].reduce(
      (text, [, aside = '']) => fillNames(translated('rules.with-aside'), { text, aside: inRefusal(aside) }),
      translated(rule),
    );
    const what = inRefusal(parts[1] ?? '');
    return `${sentence.slice(0, at)}${fillNames(translated('rules.refusal'), { what, rule: why, setting: toldSetting(setting) })}`;
  };

  const toldSetting = (sentence: string): string => {
    const id = ids.find((one) => english(one) === sentence);
    if (id !== undefined) return translated(id);
    const index = /\[(\d+)\]$/.exec(sentence)?.[1];
    return index === undefined ? sentence : fillNames(translated('rules.setting-per-image-list'), { index });
  };

  return { told, named: inRefusal, part };
}

/** Finds sentences again, with a memory for those that come often. */
function createTranslator(
  sentences: Sentences,
  special: (english: string) => string | null,
): (english: string) => string {
  // Worked out when the first sentence is told: most processes never do.
  let compiled: readonly Pattern[] | undefined;
  const patterns = (): readonly Pattern[] =>
    (compiled ??= Object.entries(sentences)
      .filter(([text]) => /\{\d+\}/.test(text))
      .map(([text, translation]) => {
        const literal = text.replaceAll(/\{\d+\}/g, '').length;
        // One that begins with a value and has little else would find itself in anybody's words: there the
        // value is one word.
        const open = text.startsWith('{0}') && literal < shortest ? text.replace('{0}', '\u0000') : text;
        return {
          match: new RegExp(
            `^${open
              .replaceAll(remarkable, '\\$&')
              .replaceAll(/\\\{\d+\\\}/g, '([^]*?)')
              .replace('\u0000', '(\\S+)')}$`,
          ),
          translation,
          literal,
        };
      })
      .sort((a, b) => b.literal - a.literal));
  const known = new Map<string, string>();
  // A value of one word is a name, whatever it is called.
  const value = (text: string, depth: number): string =>
    depth < deepest && text.includes(' ') ? tell(text, depth + 1) : text;
  const tell = (english: string, depth: number): string => {
    const whole = Object.hasOwn(sentences, english) ? sentences[english] : known.get(english);
    if (whole !== undefined) return whole;
    const found = special(english) ?? matched(english, depth) ?? english;
    if (known.size >= remembered) known.clear();
    known.set(english, found);
    return found;
  };
  const matched = (english: string, depth: number): string | null => {
    for (const { match, translation } of patterns()) {
      const values = match.exec(english);
      if (values !== null)
        return fill(
          translation,
          values.slice(1).map((one) => value(one, depth)),
        );
    }
    return null;
  };
  return (english) => tell(english, 0);
}

/** Puts values in the places `{0}`, `{1}` … of a text. */
const fill = (text: string, values: readonly string[]): string =>
  text.replaceAll(/\{(\d+)\}/g, (_, index: string) => values[Number(index)] ?? '');

/** Puts values in the places `{{name}}` of a text. */
const fillNames = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '');
