import type { files as english } from '../en/files.ts';
import type { Translation } from '../translation.ts';

/** File sharing: host directories that containers may bind-mount. */
export const files: Translation<typeof english> = {
  title: '文件共享',
  subtitle: '容器只能绑定挂载这些主机目录及其下的内容。',
  choose: '选择文件夹…', chooseFailed: '无法选择文件夹',
  off: { title: 'ECI 已关闭：任何主机目录都可挂载', body: '列表会保留，并在开启 ECI 后生效。' },
  list: {
    title: '允许的目录',
    column: { written: '文档中的写法', host: '在此主机上', byDefault: '默认共享', actions: '操作' },
    empty: '列表为空：不能挂载任何主机目录。', emptyOff: '列表为空：开启 ECI 后，不能挂载任何主机目录。',
    emptyDesktop: '列表为空：Docker Desktop 会将其视为使用默认共享。',
    missing: '文档中没有列表，因此使用以下默认值。', missingDesktop: '文档中没有列表：使用 Docker Desktop 自身的默认共享。', write: '写入文档', defaultTag: '默认',
    came: '该列表', lookFailed: '无法在此主机上查找这些目录',
    byDefault: '默认共享：{{path}}', menu: '{{path}} 的操作', edit: '编辑…', copy: '复制', remove: '移除', narrow: '缩小范围…', correct: '更正…', save: '保存', editing: '目录',
    before: '原为 `{{path}}`',
  },
  host: {
    home: '每位用户自己的主目录，对您而言是', inHome: '在每位用户自己的主目录中，对您而言是', leadsTo: '指向', symlink: '符号链接',
    missing: '不存在', file: '是文件，不是目录', socket: '是套接字，不是目录', other: '不是目录', unusable: '无法使用：{{why}}',
  },
  add: {
    button: '添加目录', label: '要共享的目录', placeholder: '/srv/projects 或 $HOME/code', hint: '绝对路径，或以 `$HOME`、`$TMP` 或 `$TEMP` 开头的路径。',
    duplicate: '已列为 `{{path}}`', covered: '已由 `{{path}}` 共享', fine: '该目录及其下的所有内容均可挂载',
  },
  invalid: {
    empty: '缺少路径', relative: '路径必须是绝对路径，或以 `$HOME`、`$TMP` 或 `$TEMP` 开头', 'not-normal': '路径不能包含 `.` 或 `..`：请写出它实际指向的位置',
    'unknown-variable': '仅替换 `$HOME`、`$TMP` 和 `$TEMP`，不支持 `~` 或其他变量', 'control-character': '路径包含控制字符', title: '此条目不共享任何内容',
  },
  danger: {
    holds: '包含 `{{path}}`', through: '指向 `{{path}}`：{{title}}',
    everything: { title: '是整个文件系统', body: '容器可以更改此计算机上的任何文件并取得其控制权。' },
    engine: { title: '包含引擎自身的文件', body: '容器可以更改镜像、其他容器和策略。网关会拒绝引擎的目录，但不会拒绝其旁边的所有内容。' },
    socket: { title: '包含 Docker 套接字', body: '套接字本身仍被阻止，但其旁边的内容不会。' },
    'system-configuration': { title: '包含此主机的配置', body: '容器可以读取主机的帐户和密码，并更改其服务。' },
    'runtime-state': { title: '包含主机服务的套接字和状态', body: 'Docker 套接字仍被阻止，但相邻的内容不会：此处还可能有 containerd、systemd 和 D-Bus 的套接字。' },
    kernel: { title: '是内核自身的文件', body: '容器可能通过它们脱离隔离。' },
    devices: { title: '是此主机的设备', body: '容器可以读写主机的磁盘。' },
    'administrator-home': { title: '是管理员的主目录', body: '其中的密钥和启动文件可用来访问此主机。' },
    programs: { title: '包含此主机运行的程序', body: '容器可以替换管理员运行的程序。' },
    'all-homes': { title: '包含所有用户的主目录', body: '任何用户的容器都可以挂载其他用户的文件。' },
  },
  tester: {
    title: '能否挂载？', against: '依据哪份设置', applied: '已应用', draft: '草稿', label: '要测试的主机路径', placeholder: '/home/me/app',
    hint: '输入主机路径：由网关自身的规则作答。按 Enter 可将结果保留在下方。', relative: '请输入绝对路径。', asking: '正在查询…',
    yes: '可以', no: '不可以',
    inside: '位于 `{{share}}` 内，途中没有符号链接。', insideLink: '指向 `{{real}}`，位于 `{{share}}` 内。', off: 'ECI 已关闭：不检查任何挂载。', missing: '尚不存在。',
    notShared: '不在任何共享目录中。', notSharedLink: '指向 `{{real}}`，该位置未共享。',
    engine: '它是、包含或属于引擎的目录：始终不可挂载。', socket: '这是引擎的套接字：仅列出的镜像可以挂载。', unresolvable: '无法确定它指向何处，因此被拒绝。',
    forget: '清除 {{path}}', failed: '无法回答此问题',
  },
  empty: {
    title: '如果列表为空',
    engineHere: '此引擎上不能挂载任何主机目录。', engineMissing: '如果没有列表，则可以挂载 `$HOME` 和 `$TMP`。', desktopThere: 'Docker Desktop 将空列表视为使用默认共享。Bulkhead 在保存空列表之前会提醒您。',
    desktopHere: 'Docker Desktop 将空列表视为使用默认共享。', desktopMissing: '如果没有列表，也使用默认共享。', engineThere: '在 Docker Engine 上，空列表表示不能挂载任何内容。',
  },
};
