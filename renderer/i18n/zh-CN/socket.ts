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
    otherContent_other: '{{count}} 个镜像，内容不同', someOther_other: '{{count}} 个镜像，另有 {{other}} 个内容不同',
    showMatches_other: '{{count}} 个镜像与 {{image}} 匹配：显示', matchesOf: '此引擎上与 {{image}} 匹配的镜像', sameContent: '与镜像仓库提供的一致', isOther: '内容不同：不放行。请重新拉取。', byName: '按名称匹配', andMore: '另外 {{count}} 个', pin: '固定摘要…',
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
    asking: '{{here}}。正在询问镜像仓库…', absent: '镜像仓库中没有此镜像：该条目不会放行任何镜像', denied: '镜像仓库拒绝访问：{{why}}', unavailable: '{{here}}。镜像仓库提供的内容未知：{{why}}',
    lastKnown: '镜像仓库上次提供的是 `{{digest}}`；目前无法询问：{{why}}', served: '镜像仓库提供 `{{digest}}`', servedNone: '镜像仓库提供 `{{digest}}`，此引擎上还没有与之一致的镜像', servedHere_other: '镜像仓库提供 `{{digest}}`，与本地 {{count}} 个镜像一致',
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
  registry: {
    asking: '正在询问镜像仓库', progress: '正在询问，{{done}}/{{total}}', again: '重新询问镜像仓库', lastKnown: '上次已知，{{ago}}',
    absent: '不在其镜像仓库中', denied: '无权访问镜像仓库', unavailable: '未知', pinnedAbsent: '已固定，但不在其镜像仓库中',
  },
  sight: {
    title: '容器可见的内容', asAll: '与其他相同', ownScope: '{{image}} 的容器可见的内容', ownScopeShort: '可见内容',
    scope: { name: '通过挂载的套接字', allOption: '全部', ownOption: '仅自己的', all: '在其命令允许的范围内，拥有套接字的容器可以看到并操作此引擎上的一切。', own: '拥有套接字的容器只能看到并操作通过自己的套接字创建的对象，其余对它而言不存在。' },
    hide: {
      name: '隐藏环境变量', neverOption: '不隐藏', 'socket-mountsOption': '对容器内的套接字隐藏', alwaysOption: '对所有人隐藏',
      never: '`docker inspect` 会显示容器环境变量的内容，包括密码。', 'socket-mounts': '拥有 Docker 套接字的容器只能看到变量名，看不到值。', always: '任何人都无法通过 `docker inspect` 看到变量值。复制容器配置的工具也因此无法复制。',
    },
  },
};
