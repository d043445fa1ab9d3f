import { expect, test } from 'vitest';
import { languageOfEnvironment } from './language.ts';

test('the locale determines it, LC_ALL before LC_MESSAGES before LANG', () => {
  expect(languageOfEnvironment({ LANG: 'zh_CN.UTF-8' })).toBe('zh-CN');
  expect(languageOfEnvironment({ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'en_GB.UTF-8' })).toBe('en');
  expect(languageOfEnvironment({ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' })).toBe('en');
  expect(languageOfEnvironment({ LC_ALL: '', LANG: 'zh_CN' })).toBe('zh-CN');
  expect(languageOfEnvironment({ LANG: 'de_DE.UTF-8' })).toBe('en');
  expect(languageOfEnvironment({})).toBe('en');
});
