import { describe, expect, test } from 'vitest';
// Adds the planner's sentences.
import '../../planner/base/refuse.ts';
import '../apply/log-sentences.ts';
import { english } from './catalogue/index.ts';
import { chinese } from './catalogue/zh-CN/index.ts';
import { en } from './window/en/index.ts';
import { zhCN } from './window/zh-CN/index.ts';
import { flattenTexts } from './window/flatten-texts.ts';

// One word for one thing, in the window and on the command line (docs/glossary.md).

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

const either = (...keys: readonly RegExp[]): RegExp => new RegExp(keys.map(({ source }) => source).join('|'));

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
    expect(withWord('English', /\broot in the engine\b/i)).toEqual([]);
    expect(withWord('Chinese', /(?:引擎|计算机)[中上]?的 root/)).toEqual([]);
    expect(withWord('Chinese', /本机|机器|这台计算机/)).toEqual([]);
    expect(withWord('Chinese', /内嵌引擎|嵌入式引擎/)).toEqual([]);
  });

  test('one rolls back; only what was lost is restored', () => {
    // The settings file is gone or unusable: the version in force is written again. A lost ledger. And: the
    // window's button, words that the palette finds.
    const lost = either(
      /^cli-status\.restore$|^system\.settings-deleted|fails[.-](?:lost|replaced)$|\.owners-missing$/,
      /^(?:frame\.)?enforcement\.|^overview\.next\.restoreFile$/,
    );
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

  test('the gateway denies; a program, an engine or a kernel refuses what it does not take', () => {
    const keywords = /^frame\.(?:page|setting)Keywords\./;
    const refusing = either(
      /^(?:app|errors|evidence)\.|credentials-refused$/,
      /^cli-help\.(?:apply-base|containers-remove|ranges-release)/,
    );
    expect(withWord('English', /\brefus(?:es?|ed|als?|ing)\b/i, either(keywords, refusing))).toEqual([]);
    // Named by a value or a key that Docker has: "block", blockDockerLoad. What an apply or a release waits
    // for. And how every denial begins, with which scripts compare it.
    const blocking = either(
      /^isolation\.preference\.load\.|^review\.findings\.blocks/,
      /^engine\.find-blocking-container|^operations\.|^rules\.refusal$|^planner-refusals\.step-process$/,
    );
    expect(withWord('English', /\bblock(?:s|ed|ing)\b/i, either(keywords, blocking))).toEqual([]);
    expect(withWord('Chinese', /拦截|屏蔽|禁止|封锁/, keywords)).toEqual([]);
  });

  test('the images that may mount the Docker socket are the allowed images', () => {
    const keywords = /^frame\.settingKeywords\./;
    const list = /\ballow ?lists?\b|\bwhitelist|\bimage lists?\b|\blisted images?\b/i;
    expect(withWord('English', list, keywords)).toEqual([]);
    expect(
      withWord('Chinese', /白名单|允许列表|(?<!允许的)镜像列表|列出的(?:每个)?镜像|所列镜像/, keywords),
    ).toEqual([]);
  });
});

test('Chinese has one word for one thing', () => {
  const keywords = /^frame\.(?:page|setting)Keywords\./;
  const others: readonly (readonly [other: RegExp, word: string])[] = [
    [/撤销/, '撤消'],
    [/退出(?:代码|状态)/, '退出码'],
    [/ECI 未开启/, 'ECI 已关闭'],
    [/增强容器隔离/, '增强型容器隔离'],
    [/管理进程/, '监管进程'],
    [/专属/, '专用'],
    [/账户|账号|帐号/, '帐户'],
    [/经典构建器/, '旧版构建器'],
    [/图驱动/, '存储驱动程序'],
    [/\d\s%/, '100%'],
  ];
  expect(others.flatMap(([other]) => withWord('Chinese', other, keywords))).toEqual([]);
});

test('an apostrophe is straight in sentences that reach terminals and logs, and curly in the window', () => {
  const withSign = (entries: readonly (readonly [string, string])[], sign: RegExp) =>
    entries.filter(([, text]) => sign.test(text)).map(([key, text]) => `${key}: ${text}`);
  expect(withSign(catalogue(english), /\p{L}’/u)).toEqual([]);
  expect(withSign([...flattenTexts(en)], /\p{L}'/u)).toEqual([]);
});
