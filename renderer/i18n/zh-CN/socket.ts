import type { socket as english } from '../en/socket.ts';
import type { Translation } from '../translation.ts';

/** Docker socket: images that may mount it, commands they may send through it. */
export const socket: Translation<typeof english> = {
  title: 'Docker 套接字',
  subtitle: '哪些镜像可以挂载 Docker 套接字，以及它们的容器可以通过它发送哪些命令。',
  off: { title: 'ECI 已关闭：任何容器都可挂载套接字', body: '这些列表在开启 ECI 后生效。' },
  images: {
    title: '允许的镜像',
    column: { image: '镜像', trust: '信任的内容', here: '在此引擎上', commands: '命令', actions: '操作' },
    empty: '未列出任何镜像：没有容器可以挂载 Docker 套接字。',
    emptyOff: '未列出任何镜像：开启 ECI 后，没有容器可以挂载 Docker 套接字。',
    derived: '同时允许以 `FROM` 基于这些镜像构建的镜像', derivedName: '同时允许基于这些镜像构建的镜像',
    anyImage: '任意镜像', anyRepository: '任意仓库', anyTag: '任意标签', tagMoves: '标签可变', latestMoves: 'latest，可变', pinned: '已固定', invalid: '无匹配',
    matches_other: '{{count}} 个镜像', noMatch: '尚无镜像',
    unknown: '未知', unknownStopped: '引擎未运行：其镜像未知。',
    defaultList: '默认列表', ownDenies: '专用列表 · 拒绝 {{count}} 个', ownAllows: '专用列表 · 允许 {{count}} 个', openOwn: '显示 {{image}} 的专用列表',
    menu: '{{image}} 的操作', edit: '编辑…', copy: '复制', remove: '移除', save: '保存', editing: '镜像引用',
    imagesFailed: '无法列出引擎的镜像',
  },
  add: {
    button: '添加镜像', label: '要允许的镜像', placeholder: 'name:tag 或 name@sha256:…',
    hint: '`name` 表示其 latest 标签，`name:*` 表示任意标签。',
    duplicate: '已列为 `{{image}}`', covered: '已由 `{{image}}` 涵盖',
    anyImage: '所有镜像，包括今后拉取的镜像', noneHere: '目前与此引擎上的任何镜像都不匹配', unknownHere: '有效的引用',
    here_other: '与此引擎上的 {{count}} 个镜像匹配',
    error: {
      empty: '缺少镜像引用', space: '镜像引用不能包含空格', 'upper-case': '仓库名称须为小写', 'bad-domain': '镜像仓库主机无效',
      'bad-path': '仓库名称无效', 'bad-tag': '标签无效', 'bad-digest': '摘要由 sha256: 和 64 个十六进制数字组成',
      'wildcard-place': '* 可代表全部、标签，或仓库名称的最后一段', 'too-long': '仓库名称超过 255 个字符',
      'bare-id': '仅凭 ID 无法确定仓库：请写成 name@sha256:…',
    },
  },
  commands: {
    title: '通过套接字使用的命令',
    type: { label: '标记的含义', deny: '拒绝已标记的命令', allow: '仅允许已标记的命令' },
    denied: '拒绝 {{count}} 个命令，共 {{total}} 个', allowed: '允许 {{count}} 个命令，共 {{total}} 个',
    group: { allDenied: '全部拒绝', allAllowed: '全部允许', someDenied: '拒绝 {{count}} 个，共 {{total}} 个', someAllowed: '允许 {{count}} 个，共 {{total}} 个', noneDenied: '允许 {{count}} 个', noneAllowed: '拒绝 {{count}} 个' },
    other: '其他', otherName: '不属于任何组的命令', markGroup: '标记 {{group}} 的全部命令', more: '另外 {{count}} 个', less: '收起', row: '{{group}} 的命令',
    find: '查找命令', noneFound: '没有命令与“{{text}}”匹配。', cantList: '`{{command}}` 不能列入列表：{{why}}。',
    unsupported: '`{{a}}`、`{{b}}`、`{{c}}` 以及另外 {{count}} 个不能列入列表：引擎只能看到它们调用的命令。请改为标记那些命令。',
    unread: '不是命令的条目', unreadRemove: '移除',
    lists: '命令列表', defaultList: '默认列表', ownCount: { deny: '拒绝 {{count}} 个', allow: '允许 {{count}} 个' }, addOwn: '专用列表', addOwnLabel: '为镜像设置专用的命令列表', noneLeft: '列出的每个镜像都已有专用列表',
    own: '`{{image}}` 的容器使用此列表，而不是默认列表。', ownUnused: '`{{image}}` 不是允许的镜像：此列表不起作用。', removeOwn: '移除专用列表', ownRemoved: '`{{image}}` 的专用列表',
  },
};
