import { describe, expect, it, vi } from 'vitest';
import { desktopLabels } from '../../../shared/desktop/labels.ts';

vi.mock('electron', () => ({
  app: {},
  shell: {},
  protocol: {},
  BrowserWindow: Object,
  Menu: {},
  nativeTheme: {},
  screen: {},
}));
const { menuTemplate, onScreen } = await import('./window.ts');
const { mayOpenExternally } = await import('../security.ts');

const one = [{ x: 0, y: 0, width: 1920, height: 1080 }];

describe('the position of the window', () => {
  it('is the previous one if a display shows it', () => {
    expect(onScreen({ x: 100, y: 50, width: 1280, height: 800, maximized: false }, one)).toMatchObject({
      x: 100,
      y: 50,
    });
  });
  it.each([
    ['a display that is gone', 2500, 100],
    ['above every display', 100, -300],
    ['below every display', 100, 1075],
    ['all but its edge to the left', -1250, 10],
  ])('is left to the system on %s', (_name, x, y) => {
    expect(onScreen({ x, y, width: 1280, height: 800, maximized: false }, one)).toEqual({
      width: 1280,
      height: 800,
      maximized: false,
    });
  });
  it('is never smaller than its minimum size', () => {
    expect(onScreen({ width: 10, height: 10, maximized: false }, one)).toMatchObject({
      width: 900,
      height: 600,
    });
  });
});

describe('the application menu', () => {
  it('exists on macOS only', () => {
    for (const platform of ['linux', 'win32'] as const)
      expect(
        menuTemplate(platform, { labels: desktopLabels('en', 'en'), onZoom: () => undefined }),
      ).toBeNull();
  });

  it.each([
    ['en', 'View', ['Actual Size', 'Zoom In', 'Zoom Out']],
    ['zh-CN', '显示', ['实际大小', '放大', '缩小']],
  ] as const)('zooms by the keys of the window, in its language (%s)', (language, label, names) => {
    const changes: string[] = [];
    const template = menuTemplate('darwin', {
      labels: desktopLabels(language, 'en'),
      onZoom: (change) => {
        changes.push(change);
      },
    });
    expect(template?.map((item) => item.role ?? item.label)).toEqual([
      'appMenu',
      'editMenu',
      label,
      'windowMenu',
    ]);
    const submenu = template?.find((item) => item.label === label)?.submenu;
    if (!Array.isArray(submenu)) throw new Error('the menu is empty');
    expect(submenu.map((item) => [item.label, item.accelerator])).toEqual([
      [names[0], 'CommandOrControl+0'],
      [names[1], 'CommandOrControl+Plus'],
      [names[2], 'CommandOrControl+-'],
    ]);
    for (const { click } of submenu) (click as () => void)();
    expect(changes).toEqual(['reset', 'in', 'out']);
  });
});

describe('links to outside', () => {
  it('open only https addresses on the list', () => {
    expect(mayOpenExternally('https://docs.docker.com/engine/')).toBe(true);
    for (const url of [
      'http://docs.docker.com/',
      'https://docs.docker.com.evil.example/',
      'https://docs.docker.com@evil.example/',
      'https://user@docs.docker.com/',
      'https://docs.docker.com:444/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'docs.docker.com',
      '',
    ]) {
      expect(mayOpenExternally(url), url).toBe(false);
    }
  });
});
