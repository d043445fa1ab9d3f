import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pageStates } from '../../e2e/page-states.ts';
import { en } from '../../shared/messages/window/en/index.ts';
import { zhCN } from '../../shared/messages/window/zh-CN/index.ts';
import { pageIds } from '../../shared/pages/pages.ts';
import { startBrowserPages, settle, type PageLook } from './browser-pages.ts';

/**
 * `npm run screenshots [-- [--docs] NAME...]`: every page and the main dialogs, or those with these names, in
 * both themes and both languages, with invented states in a current Chromium, as
 * artifacts/screenshots/<language>/<theme>/<name>.png with an index. `--docs` writes those of the README to
 * docs/screenshots.
 */
interface Shot {
  readonly name: string;
  readonly state: string;
  readonly address: string;
  readonly click?: readonly string[];
  /** Labels of the controls to press, in the window's language. */
  readonly press?: (texts: typeof en | typeof zhCN) => readonly string[];
  readonly key?: string;
  /** The window's size, and how much its content is enlarged; 1280×800 at 100 % by default. */
  readonly size?: NonNullable<PageLook['size']>;
  readonly scale?: number;
}

/** The smallest window. */
const small = { width: 900, height: 600 };
/** A window of 1280×800 whose content is enlarged to 200 %. */
const enlarged = { size: { width: 640, height: 400 }, scale: 2 };

/** Every page in its usual state. */
const usual: readonly Shot[] = pageIds.map((page) => ({
  name: page,
  state: pageStates[page][0],
  address: page,
}));

/** Further states, views and dialogs. */
const further: readonly Shot[] = [
  { name: 'overview-off', state: 'off', address: 'overview' },
  { name: 'overview-bypassed', state: 'bypassed', address: 'overview' },
  { name: 'overview-other-runtime', state: 'otherRuntime', address: 'overview' },
  { name: 'overview-stopped', state: 'stopped', address: 'overview' },
  { name: 'overview-deleted-file', state: 'deletedFile', address: 'overview' },
  { name: 'overview-broken-file', state: 'brokenFile', address: 'overview' },
  { name: 'overview-root-gone', state: 'rootGone', address: 'overview' },
  { name: 'overview-audit', state: 'audit', address: 'overview' },
  { name: 'overview-crashed', state: 'crashed', address: 'overview' },
  { name: 'welcome-scan', state: 'firstRunScan', address: 'welcome' },
  { name: 'containers-crashed', state: 'crashed', address: 'containers' },
  { name: 'docker-socket-deleted-file', state: 'deletedFile', address: 'docker-socket' },
  { name: 'json-broken-file', state: 'brokenFile', address: 'json' },
  { name: 'history-root-gone', state: 'rootGone', address: 'history' },
  { name: 'activity-audit', state: 'audit', address: 'activity' },
  {
    name: 'activity-sorted',
    state: 'protected',
    address: 'activity',
    press: ({ activity }) => [activity.column.outcome],
    ...enlarged,
  },
  {
    name: 'preferences-support-bundle',
    state: 'protected',
    address: 'preferences',
    press: (w) => [w.preferences.support.create],
  },
  { name: 'isolation-turning-on', state: 'turningOn', address: 'isolation' },
  {
    name: 'isolation-existing-containers',
    state: 'off',
    address: 'isolation',
    press: (w) => [w.isolation.eci.name],
  },
  {
    name: 'containers-opened',
    state: 'protected',
    address: 'containers',
    press: (w) => ['old-vpn', 'node-metrics'].map((name) => w.containers.expand.replace('{{name}}', name)),
  },
  {
    name: 'containers-menu',
    state: 'protected',
    address: 'containers',
    click: ['[role="row"] button[aria-haspopup="menu"]'],
  },
  {
    name: 'containers-recreate',
    state: 'protected',
    address: 'containers',
    press: (w) => [w.containers.selectAll, w.recreate.bar],
  },
  {
    name: 'containers-remove',
    state: 'protected',
    address: 'containers',
    press: (w) => [w.containers.selectAll, w.containers.bar.remove],
  },
  { name: 'activity-entry', state: 'protected', address: 'activity', click: ['main [role="row"] >> nth=1'] },
  {
    name: 'simulator-answer',
    state: 'protected',
    address:
      'simulator?' +
      new URLSearchParams({
        command: 'docker run --privileged -v /etc:/x -v /var/run/docker.sock:/var/run/docker.sock docker:cli',
      }).toString(),
  },
  { name: 'json-conflict', state: 'conflictOverlap', address: 'json' },
  { name: 'review-dangerous', state: 'dangerous', address: 'review' },
  {
    name: 'review-dangerous-confirm',
    state: 'dangerous',
    address: 'review',
    press: (w) => [w.review.footer.apply],
  },
  { name: 'review-restart', state: 'restart', address: 'review' },
  { name: 'review-blocked', state: 'errors', address: 'review' },
  { name: 'applying', state: 'applying', address: 'review' },
  { name: 'applied', state: 'applied', address: 'review' },
  { name: 'rolled-back', state: 'rolledBack', address: 'review' },
  { name: 'search', state: 'protected', address: 'overview', key: 'Control+k' },
  { name: 'engines', state: 'protected', address: 'overview', key: 'Control+e' },
  { name: 'locked', state: 'readOnly', address: 'docker-socket' },
];

