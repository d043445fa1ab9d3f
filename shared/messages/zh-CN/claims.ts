import type { ClaimId } from '../../verify/claims.ts';
import type { Sentences } from '../translate.ts';

/** What each claim says. */
export const claimTitles: Readonly<Record<ClaimId, string>> = {
  'A2-user-namespace': '容器内的 root 不是外部的 root', 'A3-exclusive-range': '每个容器都有独立 ID', 'A4-privileged-works': '特权模式可用', 'A5-privileged-confined': '特权容器仍受限制',
  'A6-runtime-override': '无法选择其他运行时', 'A7-userns-host-ignored': '忽略 --userns=host', 'A7-host-namespaces-refused': '拒绝主机命名空间',
  'A7-namespace-sharing': '仅与受保护的容器共享命名空间', 'A8-engine-directories-refused': '无法挂载引擎的目录', 'A8-shared-directory-usable': '共享目录可用',
  'A9-read-only-locked': '只读挂载始终只读', 'A10-proc-hidden': '主机的 /proc 和 /sys 已隐藏', 'A10-proc-emulated': '/proc 显示容器自身的数值',
  'A11-through-socket': '通过套接字启动的容器同样被隔离', 'B1-socket-refused': '无法挂载 Docker 套接字', 'C-build-legacy': '构建已隔离（经典构建器）', 'C-build-buildkit': '构建已隔离 (BuildKit)',
};

