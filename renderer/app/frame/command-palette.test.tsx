import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { appState } from '../../dev/app-fixture.ts';
import { renderApp } from '../../dev/render-app.tsx';
import { namedState } from '../../dev/states.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';

type Language = 'en' | 'zh-CN';
const inLanguage = (state: AppState, language: Language): AppState => ({
  ...state,
  preferences: { ...state.preferences, language },
});

/** Opens the palette over a state; resolves with what it offers for a text, best first. */
async function openPalette(state: AppState, language: Language) {
  const { user } = await renderApp(inLanguage(state, language), 'overview');
  const key = state.platform === 'darwin' ? 'Meta' : 'Control';
  await user.keyboard(`{${key}>}k{/${key}}`);
  const field = await screen.findByRole('combobox');
  const offered = () => screen.getAllByRole('option').map(({ textContent }) => textContent);
  return {
    user,
    offered,
    search: async (text: string) => {
      await user.clear(field);
      await user.type(field, text);
      return offered();
    },
  };
}

const usualWords = {
  en: {
    audit: 'Enforcement mode',
    'dry run': 'Enforcement mode',
    dark: 'Theme',
    env: 'Hide environment variables',
    proxy: 'Proxy',
    rollback: 'Roll back to an earlier version',
    zoom: 'Zoom in',
    allowlist: 'Allowed images',
    notifications: 'Notifications',
    autostart: 'Start at login',
    gateway: 'Overview',
    docker: 'Docker socket',
    logs: 'Support bundle',
    privileged: 'Simulator',
    compose: 'Simulator',
    'stop engine': 'Stop the engine',
    registry: 'Allowed images',
  },
  'zh-CN': {
    审计: '执行模式',
    深色: '主题',
    暗色: '主题',
    代理: '代理',
    回滚: '回滚到先前的版本',
    还原: '回滚到先前的版本',
    环境变量: '隐藏环境变量',
    缩放: '缩放到 100%',
    白名单: '允许的镜像',
    通知: '通知',
    自动启动: '登录时启动',
    挂载: '允许的镜像',
    显卡: '容器可用的设备',
    日志: '支持包',
    特权: '模拟器',
    停止引擎: '停止引擎',
    镜像仓库: '允许的镜像',
  },
} as const;

describe('the search finds settings by their common synonyms', () => {
  it.each(['en', 'zh-CN'] as const)('in the language %s', async (language) => {
    const { search } = await openPalette(appState(), language);
    for (const [text, name] of Object.entries(usualWords[language]))
      expect(await search(text), text).toEqual(expect.arrayContaining([expect.stringMatching(`^${name}`)]));
  });

  it('without settings that are only spelled alike', async () => {
    const { search } = await openPalette(appState(), 'en');
    expect(await search('logs')).toEqual([
      expect.stringMatching(/^Support bundle/),
      expect.stringMatching(/^Activity/),
      'Find “logs” in ActivityCommand',
    ]);
    expect((await search('gpu')).filter((one) => one.startsWith('Notifications'))).toEqual([]);
  });

  it.each([
    ['en', '审计', 'Enforcement mode'],
    ['en', '回滚', 'Roll back to an earlier version'],
    ['en', '环境变量', 'Hide environment variables'],
    ['zh-CN', 'audit', '执行模式'],
    ['zh-CN', 'theme', '主题'],
  ] as const)('in the window in %s also by "%s", of the other language', async (language, text, name) => {
    const { search, offered } = await openPalette(appState(), language);
    await search(text);
    await waitFor(() => {
      expect(offered()[0]).toMatch(new RegExp(`^${name}`));
    });
  });
});

describe('the search with Docker Desktop', () => {
  it.each([
    ['en', 'proxy', 'Proxy of Docker Desktop'],
    ['en', 'port', 'Published ports'],
    ['en', '2375', 'API on TCP port 2375'],
    ['en', 'updates', 'No updates'],
    ['en', 'telemetry', 'Usage statistics'],
    ['en', 'disableUpdate', 'No updates'],
    ['zh-CN', '代理', 'Docker Desktop 的代理'],
    ['zh-CN', '端口', '已发布端口'],
    ['zh-CN', '2375', 'TCP 端口 2375 上的 API'],
    ['zh-CN', '更新', '不更新'],
    ['zh-CN', '遥测', '使用情况统计'],
  ] as const)('opens in %s for "%s" the form of "%s"', async (language, text, name) => {
    const { search, user } = await openPalette(namedState('desktop'), language);
    const offered = await search(text);
    expect(offered[0]).toMatch(new RegExp(`^${name}Docker Desktop`));
    expect(offered.filter((one) => /JSON(?:Setting|设置)$/.test(one))).toEqual([]);
    await user.keyboard('{Enter}');
    expect(await screen.findByRole('heading', { level: 1, name: 'Docker Desktop' })).toBeTruthy();
    expect(window.location.hash).toMatch(/^#\/desktop-settings\?pointer=/);
  });

  it('opens JSON if the form does not exist', async () => {
    const { search } = await openPalette(appState(), 'en');
    expect(await search('proxy')).toContain('ProxyJSONSetting');
    expect((await search('telemetry')).filter((one) => one.includes('Docker Desktop'))).toEqual([]);
  });
});
