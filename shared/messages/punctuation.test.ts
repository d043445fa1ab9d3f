import { describe, expect, test } from 'vitest';
// Adds the planner's sentences.
import '../../planner/base/refuse.ts';
import '../apply/log-sentences.ts';
import { english } from './catalogue/index.ts';
import { chinese } from './catalogue/zh-CN/index.ts';
import type { SentencesByArea } from './renderer.ts';
import { en } from './window/en/index.ts';
import { zhCN } from './window/zh-CN/index.ts';
import { flattenTexts } from './window/flatten-texts.ts';

type Entries = readonly (readonly [key: string, text: string])[];

const catalogue = (areas: SentencesByArea): Entries =>
  Object.values(areas).flatMap((area) => Object.entries(area()));
const inEnglish: Entries = [...flattenTexts(en), ...catalogue(english)];
const inChinese: Entries = [...flattenTexts(zhCN), ...catalogue(chinese)];

/** The texts as shown, with a value of Latin letters. */
const rendered = (entries: Entries): Entries =>
  entries.map(([key, text]) => [key, text.replaceAll(/\{\{\w+\}\}/g, 'web')]);

const matching = (entries: Entries, ...patterns: readonly RegExp[]): readonly string[] =>
  entries
    .filter(([, text]) => patterns.some((pattern) => pattern.test(text)))
    .map(([key, text]) => `${key}: ${text}`);

const han = '\\u4e00-\\u9fff';

describe('Chinese punctuation', () => {
  test('marks between and after Chinese words are full-width', () => {
    const except = new Set(['cli-help.commands-placeholder', 'policy.bind-form']); // as typed
    const halfWidth = [
      new RegExp(`[${han}][,;:?!](?!//)`),
      new RegExp(`[,;:?!][${han}]`),
      new RegExp(`[${han}]\\.(?!\\w)`),
      new RegExp(`[${han}]"`),
    ];
    expect(
      matching(
        inChinese.filter(([key]) => !except.has(key)),
        ...halfWidth,
      ),
    ).toEqual([]);
  });

  test('there is no blank beside a full-width mark', () => {
    expect(matching(rendered(inChinese), /[，。；：、！？（）“”] /, / [，。；：、！？（）“”]/)).toEqual([]);
  });

  test('there is a blank between Chinese and Latin words', () => {
    const mixed = new RegExp(`[${han}][A-Za-z0-9\`]|[A-Za-z0-9\`][${han}]`);
    const withoutValues: Entries = inChinese.map(([key, text]) => [
      key,
      text.replaceAll(/\{\{\w+\}\}/g, ' '),
    ]);
    expect(matching(withoutValues, mixed)).toEqual([]);
  });

  test('lists are separated by enumeration commas', () => {
    expect(matching(rendered(inChinese), /, /)).toEqual([]);
  });

  test('brackets are full-width around Chinese, and half-width around Latin words', () => {
    const withoutValues: Entries = inChinese.map(([key, text]) => [key, text.replaceAll(/\{\{\w+\}\}/g, '')]);
    expect(
      matching(
        withoutValues,
        new RegExp(`\\([^()]*[${han}][^()]*\\)`),
        new RegExp(`（(?=[^（）]*[A-Za-z])[^（）${han}]*）`),
      ),
    ).toEqual([]);
  });
});

test('no bracket follows a bracket, and no mark a mark that ends a sentence', () => {
  expect(matching(inChinese, /[）)] ?[（(]/, /[。；：，、][。；：，、]|。）/)).toEqual([]);
  // `..` is a path, `…` three dots of a command's usage.
  const literal = /["`]\.\.?["`]|\.\.\./g;
  const withoutLiterals: Entries = inEnglish.map(([key, text]) => [key, text.replaceAll(literal, '')]);
  expect(matching(withoutLiterals, /\) ?\(/, /[.;,] ?[.:;,]|:[:;,]/)).toEqual([]);
});
