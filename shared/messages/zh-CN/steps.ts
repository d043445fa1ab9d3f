import type { Sentences } from '../../translate/translate.ts';

/** Details of the steps of an apply, lines of the supervisor, and changes that the gateway makes to requests. */
export const steps: Sentences = {
  'an interrupted recreation of {0} was settled: {1}': '已处理被中断的对 {0} 的重新创建：{1}',
  '; audit mode: nothing is refused': '；审计模式：不会拒绝任何请求',
  '{0}; audit mode: nothing is refused': '{0}；审计模式：不会拒绝任何请求',
  'version {0}': '版本 {0}',
  'version {0}, same text': '版本 {0}，内容相同',
  'daemon.json unchanged': 'daemon.json 未更改',
  '1 key set in daemon.json': '已在 daemon.json 中设置 1 个键',
  '{0} keys set in daemon.json': '已在 daemon.json 中设置 {0} 个键',
  '1 key given back in daemon.json': '已在 daemon.json 中恢复 1 个键',
  '{0} keys given back in daemon.json': '已在 daemon.json 中恢复 {0} 个键',
  'default runtime {0}': '默认运行时 {0}',
  'nothing removed': '未移除任何容器',
  'nothing recreated': '未重新创建任何容器',
  '{0} of {1} removed': '已移除 {0}/{1} 个',
  '{0} of {1} recreated': '已重新创建 {0}/{1} 个',
  '{0} of {1} removed; {2} of {3} recreated': '已移除 {0}/{1} 个；已重新创建 {2}/{3} 个',
  'not verified: a user has turned isolation off, as the settings let them':
    '未验证：用户已按设置所允许的关闭隔离',
  'ready: clients use {0}': '就绪：客户端使用 {0}',
  'dockerd ended unexpectedly': 'dockerd 意外结束',
  'dockerd started (pid {0})': 'dockerd 已启动 (pid {0})',
  '{0}: "{1}" became "{2}" ({3})': '{0}：“{1}”改为“{2}”（{3}）',
  starting: '正在启动',
  stopping: '正在停止',
};
