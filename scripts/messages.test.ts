import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { printedTexts, sourceTexts } from '../tests/support/message-sources.ts';
import { deny, refusalText } from '../shared/policy/decision.ts';
import { message } from '../shared/messages/message.ts';
import { loadTranslator } from '../shared/messages/translator.ts';
import { rules, type RuleCode } from '../shared/rules/index.ts';
import { chinese, sentences } from '../shared/messages/zh-CN/index.ts';
import { languageOfEnvironment } from '../shared/language.ts';

const translate = await loadTranslator('zh-CN');
const root = path.join(import.meta.dirname, '..');
const places = (text: string): readonly string[] => [...new Set(text.match(/\{\d+\}/g))].sort();
const list = (texts: readonly { text: string; file: string; line: number }[]) =>
  texts.map(({ text, file, line }) => `${file}:${line} ${text}`);
const all: Readonly<Record<string, string>> = sentences;

describe('messages of engine, gateway and command line in Chinese', () => {
  test('every text of an error or a finding in the sources has its translation', () => {
    expect(
      list(
        sourceTexts(root, ['shared', 'engine', 'supervisor', 'planner', 'electron', 'cli', 'gateway']).filter(
          ({ text }) => !Object.hasOwn(all, text),
        ),
      ),
    ).toEqual([]);
  });

  test('what a share gives away, and what is wrong with a path, is told in Chinese', () => {
    const texts = printedTexts(root, ['shared/settings']).filter(
      ({ file }) => file.endsWith('shares.ts') || file.includes('lint/'),
    );
    // Subjects and beginnings of sentences that are told whole.
    const pieces = /^(?:"\*", any image,|A tag "\*" together)/;
    expect(
      list(
        texts.filter(
          ({ text }) =>
            !pieces.test(text) && !/[\u4e00-\u9fff]/.test(chinese.told(text.replaceAll(/\{\d+\}/g, 'X1'))),
        ),
      ),
    ).toEqual([]);
  });

  test('a translation has the values of its English; only inflected endings and verbs may be missing', () => {
    const different = Object.entries(all).filter(([text, translation]) => {
      const endings = new Set(
        [
          ...text.matchAll(
            new RegExp(
              String.raw`[a-z](\{\d+\})|(\{\d+\})(?=[a-z]| shared as| its namespaces| not protected)|` +
                String.raw`(?<=in \{\d+\} )(\{\d+\})`,
              'g',
            ),
          ),
        ].map(([, ...found]) => found.find((one) => one !== undefined)),
      );
      return (
        places(translation).some((place) => !text.includes(place)) ||
        places(text).some((place) => !translation.includes(place) && !endings.has(place))
      );
    });
    expect(different.map(([text]) => text)).toEqual([]);
  });

  test('no English is left but names, options and what is typed', () => {
    // Command lines and fields are the same in every language.
    const kept =
      /^(?:--|docker |HostConfig\.|\{0\} \(\{1\}\)$|(?:\{0\})?, Docker Engine |\{0\} of \{1\}: \{2\}$)/;
    expect(
      Object.entries(all)
        .filter(([text, translation]) => !/[\u4e00-\u9fff]/.test(translation) && !kept.test(text))
        .map(([text]) => text),
    ).toEqual([]);
  });
});

describe('a refusal', () => {
  const denial = deny(
    'socket-mount',
    message('policy.mounting-docker-socket-into-image', { source: '/var/run/docker.sock', image: 'alpine' }),
    { detail: message('policy.there-is-no-such-container') },
  );

  test('is told alike when it comes as an English sentence from another process', () => {
    expect(chinese.told(refusalText(denial))).toBe(refusalText(denial, translate));
    expect(chinese.told(`Error response from daemon: ${refusalText(denial)}`)).toBe(
      `Error response from daemon: ${refusalText(denial, translate)}`,
    );
  });

  test('of every rule comes back from its English', () => {
    // Object.keys forgets the keys' type
    for (const rule of Object.keys(rules) as RuleCode[]) {
      const one = deny(rule, '--pid=host', { spec: 'A7' });
      expect(chinese.told(refusalText(one)), rule).toBe(refusalText(one, translate));
    }
  });
});

test('an engine\u2019s own words stay as they are', () => {
  expect(
    chinese.told('OCI runtime create failed: runc create failed: unable to start container process'),
  ).toBe('OCI runtime create failed: runc create failed: unable to start container process');
});

test('the locale decides, LC_ALL before LC_MESSAGES before LANG', () => {
  expect(languageOfEnvironment({ LANG: 'zh_CN.UTF-8' })).toBe('zh-CN');
  expect(languageOfEnvironment({ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'en_GB.UTF-8' })).toBe('en');
  expect(languageOfEnvironment({ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' })).toBe('en');
  expect(languageOfEnvironment({ LC_ALL: '', LANG: 'zh_CN' })).toBe('zh-CN');
  expect(languageOfEnvironment({ LANG: 'de_DE.UTF-8' })).toBe('en');
  expect(languageOfEnvironment({})).toBe('en');
});
