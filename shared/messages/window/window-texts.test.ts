import { describe, expect, test } from 'vitest';
import { en } from './en/index.ts';
import { flattenTexts } from './flatten-texts.ts';
import { zhCN } from './zh-CN/index.ts';

const english = new Map(flattenTexts(en)),
  chinese = new Map(flattenTexts(zhCN));
const places = (text: string | undefined): readonly string[] =>
  [...new Set(text?.match(/\{\{\s*\w+\s*\}\}/g))].sort();
const code = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`]*)`/g)].map(([, inside = '']) => inside.replaceAll(/\{\{\w+\}\}/g, '…')).sort();

describe('texts of the window', () => {
  test('Chinese has exactly the keys of English; its one plural form is _other', () => {
    expect([...english.keys()].filter((key) => !key.endsWith('_one') && !chinese.has(key))).toEqual([]);
    expect([...chinese.keys()].filter((key) => !english.has(key) || key.endsWith('_one'))).toEqual([]);
  });

  test('English has both forms of every plural', () => {
    expect(
      [...english.keys()].filter(
        (key) =>
          /_(?:one|other)$/.test(key) &&
          !english.has(key.replace(/_(one|other)$/, (_, form) => (form === 'one' ? '_other' : '_one'))),
      ),
    ).toEqual([]);
  });

  test('both languages have the same values in a text, and the same code between backticks', () => {
    const different = [...chinese].filter(([key, text]) => {
      const other = english.get(key) ?? '';
      return places(text).join() !== places(other).join() || code(text).join() !== code(other).join();
    });
    expect(different.map(([key, text]) => `${key}: ${text}`)).toEqual([]);
  });

  test('nothing is left in English in Chinese texts except names and literal input', () => {
    const names = new Set([
      'Bulkhead',
      'English',
      'JSON',
      'Linux',
      'runc',
      'Sysbox',
      'SELinux',
      'Swarm',
      'root',
      'macOS',
      'Windows',
      'WSL 2',
      'Hyper-V',
      '{{name}} (uid {{uid}})',
      'pid {{pid}}',
      'bulkhead-runc',
      'admin-settings.json',
      'daemon.json',
      'ID',
      '`docker debug`',
      '`docker run`、`docker create`、Compose',
      '/home/me/app',
      'Docker Engine',
      'Docker Engine {{version}}',
      'Electron {{electron}}，Node {{node}}',
      'Docker Desktop',
      'Docker Desktop Kubernetes',
    ]);
    expect(
      [...chinese]
        .filter(
          ([, text]) =>
            /[A-Za-z]{2}/.test(text.replaceAll(/\{\{\w+\}\}/g, '')) &&
            !/[\u4e00-\u9fff]/.test(text) &&
            !names.has(text),
        )
        .map(([key, text]) => `${key}: ${text}`),
    ).toEqual([]);
  });
});
