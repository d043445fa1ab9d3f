import type { Sentences } from '../../translate/translate.ts';

/** What an isolation backend needs: what was found, and what to do. */
export const requirements: Sentences = {
  'Run the engine on Linux.': '请在 Linux 上运行引擎。',
  'no user id': '没有用户 ID',
  'user {0}': '用户 {0}',
  'Run as root.': '请以 root 身份运行。',
  'Use Linux {0} or newer.': '请使用 Linux {0} 或更高版本。',
  '{0}: layers by file descriptor': '{0}：以文件描述符提供层',
  '{0}: layers by attached mounts': '{0}：以附加的挂载提供层',
  'not found': '未找到',
  '{0} at {1}': '{0}，位于 {1}',
  '{0} is not runc: {1}': '{0} 不是 runc：{1}',
  '{0} does not run: {1}': '{0} 无法运行：{1}',
  '{0} is missing': '缺少 {0}',
  'Build it: sh runtime/build.sh (needs gcc).': '请构建：sh runtime/build.sh（需要 gcc）。',
  'Build it on Linux: sh runtime/build.sh all (needs gcc, and a cross compiler for the other architecture).':
    '请在 Linux 上构建：sh runtime/build.sh all（需要 gcc，以及用于另一种架构的交叉编译器）。',
  'could not be tried: {0}': '无法尝试：{0}',
  'could not be tried': '无法尝试',
  '{0} ({1})': '{0} ({1})',
  'overlay changes are stored natively': 'overlay 更改以原生方式存储',
  "overlay's {0} is on by default": 'overlay 的 {0} 默认开启',
  "overlay's {0} are on by default": 'overlay 的 {0} 默认开启',
  'Load the overlay module with redirect_dir=off metacopy=off.':
    '请以 redirect_dir=off metacopy=off 加载 overlay 模块。',
  'Allow user namespaces (sysctl user.max_user_namespaces) and use kernel 5.19 or newer.':
    '请允许用户命名空间 (sysctl user.max_user_namespaces)，并使用内核 5.19 或更高版本。',
  "Put the engine's data on ext4, xfs or btrfs.": '请将引擎的数据放在 ext4、xfs 或 btrfs 上。',
  'Use kernel 5.19 or newer with overlayfs.': '请使用内核 5.19 或更高版本及 overlayfs。',
  '{0} is not there': '{0} 不存在',
  '{0} is not Sysbox: {1}': '{0} 不是 Sysbox：{1}',
  '{0} does not answer: it hangs': '{0} 没有响应：已挂起',
  '{0} answer': '{0} 有响应',
  "Start Sysbox's services (systemctl restart sysbox); containers they served must be restarted afterwards.":
    '请启动 Sysbox 的服务 (systemctl restart sysbox)；随后须重启它们所服务的容器。',
  'Use Docker Engine {0} or newer: older ones build with plain runc, unprotected.':
    '请使用 Docker Engine {0} 或更高版本：旧版本使用普通 runc 构建，不受保护。',
  'version not understood: {0}': '无法识别版本：{0}',
  "the engine's version could not be learned: {0}": '无法获知引擎的版本：{0}',
  'SELinux is enforcing': 'SELinux 处于强制模式',
  'SELinux is not enforcing': 'SELinux 未处于强制模式',
  'Sysbox does not work under SELinux: set bulkhead.backend to "exclusive".':
    'Sysbox 不能在 SELinux 下工作：请将 bulkhead.backend 设为 "exclusive"。',
  "the engine's program was not found": '未找到引擎程序',
  "Sysbox can't be used by an engine that is a snap: install Docker Engine from packages.":
    '以 snap 安装的引擎不能使用 Sysbox：请用软件包安装 Docker Engine。',
};
