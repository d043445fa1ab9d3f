import { expect, test } from 'vitest';
import { english } from './catalogue/index.ts';
import { chinese } from './catalogue/zh-CN/index.ts';
import { en } from './window/en/index.ts';
import { flattenTexts } from './window/flatten-texts.ts';
import { zhCN } from './window/zh-CN/index.ts';

// Wordings that were compared with Docker's own: changing one is a decision, not an edit in passing.

const catalogue = (areas: Readonly<Record<string, () => Readonly<Record<string, string>>>>) =>
  Object.values(areas).flatMap((area) => Object.entries(area()));

const texts = {
  English: new Map([...flattenTexts(en), ...catalogue(english)]),
  Chinese: new Map([...flattenTexts(zhCN), ...catalogue(chinese)]),
};

type Values = Readonly<Record<string, string>>;

/** A text as it is read: with its values, and without the backticks that only mark code. */
const read = (language: keyof typeof texts, key: string, values: Values = {}): string | undefined =>
  texts[language]
    .get(key)
    ?.replaceAll(/\{\{(\w+)\}\}/g, (place, name: string) => values[name] ?? place)
    .replaceAll('`', '');

test.each<[wording: string, key: string, values?: Values]>([
  ['All 17 checks passed in real containers', 'review.end.verified_other', { count: '17' }],
  ['All 17 checks passed in real containers.', 'overview.detail.passed_other', { count: '17' }],
  ['Container root has no privileges on the host; host namespaces are denied.', 'review.effect.eciOnWhy'],
  [
    'Each new container gets its own UID/GID range. Container root has no privileges on the host.',
    'isolation.eci.on',
  ],
  ['Enforcement mode', 'isolation.mode.name'],
  ['Enforce', 'isolation.mode.enforceOption'],
  ['Audit only', 'isolation.mode.auditOption'],
  ['Duplicate key: locked', 'findings.title.duplicate-key', { key: 'locked' }],
  [
    '/a: expected true or false, got a string.',
    'settings.value-type-mismatch',
    {
      pointer: '/a',
      expected: read('English', 'settings.type-boolean') ?? '',
      found: read('English', 'settings.type-string') ?? '',
    },
  ],
  ['Changed outside Bulkhead', 'settingsState.conflict.theirChanges'],
  ['Changed outside Bulkhead: resolve the conflict', 'review.footer.conflict'],
  ['the protection could not be verified', 'desktop.not-verified'],
  ['View the report', 'overview.next.runSee'],
  ['Roll back to an earlier version', 'frame.commands.rollback'],
])('English: %s', (wording, key, values) => {
  expect(read('English', key, values)).toBe(wording);
});

test.each<[wording: string, key: string, values?: Values]>([
  ['来自验证', 'activity.by.verification'],
  ['操作者：root', 'activity.by.user', { name: 'root' }],
  ['操作者：root', 'history.by', { user: 'root' }],
  ['设置文件', 'frame.group.document'],
  ['无设置文件', 'history.none'],
  ['引擎状态：已连接', 'activity.engine', { phase: '已连接' }],
  ['仅对您在此计算机上生效。更改立即生效，且不属于设置文件。', 'preferences.subtitle'],
])('Chinese: %s', (wording, key, values) => {
  expect(read('Chinese', key, values)).toBe(wording);
});