/** What was seen inside: evidence of claims, of the items tried, and what became of all of them. Too short to be looked for elsewhere. */
export const evidence: Sentences = {
  'uid_map "{0}" and "{1}"': 'uid_map "{0}" 与 "{1}"', '{0}-{1} and {2}-{3}': '{0}-{1} 与 {2}-{3}', 'asked for "runc", got "{0}"': '请求 "runc"，实际为 "{0}"', 'asked for userns=host, got "{0}" with uid_map "{1}"': '请求 userns=host，实际为 "{0}"，uid_map "{1}"',
  'was allowed': '被允许', '{0} of {1} refused by Enhanced Container Isolation (403)': '{1} 项中有 {0} 项被增强型容器隔离拒绝 (403)', 'audit mode: nothing is refused, what would be is only logged': '审计模式：不会拒绝任何请求，本应拒绝的请求只会写入日志',
  'ECI is off': 'ECI 已关闭', 'ECI is off: uid_map "{0}"': 'ECI 已关闭：uid_map "{0}"', 'root in the container is root in the engine': '容器内的 root 就是引擎中的 root',
  '{0} of {1} allowed': '{1} 项中有 {0} 项被允许', '{0} of {1} refused': '{1} 项中有 {0} 项被拒绝', '{0} not in this kernel': '{0} 项在此内核中不存在', wrong: '不符',
  'every process of the machine is allowed one of them, since {0}: set it to {1} to refuse it': '主机上的任何进程都可执行其中一项，因为 {0}：设为 {1} 即可拒绝', 'allowed to every process of the machine, since {0}': '主机上的任何进程都可执行，因为 {0}',
  allowed: '允许', 'not tried': '未尝试', refused: '拒绝', 'not in this kernel': '此内核中不存在', unclear: '不明确',
  'nothing is shared: no directory may be mounted': '未共享任何目录：不能挂载任何目录', 'no shared directory takes a file: {0}': '没有共享目录可以写入文件：{0}', 'not tried: the user who asks can write to none of the shared directories, or not he alone: {0}': '未尝试：发起请求的用户无法写入任何共享目录，或者其他用户也可以写入：{0}',
  'the probe did not look': '探测程序未检查',
  'inside: root wrote ({0}) as {1}, could write the user\'s file ({2}) of {3}': '内部：root 以 {1} 写入（{0}），可写用户的文件（{2}，属于 {3}）', 'outside: it belongs to {0}, the user is {1}': '外部：该文件属于 {0}，用户为 {1}', 'outside: there is no file, the user is {0}': '外部：没有该文件，用户为 {0}',
  'as it is': '直接写入', remount: '重新挂载', 'remount of the file system': '重新挂载文件系统', 'bind elsewhere': '绑定挂载到别处', 'bind elsewhere, remount': '绑定挂载到别处并重新挂载',
  'read /proc/kcore': '读取 /proc/kcore', 'read /proc/timer_list': '读取 /proc/timer_list', 'write /proc/sys/kernel/hostname': '写入 /proc/sys/kernel/hostname', 'write /proc/sysrq-trigger': '写入 /proc/sysrq-trigger', 'write /sys/kernel/uevent_helper': '写入 /sys/kernel/uevent_helper',
  '/proc/uptime says {0} s, the machine is up {1} s': '/proc/uptime 显示 {0} 秒，主机已运行 {1} 秒', 'emulated: {0}': '模拟：{0}',
  '/proc/uptime, /proc/meminfo and others show the machine\'s values, since lxcfs does not run (Debian package lxcfs). It is information, not protection': '/proc/uptime、/proc/meminfo 等显示主机的数值，因为 lxcfs 未运行（Debian 软件包 lxcfs）。这只影响信息，不影响防护',
  'joined a protected one: {0} in {1}, as it': '加入受保护的容器：{1} 中的 {0}，与其相同', 'joined a protected one: {0} in {1}, it is in {2}, {3}': '加入受保护的容器：{1} 中的 {0}，而对方在 {2}、{3}', 'no unprotected one was made to ask for': '未创建可供请求的未受保护容器', 'asked for an unprotected one': '请求加入未受保护的容器', 'asked for an unprotected one: {0}': '请求加入未受保护的容器：{0}',
  'in RUN: uid_map "{0}"': 'RUN 中：uid_map "{0}"', 'the probe did not ask': '探测程序未发出请求', 'the command list lets nothing be made through it: {0}': '命令列表不允许通过套接字创建：{0}', 'create: {0}, start: {1}: {2}': '创建：{0}，启动：{1}：{2}',
  'made through a mounted socket, asking for runc and userns=host: uid_map "{0}" with runtime "{1}"': '通过已挂载的套接字创建，请求 runc 和 userns=host：uid_map "{0}"，运行时 "{1}"', 'its maker: "{0}"': '创建者："{0}"',
  'a container that is not protected': '未受保护的容器', 'bind of the engine\'s directory': '绑定挂载引擎的目录', 'mount of the engine\'s data': '挂载引擎的数据', 'read-only bind of /': '只读绑定挂载 /', 'bind through /proc': '经由 /proc 的绑定挂载', 'bind of {0}': '绑定挂载 {0}',
  'bind of the engine\'s own socket': '绑定挂载引擎自身的套接字', 'bind of the client socket': '绑定挂载客户端套接字', 'mount of the client socket': '挂载客户端套接字', 'a socket for the probe': '为探测程序提供套接字', 'Images on the list are not tried: what they ask for passes the same gateway': '列表中的镜像未尝试：其请求经过同一个网关',
  '{0} of {1} claims shown': '{1} 项断言中有 {0} 项得到证实', '{0} limited': '{0} 项受限', '{0} not offered here': '{0} 项在此不提供', '{0} not enforced': '{0} 项未强制执行', '{0} not run': '{0} 项未运行', '{0} failed': '{0} 项失败', '{0} s': '{0} 秒', 'audit mode: nothing is refused': '审计模式：不会拒绝任何请求',
  'the probe gave no answer within {0} s': '探测程序在 {0} 秒内没有应答', 'no answer to a create request within {0} s': '创建请求在 {0} 秒内没有应答', 'the build did not end within {0} s': '构建在 {0} 秒内没有结束', cancelled: '已取消',
  'the probe said something else: {0}': '探测程序给出了其他内容：{0}', 'the probe said too much': '探测程序的输出过多', 'the probe ended without a word': '探测程序没有输出就结束', 'the builder said too much': '构建器的输出过多', 'the probe in RUN said nothing': 'RUN 中的探测程序没有输出',
  'BuildKit can\'t be asked: {0}': '无法请求 BuildKit：{0}', 'the engine ended the connection to BuildKit': '引擎断开了与 BuildKit 的连接',
  'Sysbox CE gives all containers one range of ids': 'Sysbox CE 让所有容器共用一个 ID 范围', 'the settings let every image mount the Docker socket': '设置允许任何镜像挂载 Docker 套接字', 'not tried here: Docker Desktop does this itself, as Docker documents for its version': '此处未尝试：Docker Desktop 自行处理，见 Docker 针对其版本的文档',
};
