export const preferences = {
  title: 'Preferences',
  subtitle: 'For you on this computer. They change at once and are no part of the settings file.',
  appearance: 'Appearance',
  theme: { name: 'Theme', text: 'System follows what the desktop says, also when it changes.', system: 'System', light: 'Light', dark: 'Dark' },
  language: { name: 'Language', text: 'Changes at once.', system: 'System', en: 'English', 'zh-CN': '简体中文' },
  about: { title: 'This app', version: 'Version', engine: 'Engine', settings: 'Settings file', socket: 'Socket', daemon: 'daemon.json' },
};
