import type { preferences as english } from '../en/preferences.ts';
import type { Translation } from '../translation.ts';

export const preferences: Translation<typeof english> = {
  title: '偏好设置',
  subtitle: '仅适用于此计算机上的您。更改立即生效，且不属于设置文件。',
  appearance: '外观',
  theme: { name: '主题', text: '“系统”会跟随桌面设置，并随之变化。', system: '系统', light: '浅色', dark: '深色' },
  language: { name: '语言', text: '立即生效。', system: '系统', en: 'English', 'zh-CN': '简体中文' },
  about: { title: '关于此应用', version: '版本', engine: '引擎', settings: '设置文件', socket: '套接字', daemon: 'daemon.json' },
};
