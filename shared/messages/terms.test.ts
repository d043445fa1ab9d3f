import { describe, expect, test } from 'vitest';
import { english } from './catalogue/index.ts';
import { chinese } from './catalogue/zh-CN/index.ts';
import { en } from './window/en/index.ts';
import { zhCN } from './window/zh-CN/index.ts';
import { flattenTexts } from './window/flatten-texts.ts';

// One word for one thing, in the window and on the command line (ARCHITECTURE.md, Glossary).

const catalogue = (areas: Readonly<Record<string, () => Readonly<Record<string, string>>>>) =>
  Object.values(areas).flatMap((area) => Object.entries(area()));

const texts = {
  English: [...flattenTexts(en), ...catalogue(english)],
  Chinese: [...flattenTexts(zhCN), ...catalogue(chinese)],
};

/** Texts with a word, except those whose key matches `allowed`. */
const withWord = (language: keyof typeof texts, word: RegExp, allowed: RegExp = /^$/) =>
  texts[language]
    .filter(([key, text]) => word.test(text.replaceAll(/\{\{\w+\}\}/g, '')) && !allowed.test(key))
    .map(([key, text]) => `${key}: ${text}`);

describe('one term for a concept', () => {
  test('a verification consists of checks; the probe is the program that makes them', () => {
    // What a check observed is technical; so are the program and its image.
    const technical = /^(?:evidence|operations|verify)\.|probe-built$/;
    expect(withWord('English', /\bprob(?:es?|ed)\b/i, technical)).toEqual([]);
    expect(withWord('Chinese', /探测/, technical)).toEqual([]);
    expect(withWord('English', /\bclaims?\b/i)).toEqual([]);
    expect(withWord('Chinese', /断言/)).toEqual([]);
  });

  test('containers are kept from the host; engines are installed on a machine', () => {
    expect(withWord('English', /\bcomputers?\b|engine['’]s machine/i)).toEqual([]);
    const ofMachine =
      /(?:director(?:y|ies)|devices?|files?|root|processe?s?) (?:of|on) (?:this|the) machine/i;
    expect(withWord('English', ofMachine)).toEqual([]);
    expect(withWord('Chinese', /本机|机器|这台计算机/)).toEqual([]);
    expect(withWord('Chinese', /内嵌引擎|嵌入式引擎/)).toEqual([]);
  });

  test('one rolls back; only what was lost is restored', () => {
    // The settings file is gone or unusable: the version in force is written again. And: the window's button,
    // words that the palette finds.
    const lost =
      /^cli-status\.restore$|^system\.settings-deleted|fails[.-](?:lost|replaced)$|^frame\.enforcement\./;
    const other = /^frame\.(?:window|pageKeywords)\./;
    const restore = /(?<!live-)\brestor(?:e|ed|es|ing)\b/i;
    expect(withWord('English', restore, new RegExp(`${lost.source}|${other.source}`))).toEqual([]);
    expect(
      withWord(
        'English',
        /\bputs? back\b|\bway back\b|(?<!\broll(?:s|ed|ing)? )\bback to version|given back/i,
      ),
    ).toEqual([]);
    expect(withWord('Chinese', /恢复到版本|恢复旧容器|恢复原状/)).toEqual([]);
  });
});
