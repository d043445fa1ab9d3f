import type { applyLog as english } from '../en/apply-log.ts';
import type { Translated } from '../translated.ts';

export const applyLog: Translated<typeof english> = {
  'apply-log.claim': '{{claim}}：{{verdict}}：{{evidence}}',
  'apply-log.verdict-pass': '通过',
  'apply-log.verdict-fail': '失败',
  'apply-log.verdict-limited': '受限',
  'apply-log.verdict-not-offered': '在此不提供',
  'apply-log.verdict-not-run': '未运行',
  'apply-log.verdict-not-enforced': '未强制执行',
  'apply-log.removed': '已移除 {{name}}',
  'apply-log.not-removed': '未移除 {{name}}：{{why}}',
  'apply-log.recreated': '已重新创建 {{name}}',
  'apply-log.protected-already': '{{name}} 已受保护',
  'apply-log.not-recreated': '未重新创建 {{name}}：{{why}}',
  'apply-log.not-recorded': '历史记录：{{why}}',
  'apply-log.finished-later': '将在下次启动时完成：{{why}}',
  'apply-log.finishing': '正在完成版本 {{version}}，该版本在验证之后被中断',
  'apply-log.applied': '已应用版本 {{version}}',
  'apply-log.rolling-back': '正在回滚到版本 {{version}}：{{why}}',
  'apply-log.rolled-back': '已回滚到版本 {{version}}',
  'apply-log.rollback-failed': '回滚失败：{{why}}',
  'apply-log.settings-left': '设置文件在此期间被其他程序更改：保持不变',
  'apply-log.daemon-json-kept': 'daemon.json 在此期间被其他程序更改：其文本位于 {{file}}',
  'apply-log.not-reloaded': '引擎未重新加载：{{why}}',
  'apply-log.not-verified-again': '未能重新验证：{{why}}',
};
