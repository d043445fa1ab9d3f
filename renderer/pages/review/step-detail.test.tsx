import { beforeAll, describe, expect, it } from 'vitest';
import { loadOtherTexts, showLanguage, startI18n } from '../../i18n/index.ts';
import { joinMessages } from '../../../shared/messages/join-messages.ts';
import { message, referenceTo, type Message } from '../../../shared/messages/message.ts';
import { stepDetail } from './step-detail.ts';

const i18n = startI18n();
const version = (number: number) => message('apply.detail-version', { version: number });
const shown = (number: number) => message('claims.count-shown', { number, total: 17 });
const removed = message('apply.detail-removed', { done: 1, total: 1 });
const recreated = message('apply.detail-recreated', { done: 2, total: 3 });
const cases: readonly (readonly [Message | string, string, string])[] = [
  [version(12), 'Version 12', '版本 12'],
  [version(0), 'No settings file yet', '尚无设置文件'],
  [message('apply.detail-version-same-text', { version: 12 }), 'Version 12, same text', '版本 12，内容相同'],
  [
    message('apply.detail-keys-set', { count: 1 }),
    '1 key set in daemon.json',
    '已在 daemon.json 中设置 1 个键',
  ],
  [
    message('apply.detail-keys-given-back', { count: 2 }),
    '2 keys rolled back in daemon.json',
    '已在 daemon.json 中回滚 2 个键',
  ],
  [message('apply.detail-daemon-json-unchanged'), 'daemon.json unchanged', 'daemon.json 未更改'],
  ['Docker Engine 26.1.5', 'Docker Engine 26.1.5', 'Docker Engine 26.1.5'],
  [
    message('engine.default-runtime', { runtime: 'bulkhead' }),
    'Default runtime bulkhead',
    '默认运行时 bulkhead',
  ],
  [
    message('claims.counts', { before: shown(16), after: message('claims.count-limited', { number: 1 }) }),
    '16 of 17 checks passed, 1 limited',
    '17 项检查中有 16 项通过、1 项受限',
  ],
  [
    message('apply.detail-claims-audit', {
      claims: message('claims.counts', {
        before: shown(15),
        after: message('claims.count-not-enforced', { number: 2 }),
      }),
    }),
    '15 of 17 checks passed, 2 not enforced. Audit mode: rules deny nothing',
    '17 项检查中有 15 项通过、2 项未强制执行。审计模式：规则不拒绝任何请求',
  ],
  [message('apply.detail-removal-progress', { done: 2, total: 3 }), '2 of 3', '2/3'],
  [removed, '1 of 1 removed', '已移除 1/1 个'],
  [message('apply.detail-nothing-removed'), 'Nothing removed', '未移除任何容器'],
  [
    joinMessages('statements', [removed, recreated]),
    '1 of 1 removed; 2 of 3 recreated',
    '已移除 1/1 个；已重新创建 2/3 个',
  ],
  [message('apply.detail-nothing-recreated'), 'Nothing recreated', '未重新创建任何容器'],
  [message('apply.cancelled'), 'The apply was cancelled', '应用已取消'],
  ['dockerd did not become ready', 'dockerd did not become ready', 'dockerd did not become ready'],
  ['version 12', 'Version 12', 'Version 12'],
];

describe('the detail of a step', () => {
  beforeAll(loadOtherTexts);
  it.each(cases)('%o', async (detail, inEnglish, inChinese) => {
    const [text, reference] =
      typeof detail === 'string' ? [detail, undefined] : [detail.text, referenceTo(detail)];
    await showLanguage('en');
    expect(stepDetail(i18n.t, text, reference)).toBe(inEnglish);
    await showLanguage('zh-CN');
    expect(stepDetail(i18n.t, text, reference)).toBe(inChinese);
  });
});
