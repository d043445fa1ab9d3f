import type { history as english } from '../en/history.ts';
import type { Translation } from '../translation.ts';

/** History: every version of the settings there was. */
export const history: Translation<typeof english> = {
  title: '历史记录', subtitle: '在此应用过的每个版本。回滚会将该版本变为草稿供您审阅；在您确认之前不会应用任何内容。',
  versions: '版本', count_other: '{{count}} 个版本',
  version: '版本 {{version}}', applied: '已应用', eciOn: 'ECI 已开启', eciOff: 'ECI 已关闭',
  by: '由 {{user}} 应用', found: '发现于磁盘，由其他程序写入', none: '无设置文件', unrecorded: '已被其他程序更改', unreadable: '无法读取', noneTitle: '版本 0 表示没有设置文件', unreadableTitle: '无法读取此版本',
  changed_other: '{{count}} 项更改：{{names}}', formatting: '仅格式更改', notCounted: '过大，无法在此比较',
  empty: '尚未应用过任何内容。首次应用将成为版本 1。', openJson: '打开文档',
  rollBack: '回滚到此版本…', review: '审阅并应用', replaces: '回滚会替换您的草稿', replacesWhy: '可用撤消找回草稿。',
  noneMeans: '回滚会将文档变为空文档，其含义相同：ECI 已关闭，所有设置均为默认值。', noneRemoves: '回滚会移除该文件：Docker Desktop 不再强制登录，所有设置都由用户自己决定。', noneNow: '目前同样没有设置文件。',
  compare: '差异', against: '比较对象', previous: '上一版本', appliedShort: '已应用', draftShort: '草稿', appliedText: '已应用的内容', draftText: '草稿',
  legend: '− {{from}}，+ {{to}}', diff: '从 {{from}} 到 {{to}}', same: '没有差异。', previousUnreadable: '无法读取上一版本。请改为与已应用的内容比较。',
  copy: '复制此版本的文本',
};
