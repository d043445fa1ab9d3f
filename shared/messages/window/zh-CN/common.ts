import type { common as english } from '../en/common.ts';
import type { Translation } from '../translation.ts';

/** Texts used on more than one page. A state has one name wherever it is shown. */
export const common: Translation<typeof english> = {
  state: {
    protected: '受保护',
    unprotected: '未受保护',
    unverified: '已开启，未验证',
    audit: '审计模式',
    off: '已关闭',
    stopped: '引擎已停止',
  },
  outcome: { denied: '已拒绝', changed: '已更改', allowed: '已允许', 'not-allowed': '不允许' },
  severity: { error: '错误', warning: '警告', note: '提示' },
  mark: {
    added: '已添加',
    edited: '已编辑',
    removed: '已移除',
    undo: '撤消此更改',
    undoNamed: '撤消对 {{name}} 的更改',
  },
  time: {
    justNow: '刚刚',
    dateTime: '{{date}} {{time}}',
    yesterday: '昨天 {{time}}',
    ago: '{{duration}}前',
    seconds: '{{count}} 秒',
    minutes: '{{count}} 分钟',
    minutesAndSeconds: '{{minutes}} 分 {{seconds}} 秒',
    hours: '{{count}} 小时',
    days_other: '{{count}} 天',
    months_other: '{{count}} 个月',
    years_other: '{{count}} 年',
  },
  join: { name: '、', clause: '，', sentence: '{{text}}。', sentences: '', labelled: '{{what}}：{{text}}' },
  list: { more: '{{names}} 等，另有 {{count}} 个', showMore: '再显示 {{count}} 项，共 {{total}} 项' },
  button: {
    cancel: '取消',
    close: '关闭',
    copy: '复制',
    copied: '已复制',
    tryAgain: '重试',
    undo: '撤消',
    discard: '放弃…',
    keepEditing: '继续编辑',
    clear: '清除',
    startEngine: '启动引擎',
  },
  locked: { by: '锁定原因：{{who}}', applyRun: '正在进行的应用过程' },
  loading: '正在加载',
  unknown: '未知',
};
