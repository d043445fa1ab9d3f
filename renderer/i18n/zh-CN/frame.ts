import type { frame as english } from '../en/frame.ts';
import type { Translation } from '../translation.ts';

export const frame: Translation<typeof english> = {
  app: 'Bulkhead',
  page: {
    overview: '概览', isolation: '隔离', 'docker-socket': 'Docker 套接字', 'file-sharing': '文件共享', containers: '容器',
    activity: '活动',
    simulator: '模拟器', json: 'JSON', history: '历史记录', preferences: '偏好设置', review: '审阅并应用', welcome: '首次运行',
  },
  group: { protect: '防护', observe: '观察', document: '文档' },
  navigation: '页面',
  hasChanges: '有尚未应用的更改',
  search: '搜索设置、容器或活动',
  searchLabel: '搜索和命令',
  searchEmpty: '没有符合的名称。',
  searchKinds: { page: '页面', setting: '设置', container: '容器', command: '命令' },
  commands: { verify: '立即验证', scan: '扫描容器', restart: '重启引擎', start: '启动引擎', review: '审阅更改', undo: '撤消草稿中的更改', redo: '重做草稿中的更改', activity: '在“活动”中查找“{{text}}”' },
  settings: { eci: '增强型容器隔离', lock: '对用户锁定', backend: '隔离后端', images: '可挂载 Docker 套接字的镜像', commandList: '通过套接字使用的命令', shares: '允许的目录', language: '语言', theme: '主题' },
  window: { minimize: '最小化', maximize: '最大化或还原', close: '关闭' },
  engine: {
    protectedExcept: '受保护，{{count}} 个容器除外', starting: '正在启动', stopping: '正在停止', restarting: '正在重启', failed: '引擎出现故障', applying: '正在应用版本 {{version}}', rollingBack: '正在回滚',
    switch: '引擎：{{name}}，{{state}}。切换引擎', menu: '引擎', looking: '正在查找引擎', none: '未找到引擎。', notSwitched: '仍使用当前引擎：{{reason}}',
    kind: { embedded: '{{name}} 上的内嵌引擎', 'docker-engine': '本机的 Docker Engine', 'docker-desktop': 'Docker Desktop' },
    phase: { ready: '运行中', stopped: '已停止', starting: '正在启动', restarting: '正在重启', stopping: '正在停止', failed: '出现故障', unreachable: '无响应' },
  },
  unseenDenials_other: '{{count}} 次拒绝尚未查看',
  unprotectedCount_other: '{{count}} 个未受保护的容器',
  footer: {
    changes_other: '{{count}} 项更改',
    formatting: '仅格式更改',
    broken: '草稿不是有效的 JSON',
    atOnce: '立即生效，无需重启。',
    restart: '需要重启：引擎',
    brokenWhy: '目前无法应用。',
    review: '审阅并应用',
    notSaved: '无法保存草稿', notDiscarded: '无法放弃草稿',
    label: '尚未应用的更改',
  },
  discard: {
    title_other: '放弃 {{count}} 项更改？',
    body: '草稿将恢复为已应用的内容。在关闭窗口之前，可用撤消 (Ctrl Z) 找回您的更改。',
    confirm_other: '放弃 {{count}} 项更改',
    done: '已放弃更改',
  },
  crash: { title: '此页面出错', body: '应用的其他部分仍可使用。没有因此更改任何内容。', again: '重新打开页面' },
  noState: { title: 'Bulkhead 无法读取其状态' },
  notKept: { title: '应用退出后，此处的更改会丢失', body: '无法将偏好设置和未应用的草稿写入您的主目录。' },
  appeared: {
    title_other: '{{count}} 个容器未受保护：{{names}}',
    body_other: '它们在 ECI 开启期间创建，但不受其保护。在您决定之前，它们保持原样。',
    keep: '保持原样', review: '查看…',
  },
};
