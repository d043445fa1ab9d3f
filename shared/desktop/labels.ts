import type { MessageLanguage } from '../language.ts';
import type { ProtectionState } from '../verify/claims.ts';

/** Texts of the tray and the notifications; the main process has no access to the window's catalogue. */
export interface DesktopLabels {
  readonly state: Readonly<Record<ProtectionState | 'failed' | 'unreachable' | 'working', string>>;
  readonly except: (count: number) => string;
  readonly menu: {
    readonly open: string;
    readonly verify: string;
    readonly start: string;
    readonly stop: string;
    readonly quit: string;
  };
  readonly denied: { readonly one: (what: string) => string; readonly many: (count: number) => string };
  readonly unprotected: {
    readonly one: (name: string) => string;
    readonly many: (count: number) => string;
    readonly body: string;
  };
  readonly notVerified: { readonly title: string; readonly body: string };
  readonly engineStopped: { readonly title: string; readonly body: string };
  /** What was asked for in the tray and could not be done. */
  readonly failed: { readonly verify: string; readonly start: string };
  readonly times: (what: string, count: number) => string;
}

const number = (count: number, language: string): string => new Intl.NumberFormat(language).format(count);

const en: DesktopLabels = {
  state: {
    protected: 'Protected',
    unverified: 'On, not verified',
    audit: 'Audit mode',
    off: 'Off',
    stopped: 'Engine stopped',
    failed: 'Engine failed',
    unreachable: 'No answer from the engine',
    working: 'Working',
  },
  except: (count) => `Protected, except ${number(count, 'en')} ${count === 1 ? 'container' : 'containers'}`,
  menu: {
    open: 'Open Bulkhead',
    verify: 'Verify now',
    start: 'Start engine',
    stop: 'Stop engine…',
    quit: 'Quit',
  },
  denied: { one: (what) => `Denied: ${what}`, many: (count) => `${number(count, 'en')} requests denied` },
  unprotected: {
    one: (name) => `${name} is not protected`,
    many: (count) => `${number(count, 'en')} containers are not protected`,
    body: 'A container appeared that Enhanced Container Isolation does not protect.',
  },
  notVerified: {
    title: 'Protection is not verified any more',
    body: 'Enhanced Container Isolation is on, but nothing proves now that it holds. Verify again.',
  },
  engineStopped: {
    title: 'The engine stopped unexpectedly',
    body: 'Nothing runs and nothing is checked. The Overview says why.',
  },
  failed: { verify: 'The protection could not be verified', start: 'The engine could not be started' },
  times: (what, count) => `${what} (${number(count, 'en')} times)`,
};

const zhCN: DesktopLabels = {
  state: {
    protected: '受保护',
    unverified: '已开启，未验证',
    audit: '审计模式',
    off: '已关闭',
    stopped: '引擎已停止',
    failed: '引擎出现故障',
    unreachable: '引擎没有响应',
    working: '正在处理',
  },
  except: (count) => `受保护，${number(count, 'zh-CN')} 个容器除外`,
  menu: { open: '打开 Bulkhead', verify: '立即验证', start: '启动引擎', stop: '停止引擎…', quit: '退出' },
  denied: { one: (what) => `已拒绝：${what}`, many: (count) => `已拒绝 ${number(count, 'zh-CN')} 个请求` },
  unprotected: {
    one: (name) => `容器 ${name} 未受保护`,
    many: (count) => `${number(count, 'zh-CN')} 个容器未受保护`,
    body: '出现了一个不受增强型容器隔离保护的容器。',
  },
  notVerified: {
    title: '保护状态已不再得到验证',
    body: '增强型容器隔离已开启，但目前没有证据表明它有效。请重新验证。',
  },
  engineStopped: { title: '引擎意外停止', body: '没有容器在运行，也没有任何检查。原因见“概览”。' },
  failed: { verify: '未能验证保护状态', start: '未能启动引擎' },
  times: (what, count) => `${what}（${number(count, 'zh-CN')} 次）`,
};

/** The language for a preference; `system` is the desktop's own first language. */
export const desktopLanguage = (preference: 'system' | MessageLanguage, system: string): MessageLanguage =>
  preference === 'zh-CN' || (preference === 'system' && system.toLowerCase().startsWith('zh'))
    ? 'zh-CN'
    : 'en';

/** The words for a preference. */
export const desktopLabels = (preference: 'system' | MessageLanguage, system: string): DesktopLabels =>
  desktopLanguage(preference, system) === 'zh-CN' ? zhCN : en;
