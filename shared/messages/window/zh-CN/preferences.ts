import type { preferences as english } from '../en/preferences.ts';
import type { Translation } from '../translation.ts';

export const preferences: Translation<typeof english> = {
  title: '偏好设置',
  subtitle: '仅对您在此计算机上生效。更改立即生效，且不属于设置文件。',
  appearance: '外观',
  zoom: {
    name: '缩放',
    text: '在任何页面按 {{keys}} + 和 {{keys}} \u2212 均可调整，按 {{keys}} 0 恢复为 100 %。',
  },
  theme: {
    name: '主题',
    text: '“系统”会跟随桌面设置，并随之变化。',
    system: '系统',
    light: '浅色',
    dark: '深色',
  },
  language: { name: '语言', text: '立即生效。', system: '系统', en: 'English', 'zh-CN': '简体中文' },
  notifications: {
    title: '通知',
    note: '窗口不在前台时',
    none: '此桌面环境不显示通知。',
    notifyDenied: { name: '有请求被拒绝', text: '第一条立即通知，后续合并通知：30 秒内最多一条。' },
    notifyUnprotected: { name: '出现未受保护的容器', text: 'ECI 已开启，但某个容器不受其保护。' },
    notifyProtection: { name: '保护状态存疑', text: '引擎意外停止，或不再有证据表明 ECI 有效。' },
  },
  window: {
    title: '窗口和托盘',
    login: {
      name: '登录时启动',
      hidden: '在托盘中启动，不显示窗口。',
      shown: '启动时显示窗口：此桌面环境没有托盘。',
      none: '此系统不支持登录时启动。',
    },
    tray: {
      name: '关闭窗口后保留在托盘中',
      on: '可通过托盘图标的菜单退出。',
      off: '关闭窗口即退出。引擎继续运行。',
      none: '此桌面环境没有托盘：关闭窗口即退出。引擎继续运行。',
    },
  },
  engine: {
    title: '引擎',
    name: '此窗口使用的引擎',
    text: '下次启动时会再次打开它。也可在导航栏顶部切换 (Ctrl E)。',
  },
  licences: {
    title: '许可证',
    own: 'Bulkhead 是采用 Apache-2.0 许可证的自由软件',
    text: '其组成部分各有自己的许可证。',
    show: '显示软件包',
    hide: '隐藏软件包',
    read: '许可证',
    readOf: '{{name}} 的许可证',
    textOf: '{{name}} 的许可证文本',
  },
  about: {
    runtime: '运行时',
    releaseRuntime: 'Electron {{electron}}，Node {{node}}',
    fallbackRuntime: 'Electron {{electron}}，Node {{node}}（后备版本，供测试使用）',
    title: '关于此应用',
    version: '版本',
    engine: '引擎',
    settings: '设置文件',
    socket: '套接字',
    daemon: 'daemon.json',
  },
};
