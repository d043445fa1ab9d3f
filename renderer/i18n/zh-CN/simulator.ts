import type { simulator as english } from '../en/simulator.ts';
import type { Translation } from '../translation.ts';

export const simulator: Translation<typeof english> = {
  subtitle: '逐条规则说明 docker run、docker build 或 Compose 文件会有什么结果。不会运行任何东西。',
  open: '打开 Compose 文件…', openFailed: '无法打开文件',
  against: { label: '判定依据', applied: '已应用的设置', draft: '草稿' },
  input: { command: 'Docker 命令', compose: 'Compose 文件', placeholder: 'docker run …，或粘贴 Compose 文件', clear: '清除', pasted: '粘贴的内容；相对路径从您的主目录开始', from: '来自 `{{file}}`' },
  empty: {
    title: '输入或粘贴 docker 命令，或打开 Compose 文件', body: '由网关自身的代码结合引擎所知的信息判定。可以试试：',
    example: { privileged: '特权容器', bind: '主机目录', socket: 'Docker 套接字', build: '使用引擎网络的构建', compose: 'Compose 文件' },
  },
  running: '正在判定', stop: '停止', stopped: '已停止。更改文本即可重新判定。', stale: '属于此次更改之前的文本',
  problem: {
    empty: '还没有命令。', 'too-long': '文本过长，不是一条命令。', syntax: '此处的引号或括号没有闭合：`{{what}}`', 'several-commands': '一次只能有一条命令：`{{what}}` 是另一条。', pipe: '管道会运行另一个程序：请只给出 docker 命令。', redirection: '请去掉重定向：`{{what}}`',
    substitution: 'Shell 会先替换 `{{what}}`：请写出它的值。', 'no-directory': '模拟器不处于任何目录：请写出 `{{what}}` 的值。', braces: 'Shell 会把 `{{what}}` 展开成多个词：请分别写出。',
    'not-docker': '`{{what}}` 不是 docker。', 'sudo-option': '请去掉 `{{what}}`：它会改变运行命令的用户。', 'general-option': '请去掉 `{{what}}`：引擎就是此窗口的引擎。', 'no-command': '请写明是哪个：`docker run`、`docker create` 或 `docker build`。',
    compose: '对于 Compose，请打开或粘贴 Compose 文件本身。', 'other-command': '此处无法模拟 `docker {{what}}`：可以模拟 `run`、`create` 和 `build`。`bulkhead explain` 还支持其他命令。', 'no-image': '缺少镜像。', 'writes-file': '`{{what}}` 会写入文件：请去掉，它不影响判定。',
    at: '第 {{position}} 个字符', atLine: '第 {{line}} 行，第 {{column}} 列',
  },
  yaml: {
    yaml: '无法作为 YAML 读取。', 'duplicate-key': '此键出现了两次。', tab: 'YAML 用空格缩进，不能用制表符。', indent: '此处的缩进有误，或括号没有闭合。', 'not-closed': '此处缺少引号、括号或分隔符。', alias: '此别名没有所指，或书写有误。', 'several-documents': 'Compose 只读取一个文档：请去掉第一个文档之后以 `---` 开头的内容。',
  },
  failed: '无法判定',
  noDocker: '没有 Docker 命令行，无法模拟',
  verdict: {
    off: '已允许：ECI 已关闭', offText: '增强型容器隔离 (ECI) 关闭时不检查任何内容。',
    reads: '已允许：只读取信息', allow: '已允许', rewrite: '已允许，有更改', undecided: '无法判断', 'would-deny': '放行并记录', audit: '审计模式：不会拒绝任何请求。在 `enforce` 下会返回：',
    denyOne: '已拒绝：{{why}}', denyMany_other: '已拒绝，共 {{count}} 个原因',
    services_other: '已拒绝：{{total}} 个服务中的 {{count}} 个',
    by: '客户端会看到', label: '结论',
  },
  rules: {
    title: '逐条规则', denied_other: '{{count}} 项已拒绝', wouldDeny_other: '{{count}} 项会被拒绝', changed_other: '{{count}} 项已更改', allowed_other: '{{count}} 项已允许', missing_other: '{{count}} 项未定',
    none: '没有规则与之相关：原样放行。', notSaid: '未指定 {{option}}', whole: '整个请求', open: '未定', wouldDeny: '会被拒绝',
    shared: '`{{path}}` 不在共享目录内：{{shares}}。', sharedNone: '`{{path}}` 不在共享目录内：没有共享任何目录。',
  },
  passed: {
    privileged: { title: '保留，但受限', text: '在自己的命名空间内拥有全部能力；内核模块和全局 sysctl 会失败。' },
    capability: { title: '保留，但受限', text: '该能力只在容器自己的命名空间内有效。' },
    'shared-bind': { title: '位于共享目录内', text: '容器内的 root 写入的内容属于共享它的用户。' },
    volume: { title: '命名卷', text: '引擎自己的存储；不涉及主机文件。' },
    'security-opt': { title: '保留安全选项', text: '它减少权限，或不影响隔离。' },
    sysctl: { title: '在容器内设置', text: '该值只在容器自己的命名空间内有效。' },
  },
  socket: { none: '通过它不能使用任何命令：其列表一个也不允许。', all: '通过它可以使用所有 Docker 命令。', only: '通过它只能使用 {{commands}}。', allBut: '除 {{commands}} 外，通过它可以使用所有 Docker 命令。' },
  image: { title: '可信，可使用套接字', by: '其内容 `{{id}}` 正是条目 `{{entry}}` 所允许的。', derived: '由 `{{base}}` 构建，条目 `{{entry}}` 允许它。', any: '条目 `{{entry}}` 允许它。' },
  fix: {
    title: '如何使其可行',
    leave: '去掉 {{words}}。{{rest}}', restAllowed: '其余部分会被允许。', restLogged: '其余部分会被放行并记录。', restDenied: '其余部分仍会被拒绝。', restOpen: '无法判断其余部分的结果。', tryIt: '去掉后再试',
    share: '共享 `{{path}}`。', shareDanger: '共享 `{{path}}`。不建议：{{why}}', image: '允许 `{{image}}` 挂载 Docker 套接字。', imageAny: '允许 `{{image}}` 的任意标签挂载 Docker 套接字。', derived: '同时允许由所列镜像派生的镜像。', byHand: '有设置可以允许此操作：见该页面。',
    add: '添加到草稿…', cannot: '没有设置可以允许此操作。{{instead}}',
    dialog: { title: '添加到草稿？', body: '只更改草稿。审阅之前不会应用任何内容。', confirm: '添加到草稿' },
  },
  basis: {
    title: '判定依据', at: '判定时间', atValue: '{{ago}}，用时 {{ms}} 毫秒', settings: '设置', settingsApplied: '已应用，版本 {{version}}', settingsDraft: '草稿', engine: '引擎', engineAsked: '已询问', engineAbsent: '无法访问：它所知的一切均视为不存在',
    user: '身份', userRoot: 'root', userYou: '您：`$HOME` 是您的主目录，以及您可以读取的引擎信息', sudo: '您，不使用 `sudo`：root 的 `$HOME` 不同',
    facts: '已查询', missing: '视为不存在', nothing: '无需查询', there: '{{name}}：{{found}}', absent: '{{name}}：不存在', leftOut: '未查看',
    kind: { container: '容器', image: '镜像', volume: '卷', network: '网络' },
    note: {
      'later-requests': '只判定第一个会带来更改的请求；此后的请求未知。', 'build-calls': 'Dockerfile 的要求（`RUN --network`、`--security`）在 BuildKit 构建时判定。', 'image-assumed': '该镜像被当作允许的镜像。',
      'stub-context': '没有读取构建目录：以一个空目录代替。', 'options-left-out': '这些选项属于 BuildKit 或客户端自身，没有查看。', 'compose-environment': '此处不知道您 Shell 中的变量；缺少哪些见 Compose 的提示。', 'compose-stopped': 'Compose 中途停止，原因见其提示。此后的内容没有判定。', 'compose-build': '服务的构建按网络、特权和权限判定；没有读取其 Dockerfile。',
    },
  },
  compose: { service: '服务 {{name}}', network: '网络 {{name}}', volume: '卷 {{name}}', other: '其他请求', build: '构建 {{name}}', warnings: 'Compose 提示' },
};
