import { en } from '../shared/messages/window/en/index.ts';
import type { PageId } from '../shared/pages/pages.ts';
import { zhCN } from '../shared/messages/window/zh-CN/index.ts';

const command = (text: string): string => `?${new URLSearchParams({ command: text }).toString()}`;
const denied = command(
  'docker run --privileged -v /etc:/x -v /var/run/docker.sock:/var/run/docker.sock docker:cli',
);
const hostPid = command('docker run --pid=host alpine');

/**
 * Every page in its possible states, by the names of `renderer/dev`; if a state depends on the address, with
 * the suffix after the page. The first is the usual one.
 */
export const pageStates: Readonly<Record<PageId, readonly [string, ...string[]]>> = {
  overview: [
    'protected',
    'off',
    'unverified',
    'bypassed',
    'otherRuntime',
    'failedProbe',
    'audit',
    'stopped',
    'failed',
    'starting',
    'scanning',
    'scanFailed',
    'noFile',
    'deletedFile',
    'rootGone',
    'rootGoneStopped',
    'brokenFile',
    'unreadable',
    'appeared',
    'crashed',
    'conflict',
    'waiting',
    'noState',
  ],
  isolation: [
    'protected',
    'off',
    'turningOn',
    'readOnly',
    'applying',
    'missing',
    'broken',
    'starting',
    'turningOff',
    'deletedFile',
  ],
  'docker-socket': [
    'socketEdited',
    'socketEmpty',
    'socketHuge',
    'protected',
    'readOnly',
    'applying',
    'broken',
    'brokenFile',
    'off',
    'deletedFile',
  ],
  'file-sharing': [
    'shares',
    'sharesEmpty',
    'sharesMissing',
    'sharesChanged',
    'sharesHuge',
    'sharesLookFailed',
    'readOnly',
    'applying',
    'broken',
    'deletedFile',
  ],
  containers: [
    'protected',
    'empty',
    'many',
    'scanning',
    'scanFailed',
    'stopped',
    'off',
    'longNames',
    'recreating',
    'recreated',
    'removing',
    'removed',
    'readOnly',
    'applying',
    'appeared',
    'crashed',
    'machine',
    'starting',
    'clean',
  ],
  activity: [
    'protected',
    'activityEmpty',
    'activityNoRights',
    'activityReadFailed',
    'activityReading',
    'activityMany',
    'stopped',
    'audit',
  ],
  simulator: [
    'protected',
    `protected${denied}`,
    `protected${command('docker run --privileged alpine')}`,
    'protected' +
      command('services:\n  web:\n    image: nginx\n  agent:\n    image: alpine\n    pid: host\n'),
    `protected${command('docker run -v $(pwd):/x alpine')}`,
    `protected${command('services:\n  a: [')}`,
    `protected${command('docker run no-docker')}`,
    `simulating${denied}`,
    `readOnly${denied}`,
    `applying${denied}`,
    `audit${hostPid}`,
    `stopped${denied}`,
    `off${denied}`,
    'stopped',
    'off',
  ],
  json: [
    'edited',
    'noFile',
    'broken',
    'readOnly',
    'applying',
    'socketHuge',
    'conflictClean',
    'conflictOverlap',
    'conflictBroken',
    'deletedFile',
    'rootGone',
  ],
  history: ['historyFound', 'historyHuge', 'historyFailed', 'protected', 'readOnly', 'applying', 'rootGone'],
  'desktop-settings': ['desktopProxy', 'desktop'],
  preferences: ['protected', 'stopped', 'noDesktop'],
  welcome: [
    'firstRunPolicy',
    'firstRun',
    'firstRunScan',
    'firstRunStopped',
    'firstRunMissing',
    'firstRunLocked',
  ],
  review: [
    'rich',
    'restart',
    'dangerous',
    'blocked',
    'errors',
    'protected',
    'planning',
    'reviewHuge',
    'applying',
    'goingBack',
    'cleaning',
    'applied',
    'rolledBack',
    'cancelled',
    'rollbackFailed',
    'notRoot',
  ],
};

/** Content that appears only while a response is slow is waited for. */
const late: Readonly<Record<string, string>> = {
  simulating: 'main [role="progressbar"]',
  planning: 'main .MuiSkeleton-root',
  activityReading: 'main .MuiSkeleton-root',
};

export interface PageVariant {
  readonly page: string;
  readonly state: string;
  readonly address: string;
  readonly language: 'en' | 'zh-CN';
  readonly shows: string | undefined;
}

