import { describe, expect, it } from 'vitest';
import { inventedPage, parseDevArguments } from './dev-arguments.mjs';

describe('arguments of npm run dev', () => {
  it('accepts an invented state with a page, a language and a browser', () => {
    expect(parseDevArguments([])).toEqual({ browser: false });
    expect(parseDevArguments(['--state', 'off', '--lang=zh-CN', '--browser'])).toEqual({
      state: 'off',
      lang: 'zh-CN',
      browser: true,
    });
    expect(parseDevArguments(['--route', 'isolation', '--debugging-port', '9222'])).toEqual({
      browser: false,
      route: 'isolation',
      'debugging-port': '9222',
    });
  });

  it('refuses unknown ones, and options of an invented state without one', () => {
    expect(() => parseDevArguments(['--watch'])).toThrow('--watch');
    expect(() => parseDevArguments(['shared'])).toThrow('shared');
    expect(() => parseDevArguments(['--browser'])).toThrow('--state');
    expect(() => parseDevArguments(['--lang', 'en'])).toThrow('--state');
    expect(() => parseDevArguments(['--debugging-port', 'x'])).toThrow('"x"');
  });

  it('names the page of a state', () => {
    expect(inventedPage({ state: 'off', route: 'containers?show=unprotected' })).toBe(
      'dev/index.html?state=off#/containers?show=unprotected',
    );
    expect(inventedPage({ state: 'on', lang: 'en' })).toBe('dev/index.html?state=on&lang=en#/overview');
  });
});