/** Those with a notice over the page, or much in little room, which show in small windows whether it fits. */
const crowded = new Set([
  'overview-deleted-file',
  'overview-broken-file',
  'overview-root-gone',
  'json-broken-file',
  'isolation-existing-containers',
  'containers-opened',
  'containers-recreate',
  'containers-crashed',
  'activity-entry',
  'simulator-answer',
  'review-dangerous',
  'applying',
  'applied',
]);
const inSmallWindows = [...usual, ...further.filter(({ name }) => crowded.has(name))];

/** All, and some of them in the smallest window and enlarged. */
const shots: readonly Shot[] = [
  ...usual,
  ...further,
  ...inSmallWindows.map((shot) => ({ ...shot, name: `${shot.name}-900x600`, size: small })),
  ...inSmallWindows.map((shot) => ({ ...shot, name: `${shot.name}-200-percent`, ...enlarged })),
];
/** The README's pictures: their names there, and the pictures. */
const shown: readonly (readonly [string, string])[] = [
  ['overview', 'en/light/overview'],
  ['activity', 'en/light/activity-entry'],
  ['docker-socket', 'en/dark/docker-socket'],
  ['review', 'en/light/review'],
];

const project = path.join(import.meta.dirname, '../..');
const out = path.join(project, 'artifacts', 'screenshots');
const pages = await startBrowserPages();
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const failed: string[] = [];
try {
  for (const language of ['en', 'zh-CN'] as const)
    for (const theme of ['light', 'dark'] as const) {
      const directory = path.join(out, language, theme);
      if (names.length === 0) rmSync(directory, { recursive: true, force: true });
      mkdirSync(directory, { recursive: true });
      for (const shot of shots.filter(({ name }) => names.length === 0 || names.includes(name))) {
        try {
          const { name: _name, click, press, key, ...look } = shot;
          const open = await pages.open({ ...look, theme, language });
          open.page.setDefaultTimeout(5000);
          for (const selector of click ?? []) await open.page.locator(selector).first().click();
          for (const name of press?.(language === 'en' ? en : zhCN) ?? [])
            await open.page
              .getByLabel(name, { exact: true })
              .or(open.page.getByRole('button', { name }))
              .or(open.page.getByRole('switch', { name, exact: true }))
              .first()
              .click();
          if (key !== undefined) await open.page.keyboard.press(key);
          // Charts are rendered last.
          if (shot.address === 'overview')
            await open.page.locator('main .MuiChartsSurface-root').last().waitFor();
          await settle(open.page);
          await open.page.screenshot({ path: path.join(directory, `${shot.name}.png`) });
          await open.close();
        } catch (error) {
          failed.push(`${language}/${theme}/${shot.name}: ${String(error).split('\n')[0] ?? ''}`);
        }
      }
      console.log(`${language}/${theme}: ${readdirSync(directory).length} pictures`);
    }
  writeFileSync(path.join(out, 'index.html'), indexPage());
  if (process.argv.includes('--docs'))
    for (const [name, from] of shown)
      cpSync(path.join(out, `${from}.png`), path.join(project, 'docs', 'screenshots', `${name}.png`));
} finally {
  await pages.stop();
}
for (const line of failed) console.error(`failed: ${line}`);
process.exitCode = failed.length === 0 ? 0 : 1;
console.log(path.join(out, 'index.html'));

/** All pictures on one page, the four of a name side by side. */
function indexPage(): string {
  const rows = shots.map(
    ({ name }) =>
      `<h2>${name}</h2><div>` +
      ['en/light', 'en/dark', 'zh-CN/light', 'zh-CN/dark']
        .map(
          (place) =>
            `<a href="${place}/${name}.png">` +
            `<img loading="lazy" src="${place}/${name}.png" alt="${place}, ${name}"></a>`,
        )
        .join('') +
      '</div>',
  );
  return (
    '<!doctype html><meta charset="utf-8"><title>Bulkhead: every page</title>' +
    '<style>body{font:14px system-ui;margin:24px}' +
    'div{display:grid;grid-template-columns:1fr 1fr;gap:8px}' +
    `img{width:100%;border:1px solid #ccc}</style>${rows.join('\n')}\n`
  );
}
