import type { Sentences } from '../../translate/translate.ts';

/** Details of the steps of an apply, lines of the supervisor, and changes that the gateway makes to requests. */
export const steps: Sentences = {
  'an interrupted recreation of {0} was settled: {1}': '已处理被中断的对 {0} 的重新创建：{1}',
  '; audit mode: nothing is refused': '；审计模式：不会拒绝任何请求',
  '{0}; audit mode: nothing is refused': '{0}；审计模式：不会拒绝任何请求',
  'ready: clients use {0}': '就绪：客户端使用 {0}',
  'dockerd ended unexpectedly': 'dockerd 意外结束',
  'dockerd started (pid {0})': 'dockerd 已启动 (pid {0})',
  '{0}: "{1}" became "{2}" ({3})': '{0}：“{1}”改为“{2}”（{3}）',
  starting: '正在启动',
  stopping: '正在停止',
};
