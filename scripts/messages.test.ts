import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { printedTexts, sourceTexts } from '../testing/message-sources.ts';
import { deny, refusalText, ruleCodes, type SettingPointer } from '../shared/policy/decision.ts';
import { decisions as english } from '../shared/messages/en/decisions.ts';
import { decisions } from '../shared/messages/zh-CN/decisions.ts';
import { keys } from '../shared/messages/zh-CN/keys.ts';
import { knownKeys, type KnownKey } from '../shared/settings/known-keys.ts';
import { chinese, sentences } from '../shared/messages/zh-CN/index.ts';
import { cli } from '../shared/messages/zh-CN/cli.ts';
import { chineseLines } from '../shared/messages/zh-CN/command-line.ts';
import { recreation } from '../shared/messages/zh-CN/recreation.ts';
import { dockerCommands } from '../shared/settings/commands.ts';
import { operations } from '../shared/verify/operations.ts';
import { languageOfEnvironment } from '../shared/messages/language.ts';

const root = path.join(import.meta.dirname, '..');
const places = (text: string): readonly string[] => [...new Set(text.match(/\{\d+\}/g))].sort();
const list = (texts: readonly { text: string; file: string; line: number }[]) => texts.map(({ text, file, line }) => `${file}:${line} ${text}`);
const all: Readonly<Record<string, string>> = { ...cli, ...recreation, ...sentences };
// Option syntax, lines of logs, and texts for programs.
const notForPeople = /^ {2}bulkhead settings (?:set|prefer) |^Docker Desktop$/;

describe('messages of engine, gateway and command line in Chinese', () => {
  test('every text of an error, a denial or a finding in the sources has its translation', () => {
    expect(list(sourceTexts(root, ['shared', 'engine', 'electron', 'cli', 'gateway']).filter(({ text }) => !Object.hasOwn(all, text)))).toEqual([]);
  });

  test('everything the command line prints is told', () => {
    expect(list(printedTexts(root, ['cli']).filter(({ text }) => !Object.hasOwn(all, text) && !/[\u4e00-\u9fff]/.test(chineseLines.line(text.replaceAll(/\{\d+\}/g, 'X1'))) && !notForPeople.test(text)))).toEqual([]);
  });

  test('every key of a settings file is explained in Chinese, and nothing else is', () => {
    const descriptions = new Set<string>();
    const walk = (key: KnownKey): void => {
      descriptions.add(key.description);
      for (const member of [...Object.values(key.keys ?? {}), ...(key.items === undefined ? [] : [key.items])]) walk(member);
    };
    for (const key of Object.values(knownKeys)) walk(key);
    expect([...descriptions].filter((text) => !Object.hasOwn(keys, text))).toEqual([]);
    // What completion itself says.
    const said = ['What a missing one means.', 'Every command of the group: {0}.', 'Can\'t be listed: {0}.'];
    expect(Object.keys(keys).filter((text) => !descriptions.has(text) && !said.includes(text))).toEqual([]);
  });

  test('every Docker command is described in Chinese, in the picker and in completion', () => {
    expect(dockerCommands.flatMap(({ description }) => [description, `${description}.`]).filter((text) => !Object.hasOwn(all, text))).toEqual([]);
  });

  test('every kernel operation that is tried has its Chinese title', () => {
    expect(operations.map(({ title }) => title).filter((title) => title.includes(' ') && !Object.hasOwn(all, title))).toEqual([]);
  });

  test('a translation has the values of its English; only endings and verbs that English bends may be left away', () => {
    const different = Object.entries(all).filter(([text, translation]) => {
      const endings = new Set([...text.matchAll(/[a-z](\{\d+\})|(\{\d+\})(?=[a-z]| shared as| its namespaces| not protected)|(?<=in \{\d+\} )(\{\d+\})/g)].map(([, ...found]) => found.find((one) => one !== undefined)));
      return places(translation).some((place) => !text.includes(place)) || places(text).some((place) => !translation.includes(place) && !endings.has(place));
    });
    expect(different.map(([text]) => text)).toEqual([]);
  });

  test('no English is left but names, options and what is typed', () => {
    // Command lines and fields are the same in every language.
    const kept = /^(?:--|docker |HostConfig\.|\{0\} \(\{1\}\)$|(?:\{0\})?, Docker Engine |\{0\} of \{1\}: \{2\}$)/;
    expect(Object.entries(all).filter(([text, translation]) => !/[\u4e00-\u9fff]/.test(translation) && !kept.test(text)).map(([text]) => text)).toEqual([]);
  });

  test('rules and settings are told with the settings\u2019 names as they are written in the file', () => {
    for (const [pointer, text] of Object.entries(english.settings)) {
      const named = text.match(/[a-zA-Z]+(?:\.[a-zA-Z]+)+(?:: "\w+")?|\b(?:filesharingAllowedDirectories|blockDockerLoad)\b/g) ?? [];
      for (const name of named) expect(decisions.settings[pointer as keyof typeof decisions.settings], pointer).toContain(name); // Object.entries forgets the keys' type
    }
    expect(Object.keys(decisions.rules).sort()).toEqual([...ruleCodes].sort());
  });
});

describe('a refusal', () => {
  const denial = deny('socket-mount', 'mounting the Docker socket (/var/run/docker.sock) into a container of image alpine', { spec: 'B1', setting: '/enhancedContainerIsolation/dockerSocketMount/imageList', detail: 'there is no such container' });

  test('is told in the language from its codes, with the same beginning, rule and setting', () => {
    expect(refusalText(denial, chinese)).toBe('enhanced container isolation: 已阻止“将 Docker 套接字 (/var/run/docker.sock) 挂载到 镜像 alpine 的容器中”：只有允许的镜像可以挂载 Docker 套接字（没有这个容器）（B1）；管理员可以在 enhancedContainerIsolation.dockerSocketMount.imageList 中添加涵盖该镜像的条目来允许');
  });

  test('is told alike when it comes as an English sentence from another process', () => {
    expect(chinese.told(refusalText(denial))).toBe(refusalText(denial, chinese));
    expect(chinese.told(`Error response from daemon: ${refusalText(denial)}`)).toBe(`Error response from daemon: ${refusalText(denial, chinese)}`);
  });

  test('of every rule and setting comes back from its English', () => {
    for (const rule of ruleCodes) {
      for (const setting of [null, '/bulkhead/perImageCommandLists/3', ...Object.keys(english.settings)] as SettingPointer[]) {
        const one = deny(rule, '--pid=host', { spec: 'A7', setting, detail: 'it is not UTF-8' });
        expect(chinese.told(refusalText(one)), `${rule} ${String(setting)}`).toBe(refusalText(one, chinese));
      }
    }
  });
});

test('an engine\u2019s own words stay as they are', () => {
  expect(chinese.told('OCI runtime create failed: runc create failed: unable to start container process')).toBe('OCI runtime create failed: runc create failed: unable to start container process');
});

test('the locale decides, LC_ALL before LC_MESSAGES before LANG', () => {
  expect(languageOfEnvironment({ LANG: 'zh_CN.UTF-8' })).toBe('zh-CN');
  expect(languageOfEnvironment({ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'en_GB.UTF-8' })).toBe('en');
  expect(languageOfEnvironment({ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' })).toBe('en');
  expect(languageOfEnvironment({ LC_ALL: '', LANG: 'zh_CN' })).toBe('zh-CN');
  expect(languageOfEnvironment({ LANG: 'de_DE.UTF-8' })).toBe('en');
  expect(languageOfEnvironment({})).toBe('en');
});
