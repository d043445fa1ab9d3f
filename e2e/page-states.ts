import { en } from '../renderer/i18n/en.ts';
import { zhCN } from '../renderer/i18n/zh-CN.ts';

/**
 * Every page in the states it can be in, by the names of `renderer/dev`. The first is the usual one: it is looked at in both themes and
 * both languages; the others in one combination each, in turn.
 */
export const pageStates: Readonly<Record<string, readonly string[]>> = {
  overview: ['protected', 'off', 'unverified', 'failedProbe', 'audit', 'stopped', 'failed', 'starting', 'scanning', 'scanFailed', 'noFile', 'unreadable', 'appeared', 'conflict', 'waiting', 'noState'],
  isolation: ['protected', 'off', 'turningOn', 'readOnly', 'missing', 'broken', 'starting'],
  'docker-socket': ['socketEdited', 'socketEmpty', 'socketHuge', 'protected', 'readOnly', 'broken', 'brokenFile', 'off'],
  'file-sharing': ['shares', 'sharesEmpty', 'sharesMissing', 'sharesChanged', 'readOnly', 'broken'],
  containers: ['protected', 'empty', 'many', 'scanning', 'scanFailed', 'stopped', 'off', 'longNames', 'recreating', 'recreated', 'removing', 'removed', 'readOnly', 'appeared', 'machine', 'starting', 'clean'],
  activity: ['protected', 'activityEmpty', 'activityNoRights', 'activityMany', 'stopped', 'audit'],
  simulator: ['protected', 'stopped', 'off'],
  json: ['edited', 'noFile', 'broken', 'readOnly', 'socketHuge', 'conflictClean', 'conflictOverlap', 'conflictBroken'],
  history: ['historyFound', 'historyHuge', 'historyFailed', 'protected', 'readOnly'],
  preferences: ['protected', 'stopped', 'noDesktop'],
  welcome: ['firstRunPolicy', 'firstRun', 'firstRunScan', 'firstRunStopped', 'firstRunMissing'],
  review: ['rich', 'blocked', 'errors', 'protected', 'applying', 'goingBack', 'cleaning', 'applied', 'rolledBack', 'cancelled', 'rollbackFailed', 'notRoot'],
};

export interface Looked { readonly page: string; readonly state: string; readonly theme: 'light' | 'dark'; readonly language: 'en' | 'zh-CN' }

const combinations = [{ theme: 'light', language: 'en' }, { theme: 'dark', language: 'zh-CN' }, { theme: 'dark', language: 'en' }, { theme: 'light', language: 'zh-CN' }] as const;

/** All of them, one after the other. */
export const allLooks: readonly Looked[] = Object.entries(pageStates).flatMap(([page, states]) => states.flatMap((state, index) =>
  (index === 0 ? combinations : combinations.slice(index % 4, index % 4 + 1)).map((combination) => ({ page, state, ...combination }))));

type Words = typeof en | typeof zhCN;
export const wordsOf = (language: Looked['language']): Words => (language === 'en' ? en : zhCN);

/** What opens over a page: a dialog, a menu, a panel. `press` names the controls that lead there, as the window's language has them. */
export interface Opened { readonly name: string; readonly page: string; readonly state: string; readonly press: (words: Words) => readonly string[]; /** What is there then; a dialog unless said otherwise. */ readonly shows?: string }

const menu = '[role="menu"]';
const opened: readonly Opened[] = [
  { name: 'removing containers', page: 'containers', state: 'protected', press: (w) => [w.containers.selectAll, w.containers.bar.remove] },
  { name: 'recreating containers', page: 'containers', state: 'protected', press: (w) => [w.containers.selectAll, w.recreate.bar] },
  { name: 'actions of a container', page: 'containers', state: 'protected', press: (w) => [w.containers.more.replace('{{name}}', 'old-vpn')], shows: menu },
  { name: 'details of a container', page: 'containers', state: 'longNames', press: (w) => [w.containers.expand.replace('{{name}}', 'shop-数据库-1')], shows: '[role="row"][aria-expanded="true"] dl' },
  { name: 'containers that exist before ECI is turned on', page: 'isolation', state: 'off', press: (w) => [w.isolation.eci.name] },
  { name: 'choices of the plan', page: 'review', state: 'rich', press: (w) => [w.review.happen.choose] },
  { name: 'changes in words', page: 'review', state: 'rich', press: (w) => [w.review.changes.summary], shows: 'li:has(.mono)' },
  { name: 'stopping an apply', page: 'review', state: 'applying', press: (w) => [w.review.run.stop] },
  { name: 'discarding changes', page: 'file-sharing', state: 'shares', press: (w) => [w.button.discard] },
  { name: 'actions of a directory', page: 'file-sharing', state: 'shares', press: (w) => [w.files.list.menu.replace('{{path}}', '$HOME')], shows: menu },
  { name: 'search in the text', page: 'json', state: 'edited', press: (w) => [w.settingsState.find.find], shows: '.cm-search' },
  { name: 'an earlier version', page: 'history', state: 'historyFound', press: (w) => [w.history.version.replace('{{version}}', '5')], shows: 'main .MuiButton-contained' },
  { name: 'a version that can’t be read', page: 'history', state: 'historyFound', press: (w) => [w.history.version.replace('{{version}}', '3')], shows: 'main [role="alert"]' },
  { name: 'packages and licences', page: 'preferences', state: 'protected', press: (w) => [w.preferences.licences.show], shows: '[role="listitem"]' },
  { name: 'containers of the first run', page: 'welcome', state: 'firstRunPolicy', press: (w) => [w.welcome.toReview] },
];

/** Each in light English and dark Chinese: both themes, both languages. */
export const openedLooks: readonly (Opened & Omit<Looked, 'page' | 'state'>)[] = opened.flatMap((one) => combinations.slice(0, 2).map((combination) => ({ ...one, ...combination })));