/** All of them, each in both themes: the usual state of a page in both languages, the others alternating. */
export const pageVariants: readonly PageVariant[] = Object.entries(pageStates).flatMap(([page, states]) =>
  states.flatMap((written, index): readonly PageVariant[] => {
    const [state = '', query] = written.split('?');
    const look = {
      page,
      state,
      address: query === undefined ? page : `${page}?${query}`,
      shows: late[state],
    };
    return (['en', 'zh-CN'] as const)
      .filter((_, language) => index === 0 || index % 2 === language)
      .map((language) => ({ ...look, language }));
  }),
);

type Texts = typeof en | typeof zhCN;
export const textsOf = (language: PageVariant['language']): Texts => (language === 'en' ? en : zhCN);

/**
 * Overlays of a page: a dialog, a menu, a panel. `press`: labels of the controls to press, in the window's
 * language.
 */
export interface PageOverlay {
  readonly name: string;
  readonly page: string;
  readonly state: string;
  readonly press: (texts: Texts) => readonly string[];
  /** What is there then; a dialog by default. */ readonly shows?: string;
}

const menu = '[role="menu"]';
const opened: readonly PageOverlay[] = [
  {
    name: 'removing containers',
    page: 'containers',
    state: 'protected',
    press: (w) => [w.containers.selectAll, w.containers.bar.remove],
  },
  {
    name: 'recreating containers',
    page: 'containers',
    state: 'protected',
    press: (w) => [w.containers.selectAll, w.recreate.bar],
  },
  {
    name: 'actions of a container',
    page: 'containers',
    state: 'protected',
    press: (w) => [w.containers.more.replace('{{name}}', 'old-vpn')],
    shows: menu,
  },
  {
    name: 'details of a container',
    page: 'containers',
    state: 'longNames',
    press: (w) => [w.containers.expand.replace('{{name}}', 'shop-数据库-1')],
    shows: '[role="row"][aria-expanded="true"] dl',
  },
  {
    name: 'what recreating a container would do',
    page: 'containers',
    state: 'protected',
    press: (w) => ['node-metrics', 'old-vpn'].map((name) => w.containers.expand.replace('{{name}}', name)),
    shows: '[role="row"] dl button',
  },
  {
    name: 'containers that exist before ECI is turned on',
    page: 'isolation',
    state: 'off',
    press: (w) => [w.isolation.eci.name],
  },
  { name: 'choices of the plan', page: 'review', state: 'rich', press: (w) => [w.review.happen.choose] },
  {
    name: 'changes in words',
    page: 'review',
    state: 'rich',
    press: (w) => [w.review.changes.summary],
    shows: 'li:has(.mono)',
  },
  { name: 'stopping an apply', page: 'review', state: 'applying', press: (w) => [w.review.run.stop] },
  { name: 'discarding changes', page: 'file-sharing', state: 'shares', press: (w) => [w.button.discard] },
  {
    name: 'actions of a directory',
    page: 'file-sharing',
    state: 'shares',
    press: (w) => [w.files.list.menu.replace('{{path}}', '$HOME')],
    shows: menu,
  },
  {
    name: 'search in the text',
    page: 'json',
    state: 'edited',
    press: (w) => [w.settingsState.find.find],
    shows: '.cm-search',
  },
  {
    name: 'an earlier version',
    page: 'history',
    state: 'historyFound',
    press: (w) => [w.history.version.replace('{{version}}', '5')],
    shows: 'main .MuiButton-contained',
  },
  {
    name: 'texts that a version can be compared with',
    page: 'history',
    state: 'historyFound',
    press: (w) => [w.history.against],
    shows: '[role="listbox"]',
  },
  {
    name: 'the newest of many versions to choose',
    page: 'history',
    state: 'historyHuge',
    press: (w) => [w.history.against],
    shows: '[role="listbox"]',
  },
  {
    name: 'a version that can’t be read',
    page: 'history',
    state: 'historyFound',
    press: (w) => [w.history.version.replace('{{version}}', '3')],
    shows: 'main [role="alert"]',
  },
  {
    name: 'what a support bundle has',
    page: 'preferences',
    state: 'protected',
    press: (w) => [w.preferences.support.create],
    shows: '[role="dialog"] table',
  },
  {
    name: 'packages and licences',
    page: 'preferences',
    state: 'protected',
    press: (w) => [w.preferences.licences.show],
    shows: '[role="listitem"]',
  },
  {
    name: 'containers of the first run',
    page: 'welcome',
    state: 'firstRunPolicy',
    press: (w) => [w.welcome.toReview],
  },
];

/** Each in both languages, and there in both themes. */
export const overlayVariants: readonly (PageOverlay & Pick<PageVariant, 'language'>)[] = opened.flatMap(
  (one) => (['en', 'zh-CN'] as const).map((language) => ({ ...one, language })),
);
