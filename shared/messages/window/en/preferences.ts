export const preferences = {
  title: 'Preferences',
  subtitle: 'For you on this computer. They change at once and are no part of the settings file.',
  appearance: 'Appearance',
  zoom: {
    name: 'Size',
    text: '{{keys}} + and {{keys}} \u2212 change it on every page, {{keys}} 0 sets 100 %.',
  },
  theme: {
    name: 'Theme',
    text: 'System follows what the desktop says, also when it changes.',
    system: 'System',
    light: 'Light',
    dark: 'Dark',
  },
  language: {
    name: 'Language',
    text: 'Changes at once.',
    system: 'System',
    en: 'English',
    'zh-CN': '简体中文',
  },
  notifications: {
    title: 'Notifications',
    note: 'While the window is not in front',
    none: 'Nothing on this desktop shows notifications.',
    notifyDenied: {
      name: 'Something was denied',
      text: 'The first at once, what follows together: at most one notification in 30 seconds.',
    },
    notifyUnprotected: {
      name: 'An unprotected container appeared',
      text: 'A container that ECI does not protect, though it is on.',
    },
    notifyProtection: {
      name: 'The protection is in doubt',
      text: 'The engine stopped unexpectedly, or nothing proves any more that ECI holds.',
    },
  },
  window: {
    title: 'Window and tray',
    login: {
      name: 'Start at login',
      hidden: 'Starts in the tray, without a window.',
      shown: 'Starts with its window: this desktop has no tray.',
      none: 'This system starts nothing at login.',
    },
    tray: {
      name: 'Keep in the tray when the window is closed',
      on: 'Quit is in the menu of the tray\u2019s icon.',
      off: 'Closing the window quits. The engine runs on.',
      none: 'This desktop has no tray: closing the window quits. The engine runs on.',
    },
  },
  engine: {
    title: 'Engine',
    name: 'Engine of this window',
    text: 'The next start opens it again. Also at the top of the navigation (Ctrl E).',
  },
  licences: {
    title: 'Licences',
    own: 'Bulkhead is free software under Apache-2.0',
    text: 'What it is made of has licences of its own.',
    show: 'Show packages',
    hide: 'Hide packages',
    read: 'Licence',
    readOf: 'Licence of {{name}}',
    textOf: 'Licence text of {{name}}',
  },
  about: {
    title: 'This app',
    version: 'Version',
    engine: 'Engine',
    settings: 'Settings file',
    socket: 'Socket',
    daemon: 'daemon.json',
  },
};
