import type { isolation as english } from '../en/isolation.ts';
import type { Translation } from '../translation.ts';

export const isolation: Translation<typeof english> = {
  title: '隔离',
  subtitle: '让每个容器在各自的用户命名空间中运行，容器内的 root 在外部没有任何权限。',
  eci: { name: '增强型容器隔离', on: '新容器使用独立 ID；容器内的 root 在外部没有特权。', off: '当前已关闭：容器内的 root 就是引擎中的 root。', impossible: '无法在此处开启：没有可运行的隔离后端。缺少的条件列在下方。' },
  lock: { name: '对用户锁定', on: '用户不能将其关闭，也不能更改相关设置。', off: '用户可以将其关闭：这只是为用户提供的默认值。' },
  preference: {
    title: '您的偏好', who: '管理员允许用户选择。立即生效，并对使用此引擎的所有人有效。',
    eci: { name: '此引擎的隔离', admin: '按管理员设定：开启', off: '关闭', isAdmin: '规则对所有人生效。', isOff: '由 {{by}} 关闭。不执行任何规则：套接字和主机目录均开放。新容器仍使用独立 ID，除非另行指定运行时；主机命名空间对后者开放。', ignored: '{{by}} 希望关闭，但不生效。' },
    load: { name: '此引擎的 docker load', admin: '按管理员设定', on: '阻止', off: '允许', isAdmin_true: '默认阻止。', isAdmin_false: '默认允许。', isOwn_true: '阻止，由 {{by}} 设定。', isOwn_false: '允许，由 {{by}} 设定。' },
    notCounted: '依据管理员的设置判断，未计入 {{by}} 的偏好', notCountedOff: '该偏好目前已关闭隔离：在取消之前不执行任何规则。', notCountedLoad: '目前由该偏好决定是否允许 docker load。',
    somebody: '某用户', administrator: '管理员', problem: '保存的偏好视为没有：{{why}}。', readOnly: '无权使用套接字的用户', failed: '无法保存偏好',
  },
  mode: { name: '不允许的操作', enforce: '予以拒绝并记录。', audit: '仅记录并放行：不拒绝任何操作，因此规则不提供保护。', enforceOption: '拒绝', auditOption: '仅记录' },
  existing: { name: '先前创建的容器', block: 'ECI 开启时，不能启动、exec 或复制其内容。可以停止、检查和移除。', warn: '可以启动；每次使用都会被记录。', blockOption: '阻止', warnOption: '仅记录' },
  language: { name: '拒绝信息的语言', text: '拒绝操作时 Docker 客户端在 `enhanced container isolation` 之后看到的文字。' },
  backend: {
    title: '隔离后端', recommended: '推荐', inUse: '使用中',
    auto: { name: '自动', text: '在可运行时使用 bulkhead-runc。' },
    exclusive: { name: 'bulkhead-runc', text: '每个容器有独立的 ID 范围，使用引擎的常规存储。镜像和容器保持可见。' },
    sysbox: { name: 'Sysbox', text: '使用已安装的 Sysbox（社区版）。所有容器共用一个 ID 范围，--privileged 由 Sysbox 处理。' },
    allMet_other: '{{count}} 项要求全部满足', missing_other: '缺少 {{count}} 项要求',
    met: '满足', notMet: '缺少', show: '显示', hide: '隐藏', unknown: '尚未检查',
  },
  requirement: {
    root: '管理员权限', linux: 'Linux', kernel: 'Linux 内核', 'mount-api': '内核挂载 API', 'idmapped-mounts': 'ID 映射挂载', 'overlay-layers': '使用 ID 映射层的 overlay', runc: 'runc', 'runtime-built': 'bulkhead-runc 程序',
    'storage-driver': '存储驱动程序', 'native-overlay-diff': '原生 overlay 差异', planner: '隔离规划器', 'sysbox-installed': 'Sysbox', 'sysbox-services': 'Sysbox 的服务', 'build-isolation': '隔离中的构建', 'no-selinux': 'SELinux', 'no-snap': '以软件包安装的引擎', 'probe-built': 'bulkhead-probe 程序',
  },
  does: {
    titleOn: '开启后在此处的影响', titleOff: '关闭后在此处的影响', titleIs: '在此处的作用',
    restart: 'Docker Engine 会重启一次。', stops_other: '{{count}} 个正在运行的容器会停止；设有重启策略的容器在获准时会自行重新启动。',
    stopsNone: '没有正在运行的容器，因此不会停止任何容器。', images_other: '{{count}} 个镜像保持可见；卷和网络也是如此。',
    unprotected_other: '已存在 {{count}} 个容器，除非重新创建或移除，否则它们仍未受保护。', choose: '选择…',
    blocked: '网关拒绝启动、exec 或复制未受保护的容器。', warned: '网关允许使用它们，并记录每次使用。',
    ids: '每个新容器都有独立 ID：容器内的 root 在外部不拥有任何资源。', privileged: '`--privileged` 可用，但仅限于容器自身的命名空间。', host: '拒绝主机命名空间，忽略 `--userns=host`。', socketRule: '只有列出的镜像的容器可以挂载 Docker 套接字。', mountRule: '主机目录仅在共享后才能挂载。',
    verified: '应用完成时会在真实容器内验证，否则回滚。',
    restored: '恢复启用 ECI 之前的引擎配置。', stillRun: '在 ECI 下创建的容器可继续使用。', offMeans: '新容器不受保护。',
    engineDown: '引擎未运行，因此此处未作统计。',
  },
  prompt: {
    title_other: '已存在 {{count}} 个容器。如何处理？',
    body: 'ECI 在创建容器时提供保护，因此除非重新创建或移除这些容器，否则它们仍未受保护。现在不会执行任何操作：您的选择会列入计划，并在执行前显示。',
    setAll: '全部设为', recreate: '重新创建并保护', recreated_other: '重新创建 {{count}} 个', recreateWhen: '在 ECI 开启并通过验证之后才会重新创建。如果容器内有写在卷之外的内容，除非选择保留这些内容，否则新容器不含这些内容，旧容器会停止并保留。', remove: '移除', stopAndRemove: '停止并移除', keep: '保留为未受保护', each: '逐个选择',
    container: '容器', status: '状态', when: '应用 ECI 时', choiceFor: '如何处理 {{name}}',
    runningStay: '除非逐个选择，否则保留正在运行的容器。',
    volumes: '同时删除已移除容器的卷', volumesKept: '否则保留卷。',
    kept_other: '{{count}} 个保留为未受保护', removed_other: '移除 {{count}} 个',
    continue: '继续审阅', obstacle: '使用了 ECI 不允许的 {{what}}',
  },
};
