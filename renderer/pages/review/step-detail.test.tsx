import { beforeAll, describe, expect, it } from 'vitest';
import { showLanguage, startI18n } from '../../i18n/index.ts';
import { stepDetail } from './step-detail.ts';

const i18n = startI18n();
const english: readonly (readonly [string, string, string])[] = [
  ['version 12', 'Version 12', '版本 12'],
  ['version 0', 'No settings file yet', '尚无设置文件'],
  ['version 12, same text', 'Version 12, same text', '版本 12，文本相同'],
  ['1 key set in daemon.json', '1 key set in daemon.json', '已设置 daemon.json 中的 1 个键'],
  ['2 keys given back in daemon.json', '2 keys given back in daemon.json', '已还原 daemon.json 中的 2 个键'],
  ['daemon.json unchanged', 'daemon.json unchanged', 'daemon.json 未更改'],
  ['Docker Engine 26.1.5', 'Docker Engine 26.1.5', 'Docker Engine 26.1.5'],
  ['default runtime bulkhead', 'Default runtime bulkhead', '默认运行时为 bulkhead'],
  [
    '16 of 17 claims shown, 1 limited',
    '16 of 17 claims shown, 1 limited',
    '17 项断言中有 16 项得到证实，1 项受限',
  ],
  [
    '15 of 17 claims shown, 2 not enforced; audit mode: nothing is refused',
    '15 of 17 claims shown, 2 not enforced. Audit mode: nothing is refused',
    '17 项断言中有 15 项得到证实，2 项未强制执行。审计模式：不会拒绝任何请求',
  ],
  ['2 of 3', '2 of 3', '2/3'],
  ['1 of 1 removed', '1 of 1 removed', '已移除 1/1 个'],
  ['nothing removed', 'Nothing removed', '没有移除任何容器'],
  [
    '1 of 1 removed; 2 of 3 recreated',
    '1 of 1 removed, 2 of 3 recreated',
    '已移除 1/1 个，已重新创建 2/3 个',
  ],
  ['recreating web-1', 'Recreating web-1', '正在重新创建 web-1'],
  ['nothing recreated', 'Nothing recreated', '没有重新创建任何容器'],
  ['the apply was cancelled', 'The apply was cancelled', '应用已取消'],
  ['dockerd did not become ready', 'dockerd did not become ready', 'dockerd did not become ready'],
];

describe('what a step left behind', () => {
  beforeAll(() => showLanguage('en'));
  it.each(english)('%s', async (detail, inEnglish, inChinese) => {
    await showLanguage('en');
    expect(stepDetail(i18n.t, detail)).toBe(inEnglish);
    await showLanguage('zh-CN');
    expect(stepDetail(i18n.t, detail)).toBe(inChinese);
  });
});
