import type { isolation as english } from '../en/isolation.ts';
import type { Translated } from '../translated.ts';

export const isolation: Translated<typeof english> = {
  'isolation.runc-is-not-installed': '未安装 runc',
  'isolation.install-runc-debian-apt-get-install-runc': '请安装 runc（Debian：apt-get install runc）。',
  'isolation.build-runtime-sh-runtime-build-sh-and':
    '请构建运行时 (sh runtime/build.sh)，并确认 {{runtimeDir}} 可写。',
  'isolation.sysbox-is-not-installed': '未安装 Sysbox。',
  'isolation.allow-user-namespaces-sysctl-user-max-user':
    '请允许用户命名空间 (sysctl user.max_user_namespaces)，并使用内核 5.19 或更高版本。',
  'isolation.put-engine-data-on-ext4-xfs-or': '请将引擎的数据放在 ext4、xfs 或 btrfs 上。',
  'isolation.use-kernel-5-19-or-newer-with': '请使用内核 5.19 或更高版本及 overlayfs。',
  'isolation.isolation-runtime-could-not-be-installed': '无法安装隔离运行时。',
  'isolation.run-engine-on-linux': '请在 Linux 上运行引擎。',
  'isolation.no-user-id': '没有用户 ID',
  'isolation.user': '用户 {{uid}}',
  'isolation.run-as-root': '请以 root 身份运行。',
  'isolation.use-linux-or-newer': '请使用 Linux {{version}} 或更高版本。',
  'isolation.not-found': '未找到',
  'isolation.at': '{{first}}，位于 {{file}}',
  'isolation.is-not-runc': '{{file}} 不是 runc：{{first}}',
  'isolation.does-not-run': '{{file}} 无法运行：{{why}}',
  'isolation.is-missing': '缺少 {{built}}',
  'isolation.build-it-sh-runtime-build-sh-needs': '请构建：sh runtime/build.sh（需要 gcc）。',
  'isolation.could-not-be-tried': '无法尝试：{{reason}}',
  'isolation.not-tried': '无法尝试',
  'isolation.found-in-directory': '{{found}} ({{directory}})',
  'isolation.overlay-changes-are-stored-natively': 'overlay 更改以原生方式存储',
  'isolation.overlay-is-on-by-default': 'overlay 的 {{list}} 默认开启',
  'isolation.load-overlay-module-with-redirect-dir-off':
    '请以 redirect_dir=off metacopy=off 加载 overlay 模块。',
  'isolation.install-sysbox-from-its-own-releases-github':
    '请从 Sysbox 的发布页面安装 (github.com/nestybox/sysbox)，或将 bulkhead.backend 设为 "exclusive"。',
  'isolation.is-not-there': '{{binary}} 不存在',
  'isolation.is-not-sysbox': '{{binary}} 不是 Sysbox：{{output}}',
  'isolation.does-not-answer-it-hangs': '{{binary}} 没有响应：已挂起',
  'isolation.answer': '{{list}} 有响应',
  'isolation.start-sysbox-services-systemctl-restart-sysbox-containers':
    '请启动 Sysbox 的服务 (systemctl restart sysbox)；随后须重启它们所服务的容器。',
  'isolation.use-docker-engine-or-newer-older-ones':
    '请使用 Docker Engine {{firstMajorForBuilds}} 或更高版本：旧版本使用普通 runc 构建，不受保护。',
  'isolation.version-not-understood': '无法识别版本：{{stdout}}',
  'isolation.engine-version-could-not-be-learned': '无法获知引擎的版本：{{why}}',
  'isolation.selinux-is-enforcing': 'SELinux 处于强制模式',
  'isolation.selinux-is-not-enforcing': 'SELinux 未处于强制模式',
  'isolation.sysbox-does-not-work-under-selinux-set':
    'Sysbox 不能在 SELinux 下工作：请将 bulkhead.backend 设为 "exclusive"。',
  'isolation.engine-program-was-not-found': '未找到引擎程序',
  'isolation.sysbox-cannot-be-used-by-engine-that':
    '以 snap 安装的引擎不能使用 Sysbox：请用软件包安装 Docker Engine。',
  'isolation.service-hangs': '{{seconds}} 秒内没有应答：已停止响应',
  'isolation.service-closed-connection': '它关闭了连接',
  'isolation.service-has-no-socket': '没有套接字：它未运行',
  'isolation.nothing-listens-on-its-socket': '没有进程在其套接字上监听：它已结束',
};
