import type { Sentences } from '../../translate/translate.ts';

/** Why something could not be: reasons that are put together from pieces, and what shares would give away. */
export const details: Sentences = {
  // Why what users may write counts as no preference.
  'it is too large': '它过大',
  'it is not the file that the gateway made': '它不是网关创建的文件',
  'it holds something else than preferences': '其中的内容不是偏好',
  // Shared directories.
  'This shares the whole file system: a container could change every file of this machine and take it over.':
    '这会共享整个文件系统：容器可以更改此计算机的任何文件并控制它。',
  "This holds the engine's own files: a container could change images, other containers and the policy.":
    '其中有引擎自身的文件：容器可以更改镜像、其他容器和策略。',
  'This holds the Docker socket: a container could command the engine through it.':
    '其中有 Docker 套接字：容器可以通过它控制引擎。',
  'This holds the configuration of this machine, passwords and services included: a container could take it over.':
    '其中有此计算机的配置，包括密码和服务：容器可以控制此计算机。',
  "This holds sockets and state of the system's services, the Docker socket often among them.":
    '其中有系统服务的套接字和状态，通常包括 Docker 套接字。',
  "These are the kernel's own files: through them a container could leave its isolation.":
    '这些是内核自身的文件：容器可以借此脱离隔离。',
  'These are the devices of this machine: a container could read and write disks.':
    '这些是此计算机的设备：容器可以读写磁盘。',
  "This is the administrator's home: keys and start-up files in it give access to this machine.":
    '这是管理员的主目录：其中的密钥和启动文件可用于访问此计算机。',
  'This holds programs that this machine runs as administrator: a container could replace them.':
    '其中有此计算机以管理员身份运行的程序：容器可以替换它们。',
  "This shares every user's home directory with every user's containers.":
    '这会将所有用户的主目录共享给所有用户的容器。',
  'It holds {0}. {1}': '其中包含 {0}。{1}',
  'The path is empty.': '路径为空。',
  'The path holds a control character.': '路径包含控制字符。',
  'Only {0} are replaced; "{1}" is not a path.': '仅替换 {0}；“{1}”不是路径。',
  'The "~" is not replaced. Write $HOME.': '“~”不会被替换。请写 $HOME。',
  'The path must be absolute, or start with $HOME, $TMP or $TEMP.':
    '路径必须是绝对路径，或以 $HOME、$TMP 或 $TEMP 开头。',
  'The path must not hold "." or "..": write where it leads.': '路径不得包含“.”或“..”：请写出其指向的位置。',
  // The document.
  '{0} is a {1}, it has no members': '{0} 是 {1}，没有成员',
  'the document': '文档',
  'the list at {0} has {1} elements': '{0} 处的列表有 {1} 个元素',
  'a new list starts at 0': '新列表从 0 开始',
  '{0} is not a JSON number': '{0} 不是 JSON 数字',
  'a {0} has no JSON form': '{0} 没有 JSON 形式',
  'it holds itself': '它包含自身',
  'it is nested too deep': '嵌套过深',
  'it is a {0}, not an object': '它是 {0}，不是对象',
  'another value': '其他值',
  'A known key has a wrong type.': '某个已知的键类型不正确。',
  'The key {0} stands there twice: which one counts is not clear.':
    '键 {0} 出现了两次：无法确定以哪一个为准。',
  'The key "{0}" must be written "{1}": upper and lower case count.': '键“{0}”必须写成“{1}”：区分大小写。',
  'The file starts with a byte order mark, which stops the engine from reading it. Save it as UTF-8 without BOM.':
    '文件以字节顺序标记开头，引擎因此无法读取。请保存为不带 BOM 的 UTF-8。',
  'Correct the file, or roll back to the last version.': '请更正文件，或回滚到上一版本。',
  '{0} needs Docker Desktop {1} or newer; {2} is installed and ignores it.':
    '{0}需要 Docker Desktop {1} 或更高版本；已安装的是 {2}，会忽略此设置。',
  'A list of images that may mount the Docker socket': '可挂载 Docker 套接字的镜像列表',
  'Allowing images built from listed ones': '允许基于所列镜像构建的镜像',
  'it is a directory': '它是目录',
  'it is not a regular file': '它不是普通文件',
  'it is UTF-16; the engine reads UTF-8 only. Save it as UTF-8 without BOM':
    '它是 UTF-16；引擎只读取 UTF-8。请保存为不带 BOM 的 UTF-8',
  'its bytes are not valid UTF-8': '其内容不是有效的 UTF-8',
  '{0} The old file is unchanged.': '{0}旧文件未更改。',
  'Make room on the disk, then try again.': '请腾出磁盘空间后重试。',
  'The file system is read-only; remount it writable.': '文件系统为只读；请重新挂载为可写。',
  'See what the system says, then try again.': '请查看系统的提示后重试。',
  '"bulkhead" is never written for Docker Desktop: nothing there reads it. Remove it.':
    '不会为 Docker Desktop 写入“bulkhead”：那里没有程序读取它。请移除。',
  // Containers.
  'the new container was not made': '未创建新容器',
  'the new container could not be connected to its networks': '新容器无法连接到其网络',
  'there is no container {0}': '没有容器 {0}',
  'there is no such container': '没有这个容器',
  'what was made for {0} could not be removed': '无法移除为 {0} 创建的内容',
  '{0} could not be put back': '无法恢复 {0}',
  'image {0} could not be removed': '无法移除镜像 {0}',
  'there is no new {0}': '没有新的 {0}',
  'the new {0} is made once more and not started': '已再次创建新的 {0}，未启动',
  'the new {0} is without what was written inside the old one': '新的 {0} 不含旧容器内写入的数据',
  'the new {0} is without what was written inside the old one, which is kept as {1}':
    '新的 {0} 不含旧容器内写入的数据；旧容器保留为 {1}',
  'the new {0} is without what was written inside the old one: that is in image {1}':
    '新的 {0} 不含旧容器内写入的数据，这些数据在镜像 {1} 中',
  'the new {0} is gone, so the old one stays, as {1}': '新的 {0} 已不存在，因此保留旧容器，名为 {1}',
  '{0} could not be removed: {1}': '无法移除 {0}：{1}',
  '{0} ran with --rm and is gone; what was made of it stands in its place':
    '{0} 以 --rm 运行，已消失；由它创建的容器取代了它',
  'the new container ended with exit code {0}': '新容器以退出代码 {0} 结束',
  'the new container is unhealthy': '新容器运行状况不佳',
  'it said nothing': '没有输出',
  'not begun: cancelled': '未开始：已取消',
  'it is running; say explicitly that running containers may be stopped and removed':
    '容器正在运行；请明确指定可以停止并移除正在运行的容器',
  'volumes kept: {0}': '保留的卷：{0}',
  // Docker Desktop, and the machine's own engine.
  'quitting Docker Desktop': '正在退出 Docker Desktop',
  'starting Docker Desktop': '正在启动 Docker Desktop',
  'waiting for Docker Desktop: {0} s. It may ask to sign in':
    '正在等待 Docker Desktop：{0} 秒。它可能要求登录',
  'Saving the file of Docker Desktop needs an administrator.': '保存 Docker Desktop 的文件需要管理员权限。',
  'containers are not recreated': '不会重新创建容器',
  'containers are not removed': '不会移除容器',
  'nothing on this engine enforces the file': '此引擎上没有程序执行该文件',
  'settings are not kept': '不保存设置',
  'settings are not applied': '不应用设置',
  'there is no protection to verify': '没有可验证的防护',
  'it is not started': '不会启动',
  'it is not stopped': '不会停止',
  'it is not restarted': '不会重启',
  'Install Sysbox from its own releases (github.com/nestybox/sysbox), or set bulkhead.backend to "exclusive".':
    '请从 Sysbox 的发布页面安装 (github.com/nestybox/sysbox)，或将 bulkhead.backend 设为 "exclusive"。',
  'no answer within {0} s: it hangs': '{0} 秒内没有应答：已停止响应',
  'it closed the connection': '它关闭了连接',
  'there is no socket: it does not run': '没有套接字：它未运行',
  'nothing listens on its socket: it has ended': '没有进程在其套接字上监听：它已结束',
  // What a journal says of an apply.
  'the settings file was changed by another program meanwhile: left as it is':
    '设置文件在此期间已被其他程序更改：保持原样',
  'not verified again: {0}': '未再次验证：{0}',
};
