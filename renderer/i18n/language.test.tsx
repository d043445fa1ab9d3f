import { act, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { appState } from '../dev/app-fixture.ts';
import { renderApp } from '../dev/render-app.tsx';
import { resolveLanguage, showLanguage, startI18n } from './index.ts';

const chinese = () => {
  const state = appState();
  return { ...state, preferences: { ...state.preferences, language: 'zh-CN' as const } };
};
afterEach(async () => {
  await act(async () => {
    await showLanguage('en');
  });
});

test('a preference for Chinese shows the first page in Chinese, with dates and counts', async () => {
  await renderApp(chinese(), 'overview');
  expect(document.documentElement.lang).toBe('zh-CN');
  expect(screen.getByRole('heading', { level: 1 }).textContent).toMatch(/^受保护，.*前通过验证/);
  expect(screen.getByRole('navigation', { name: '页面' })).toBeTruthy();
});

test('the language changes without a restart, both ways', async () => {
  const { user } = await renderApp(appState(), 'preferences');
  expect(document.documentElement.lang).toBe('en');
  await user.click(screen.getByRole('combobox', { name: 'Language' }));
  await user.click(screen.getByRole('option', { name: '简体中文' }));
  await screen.findByRole('heading', { level: 1, name: '偏好设置' });
  expect(document.documentElement.lang).toBe('zh-CN');
  await user.click(screen.getByRole('combobox', { name: '语言' }));
  await user.click(screen.getByRole('option', { name: 'English' }));
  await screen.findByRole('heading', { level: 1, name: 'Preferences' });
  await waitFor(() => {
    expect(document.documentElement.lang).toBe('en');
  });
});

test('the system’s first language decides, and an unknown one gets English', () => {
  expect(resolveLanguage('system', ['zh-Hans-CN', 'en'])).toBe('zh-CN');
  expect(resolveLanguage('system', ['en-GB', 'zh-CN'])).toBe('en');
  expect(resolveLanguage('system', ['pt-BR'])).toBe('en');
  expect(resolveLanguage('system', [])).toBe('en');
  expect(resolveLanguage('zh-CN', ['en'])).toBe('zh-CN');
});

test('the current language is not set again: all texts would be rendered again', async () => {
  const changes: string[] = [];
  const onChange = (language: string) => {
    changes.push(language);
  };
  const i18n = startI18n();
  i18n.on('languageChanged', onChange);
  await act(async () => {
    await showLanguage('en');
  });
  expect(changes).toEqual([]);
  await act(async () => {
    await showLanguage('zh-CN');
  });
  expect(changes).toEqual(['zh-CN']);
  i18n.off('languageChanged', onChange);
});

test('numbers in words have groups of thousands, identifiers have none', async () => {
  const { t } = startI18n();
  expect(t('frame.unseenDenials', { count: 12_345 })).toContain('12,345');
  expect(t('frame.unseenDenials', { count: 1000 })).toContain('1,000');
  expect(t('frame.unseenDenials', { count: 999 })).toContain('999');
  expect(t('review.before.version', { version: 12_345 })).toContain('12345');
  expect(t('time.ago', { duration: t('time.minutes', { count: 3 }) })).toBe('3 min ago');
  await act(async () => {
    await showLanguage('zh-CN');
  });
  expect(startI18n().t('frame.unseenDenials', { count: 12_345 })).toContain('12,345');
});
