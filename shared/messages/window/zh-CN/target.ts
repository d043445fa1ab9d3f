import type { target as english } from '../en/target.ts';
import type { Translation } from '../translation.ts';

/** The engine that the window works on, and the features that it does not offer. */
export const target: Translation<typeof english> = {
  missing: {
    'not-in-settings-format': '此引擎不支持：只有 Docker Desktop 有这些设置。',
    'enforced-by-product': '此引擎上不可用：由 Docker Desktop 负责执行，而它不支持此项。',
    'product-keeps-no-log': '此引擎上不可用：Docker Desktop 自行判定，且不保留日志。',
    'no-gateway-in-front': '此引擎上不可用：它前面没有网关，任何设置都不会被执行。',
  },
  machine: {
    title: '此引擎以只读方式显示',
    body: '这是此计算机自身的 Docker Engine，前面没有网关，也没有隔离运行时。可以列出其容器，但它们都不受保护，也无法在此处开启 ECI。内置引擎可与它并存运行。',
    lock: '引擎（前面没有网关）',
    next: '此引擎的容器没有任何保护',
    nextWhy:
      '可以并行运行一个开启 ECI 的内置引擎。' +
      '请用 `sudo bulkhead engine start --root /var/lib/bulkhead` 启动，然后切换到它。',
    switch: '切换引擎…',
  },
  desktop: {
    title: 'Docker Desktop',
    version: '版本',
    machine: '运行于',
    file: '文件',
    quit: '重启方式',
    signIn: '登录',
    users: '用户自选',
    unknownVersion: '未知：取决于版本的项目均视为未受保护',
    vm: { vm: '独立的虚拟机', wsl2: 'WSL 2', 'hyper-v': 'Hyper-V' },
    from: { 'admin-settings': '由管理员设置', 'user-settings': '由用户选择', platform: '此处的默认值' },
    by: { 'docker-desktop-cli': '`docker desktop stop` 和 `start`', system: '系统：退出后重新打开' },
    enforced: '只要该文件存在就强制登录',
    notEnforced: '保存该文件后，所有用户都必须登录，在 Business 用户登录之前引擎不会启动',
    business: '除非用户属于 Docker Business 组织，否则 Docker Desktop 会忽略该文件。',
    notInstalled: '此计算机上未找到',
    older: '另一个文件',
    olderIs:
      '`{{path}}`，位于旧文档所述的位置：此处不会读取。请取用其中需要的内容，然后将其删除；`bulkhead apply FILE --target docker-desktop` 会按原样应用它。',
    usersNone: '没有不同之处',
    usersUnread: '无法读取',
    usersSet_other: '{{names}} 有所不同',
  },
  ownLists: '所有镜像共用一个列表：Docker Desktop 不支持其他方式',
  footer: '需退出并重新打开 Docker Desktop。只要该文件存在，它就会在 Business 用户登录之前阻止引擎启动。',
  step: {
    reconfigure: '准备',
    'restart-engine': '退出并重新打开 Docker Desktop',
    'health-check': '检查 Docker Desktop',
  },
  stepWhat: {
    'back-up': '当前的文件',
    reconfigure: 'Docker Desktop 在启动时读取该文件',
    'restart-engine': '它可能会要求登录',
    'health-check': '它在用户的套接字上有响应',
  },
  isolatedBy: 'Docker Desktop 使用自带的运行时隔离容器，无需选择。',
  does: {
    restart: 'Docker Desktop 退出并重新打开。',
    signIn: '只要该文件存在，所有用户都必须登录，在 Business 用户登录之前引擎不会启动。',
    own: '保护范围取决于其版本：请参阅“概览”中的表格。',
  },
};
