import type { Sentences } from '../../translate/translate.ts';

/** What the linter and the reader of the settings say. */
export const findings: Sentences = {
  "The value can't be written as JSON: {0}.": '该值无法写成 JSON：{0}。',
  'The whole document can only be replaced by an object.': '整个文档只能替换为对象。',
  'There is no place {0} in the document: {1}.': '文档中没有位置 {0}：{1}。',
  'The settings file has format version {0}; this program knows version {1}.':
    '设置文件的格式版本为 {0}；此程序支持的版本为 {1}。',
  'Set configurationFileVersion to {0}.': '请将 configurationFileVersion 设为 {0}。',
  "The settings file can't be used as a policy.": '设置文件不能用作策略。',
  'Correct it; `bulkhead settings lint` shows every finding.':
    '请更正；`bulkhead settings lint` 可显示全部问题。',
  'The settings file is not valid JSON.': '设置文件不是有效的 JSON。',
  "The settings file can't be read: line {0}, column {1}.": '无法读取设置文件：第 {0} 行，第 {1} 列。',
  '/{0} must be {1}, and is {2}.': '/{0} 必须是 {1}，而实际是 {2}。',
  '"{0}" or "{1}"': '"{0}" 或 "{1}"',
  '"{0}" or "{1}" or "{2}"': '"{0}"、"{1}" 或 "{2}"',
  '"{0}" stands here twice (first in line {1}). Readers disagree on which one counts: remove one.':
    '“{0}”在此处出现两次（第一次在第 {1} 行）。不同的程序对采用哪一个不一致：请移除一个。',
  '"configurationFileVersion": {0} is missing. Docker Desktop requires it.':
    '缺少 "configurationFileVersion": {0}。Docker Desktop 需要它。',
  'Add it': '添加',
  'Lock it': '锁定',
  Enforce: '强制执行',
  'Remove the byte order mark': '移除字节顺序标记',
  'Remove the comma': '移除逗号',
  'Remove the comment': '移除注释',
  'Turn VirtioFS on': '开启 VirtioFS',
  'Format version {0} is not known. It must be {1}.': '无法识别格式版本 {0}。必须是 {1}。',
  'Change it to {0}': '改为 {0}',
  'Change it to "{0}"': '改为“{0}”',
  'Rename it to "{0}"': '重命名为“{0}”',
  '"{0}" is missing.': '缺少“{0}”。',
  'This must be {0}, and is {1}.': '此处必须是 {0}，而实际是 {1}。',
  '"{0}" is not a known key. It is kept as it is.': '“{0}”不是已知的键。会原样保留。',
  '"{0}" is not a known key. Did you mean "{1}"?': '“{0}”不是已知的键。您是否想写“{1}”？',
  'Only Docker Desktop reads "{0}". It is kept, and does nothing on this engine.':
    '只有 Docker Desktop 读取“{0}”。会保留，但在此引擎上不起作用。',
  'Docker Desktop does not know "{0}": nothing in it has an effect there.':
    'Docker Desktop 不识别“{0}”：其中的内容在那里不起作用。',
  'Docker Desktop reads "{0}" on another operating system only. It is kept.':
    'Docker Desktop 仅在其他操作系统上读取“{0}”。会保留。',
  'The JSON document inside this string is not valid: {0}.': '此字符串中的 JSON 文档无效：{0}。',
  'Enhanced Container Isolation is off: this list has no effect, every container may mount the Docker socket.':
    '增强型容器隔离已关闭：此列表不起作用，任何容器都可挂载 Docker 套接字。',
  'Audit mode: nothing is refused. What would be is written to the decision log and let through; "enforce" refuses it.':
    '审计模式：不会拒绝任何请求。本应拒绝的请求会写入决策日志并放行；“enforce”会拒绝它们。',
  'Enhanced Container Isolation is on but not locked: it is a default that a user may turn off.':
    '增强型容器隔离已开启，但未锁定：这只是默认值，用户可以关闭。',
  'VirtioFS and gRPC FUSE are both off: Docker Desktop would not start on macOS. Turn one of them on.':
    'VirtioFS 和 gRPC FUSE 均已关闭：Docker Desktop 在 macOS 上将无法启动。请开启其中之一。',
  'Kubernetes from this repository mounts the Docker socket: add {0} to the images that may mount it.':
    '来自此仓库的 Kubernetes 会挂载 Docker 套接字：请将 {0} 加入可挂载套接字的镜像。',
  'An empty list: no host directory may be bind-mounted. Without the key, $HOME and $TMP may.':
    '列表为空：不能绑定挂载任何主机目录。如果没有此键，则可以挂载 $HOME 和 $TMP。',
  'Docker Desktop treats an empty list like a missing one: its default shares apply. List what may be shared.':
    'Docker Desktop 将空列表视为没有列表：使用其默认共享。请列出可以共享的目录。',
  'No image that may mount the Docker socket is "{0}": this list has no effect. Add the image to imageList.':
    '可挂载 Docker 套接字的镜像中没有“{0}”：此列表不起作用。请将该镜像加入 imageList。',
  '"{0}" is not an image reference: {1}. It matches no image.':
    '“{0}”不是镜像引用：{1}。它与任何镜像都不匹配。',
  'Every image may mount the Docker socket, and with it command the engine. List the images that need it.':
    '任何镜像都可挂载 Docker 套接字，从而控制引擎。请仅列出需要它的镜像。',
  'Every repository below {0}/{1} is trusted, whoever may push there.':
    '{0}/{1} 下的所有仓库都受信任，无论谁可以向其推送。',
  'Every tag of this image is trusted, also those that are pushed later. Name a tag or a digest.':
    '此镜像的任何标签都受信任，包括今后推送的标签。请指定标签或摘要。',
  'This tag can move: what is pushed under it later is trusted too. Pin the digest (name@sha256:…).':
    '此标签可变：该标签下今后推送的内容也会受信任。请固定摘要 (name@sha256:…)。',
  'No tag means :latest, which moves: what is pushed under it later is trusted too. Pin the digest (name@sha256:…).':
    '未写标签表示 :latest，它是可变的：今后推送的内容也会受信任。请固定摘要 (name@sha256:…)。',
  'The registry serves no image for "{0}": the entry lets none in. Check the name and the tag, or push it.':
    '镜像仓库中没有“{0}”对应的镜像：该条目不允许任何镜像。请检查名称和标签，或推送镜像。',
  'The registry could not be asked for "{0}": {1}. While that lasts, only what it served before is let in.':
    '无法向镜像仓库查询“{0}”：{1}。在此期间，只允许其先前提供的内容。',
  '"{0}" can\'t be listed: {1}. List the commands it calls instead.{2}':
    '“{0}”不能列入列表：{1}。请改为列出它所调用的命令。{2}',
  '"{0}" is no Docker command. Did you mean "{1}"? As long as it stands in this list, everything is denied.':
    '“{0}”不是 Docker 命令。您是否想写“{1}”？只要它还在此列表中，就会拒绝一切。',
  '"{0}" is no Docker command. Did you mean "{1}"?': '“{0}”不是 Docker 命令。您是否想写“{1}”？',
  '"{0}" is no Docker command. As long as it stands in this list, everything is denied.':
    '“{0}”不是 Docker 命令。只要它还在此列表中，就会拒绝一切。',
  '"{0}" is no Docker command. The entry has no effect.': '“{0}”不是 Docker 命令。该条目不起作用。',
  '"{0}" is no Docker command{1}{2}{3}': '“{0}”不是 Docker 命令{1}{2}{3}',
  '. Did you mean "{0}"?': '。您是否想写“{0}”？',
  '. The entry has no effect.': '。该条目不起作用。',
  '"{0}" is not a JSON pointer: it must be empty or start with "/".':
    '“{0}”不是 JSON 指针：必须为空或以“/”开头。',
  'Write it like /enhancedContainerIsolation/value.': '请写成 /enhancedContainerIsolation/value 的形式。',
  '"{0}" is not a JSON pointer: "~" must be written "~0", and "/" inside a key "~1".':
    '“{0}”不是 JSON 指针：“~”须写成“~0”，键中的“/”须写成“~1”。',
  'it is empty': '为空',
  'it holds white space': '包含空白字符',
  'repository names are lower case': '仓库名称须为小写',
  'the registry host is not valid': '镜像仓库主机无效',
  'the repository name is not valid': '仓库名称无效',
  'the tag is not valid': '标签无效',
  'the digest is not valid: sha256: and 64 hexadecimal digits': '摘要无效：应为 sha256: 和 64 个十六进制数字',
  '* may stand for the whole reference, for the tag, or for the last part of the repository':
    '* 可代表整个引用、标签，或仓库名称的最后一段',
  'the repository name is longer than 255 characters': '仓库名称超过 255 个字符',
  'an image id or bare digest names no repository: write name@sha256:…':
    '镜像 ID 或单独的摘要无法确定仓库：请写成 name@sha256:…',
  '{0} needs Docker Desktop 4.36 or newer; {1} is installed.':
    '{0} 需要 Docker Desktop 4.36 或更高版本；已安装的是 {1}。',
  // Places where the text is not JSON.
  'The file is empty. Write at least {"configurationFileVersion": 2}, or remove the file.':
    '文件为空。请至少写入 {"configurationFileVersion": 2}，或移除该文件。',
  'The file starts with a byte order mark. Save it as UTF-8 without BOM.':
    '文件以字节顺序标记开头。请保存为不带 BOM 的 UTF-8。',
  'The file is larger than {0} MiB. A settings file is a few kilobytes: is it the right one?':
    '文件大于 {0} MiB。设置文件只有几 KB：是否选错了文件？',
  'The document is nested deeper than {0} levels.': '文档的嵌套超过 {0} 层。',
  'Comments are not allowed in JSON. Remove it.': 'JSON 不允许注释。请移除。',
  'There is a comma after the last entry. Remove it.': '最后一个条目之后有逗号。请移除。',
  'A comma is missing between two entries.': '两个条目之间缺少逗号。',
  'A colon is missing between key and value.': '键与值之间缺少冒号。',
  'A value is missing here: a string in double quotes, a number, true, false, null, an object or a list.':
    '此处缺少值：双引号中的字符串、数字、true、false、null、对象或列表。',
  'A key in double quotes is expected here.': '此处应为双引号中的键。',
  'A closing bracket is missing.': '缺少右括号。',
  'The document has ended before this. Remove what follows.': '文档在此之前已结束。请移除后面的内容。',
  'The string is not closed on its line. Add the closing double quote.':
    '字符串未在本行结束。请添加结尾的双引号。',
  'The string holds a character or an escape that JSON does not allow.':
    '字符串包含 JSON 不允许的字符或转义。',
  'This is not a number as JSON writes them.': '这不是 JSON 格式的数字。',
  'This is not JSON. Strings and keys are written in double quotes; literals are true, false and null.':
    '这不是 JSON。字符串和键须写在双引号中；字面量为 true、false 和 null。',
  'The document must be an object: { … }.': '文档必须是对象：{ … }。',
  // Why a command can't be listed.
  'it calls run, create, network create and others': '它会调用 run、create、network create 等命令',
  'it works outside the engine': '它在引擎之外工作',
  'it never reaches the engine': '它不会到达引擎',
  'it talks to registries, not to the engine': '它与镜像仓库通信，而不是与引擎通信',
  'plugins are refused while ECI is on': 'ECI 开启时拒绝插件',
  'it reads images with save and pull': '它通过 save 和 pull 读取镜像',
  'it talks to registries; the engine sees push and pull': '它与镜像仓库通信；引擎看到的是 push 和 pull',
  ' As long as it stands in this list, everything is denied.': '只要它在此列表中，就会拒绝所有命令。',
  // What contradicts Enhanced Container Isolation in daemon.json.
  '"{0}" can\'t be set here: {1}.': '不能在此设置“{0}”：{1}。',
  'the engine has a network bridge of its own': '引擎有自己的网桥',
  'the engine has a network bridge of its own, with an address of its own': '引擎有自己的网桥和地址',
  "the engine's own socket is root's alone; users go through the gateway's":
    '引擎自身的套接字仅属于 root；用户通过网关的套接字访问',
  'the engine has address pools of its own': '引擎有自己的地址池',
  'the engine runs a containerd of its own': '引擎运行自己的 containerd',
  'The runtime name "{0}" is the isolation runtime\'s; here it stands for another program.':
    '运行时名称“{0}”属于隔离运行时；此处却指向另一个程序。',
  "The engine's own user namespace remapping puts every container into one shared range and hides existing images; it can't be combined with Enhanced Container Isolation.":
    '引擎自身的用户命名空间重映射会将所有容器放入一个共用范围，并隐藏现有镜像；不能与增强型容器隔离同时使用。',
  '"{0}" must be an object.': '“{0}”必须是对象。',
  'Correct it in daemon.json.': '请在 daemon.json 中更正。',
};
