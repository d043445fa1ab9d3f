import { concat } from '../concat.ts';
import type { settings as english } from '../en/settings.ts';
import type { Translated } from '../translated.ts';

export const settings: Translated<typeof english> = {
  'settings.version-could-not-be-read': '无法读取版本 {{version}}',
  'settings.meta-json-is-missing-or-damaged': '{{path}}/meta.json 缺失或损坏',
  'settings.other-versions-are-not-affected': '其他版本不受影响。',
  'settings.backup-could-not-be-written': '无法写入备份 {{target}}',
  'settings.there-is-no-version': '没有版本 {{version}}',
  'settings.nothing-has-been-applied-yet': '尚未应用过任何设置',
  'settings.there-are': '现有版本：{{known}}',
  'settings.draft-is-too-large-to-be-settings': '草稿过大，不像是设置文件',
  'settings.this-engine-takes-no-preferences-of-users': '此引擎不接受用户的偏好',
  'settings.run-as-user-who-may-write-there': '请以可在该处写入的用户 (root) 运行。',
  'settings.administrator-has-locked-this-setting': '管理员已锁定此设置',
  'settings.is-locked': '{{pointer}} 已锁定',
  'settings.isolation-can-t-be-turned-on-by': '不能通过偏好开启隔离',
  'settings.it-takes-engine-that-was-started-for': '它需要为此启动的引擎',
  'settings.ask-administrator-to-turn-it-on-bulkhead': '请联系管理员开启：bulkhead apply{{onEngine}}',
  'settings.there-is-no-place-for-preferences-yet': '尚无存放偏好的位置',
  'settings.is-made-by-gateway-while-it-runs': '{{userSettingsPath}} 由运行中的网关在有未锁定的设置时创建',
  'settings.preference-could-not-be-kept': '无法保存偏好',
  'settings.members-of-group-that-may-use-socket': '可使用套接字的用户组 (docker) 的成员可以写入。',
  'settings.value-cannot-be-written-as-json': '该值无法写成 JSON：{{problem}}。',
  'settings.whole-document-can-only-be-replaced-by': '整个文档只能替换为对象。',
  'settings.there-is-no-place-in-document': '文档中没有位置 {{toPointer}}：{{why}}。',
  'settings.settings-file-has-format-version-this-program':
    '设置文件的格式版本为 {{version}}；此程序支持的版本为 {{settingsFileVersion}}。',
  'settings.set-configurationfileversion-to': '请将 configurationFileVersion 设为 {{settingsFileVersion}}。',
  'settings.settings-file-cannot-be-used-as-policy': '设置文件不能用作策略。',
  'settings.correct-it-bulkhead-settings-lint-shows-every':
    '请更正；`bulkhead settings lint{{onEngine}}` 可显示全部问题。',
  'settings.is-not-json-pointer-it-must-be': '“{{pointer}}”不是 JSON 指针：必须为空或以“/”开头。',
  'settings.write-it-like-enhancedcontainerisolation-value':
    '请写成 /enhancedContainerIsolation/value 的形式。',
  'settings.is-not-json-pointer-must-be-written':
    '“{{pointer}}”不是 JSON 指针：“~”须写成“~0”，键中的“/”须写成“~1”。',
  'settings.needs-docker-desktop-4-36-or-newer':
    '{{what}} 需要 Docker Desktop 4.36 或更高版本；已安装的是 {{version}}。',
  'settings.stands-here-twice-first-in-line-readers':
    '“{{key}}”在此处出现两次（第一次在第 {{line}} 行）。不同的程序对采用哪一个不一致：请移除一个。',
  'settings.configurationfileversion-is-missing-docker-desktop-requires-it':
    '缺少 "configurationFileVersion": {{settingsFileVersion}}。Docker Desktop 需要它。',
  'settings.add-it': '添加',
  'settings.format-version-is-not-known-it-must':
    '无法识别格式版本 {{version}}。必须是 {{settingsFileVersion}}。',
  'settings.change-it-to': '改为 {{value}}',
  'settings.is-missing': '缺少“{{name}}”。',
  'settings.type-boolean': 'true 或 false',
  'settings.type-string': '字符串',
  'settings.type-number': '数字',
  'settings.type-integer': '整数',
  'settings.type-object': '对象',
  'settings.type-list': '列表',
  'settings.type-null': 'null',
  'settings.type-nothing': '缺失',
  'settings.this-must-be-and-is': '应为 {{expected}}，实际为 {{found}}。',
  'settings.only-docker-desktop-reads-it-is-kept':
    '只有 Docker Desktop 读取“{{written}}”。会保留，但在此引擎上不起作用。',
  'settings.docker-desktop-does-not-know-nothing-in':
    'Docker Desktop 不识别“{{written}}”：其中的内容在那里不起作用。',
  'settings.docker-desktop-reads-on-another-operating-system':
    'Docker Desktop 仅在 {{systems}} 上读取“{{written}}”。会保留，但在此处不起作用。',
  'settings.key-is-undocumented': concat(
    'Docker 未说明此文件可以使用“{{written}}”。Docker Desktop 在此接受其所有设置的名称（不区分大小写），',
    '并将其锁定。',
  ),
  'settings.key-is-undocumented-or-unknown': concat(
    'Docker 未说明“{{written}}”。如果 Docker Desktop 有同名的设置，则会设置并锁定它；否则不会有程序读取它。',
  ),
  'settings.hosts-are-better-listed': concat(
    'Docker 的示例在此使用列表，而其说明使用以逗号分隔的字符串。两者均可；列表对每个版本都明确。',
  ),
  'settings.make-it-list': '改为列表',
  'settings.proxy-without-address':
    '模式为“manual”，但既没有代理地址或 PAC 文件地址，也没有 PAC 脚本：不会使用代理。',
  'settings.number-out-of-range': '应为 {{first}} 到 {{last}} 之间的整数，实际为 {{found}}。',
  'settings.text-proxy-address': '这不是代理的地址：请写成 http://HOST:PORT。',
  'settings.text-pac-address': '这不是 PAC 文件的地址：请写成 http://HOST/FILE，或使用 https://、file://。',
  'settings.text-pac-script': 'PAC 脚本须定义函数 FindProxyForURL，此脚本没有定义。',
  'settings.text-contact-address': '用户无法打开此内容：请写以 https://、http:// 或 mailto: 开头的地址。',
  'settings.text-port-list':
    '这不是端口列表：请写 1 到 65535 之间的数字，以逗号分隔（"80,443"），或用 "*" 表示全部。',
  'settings.text-ipv4-network': '这不是网络：请写 IPv4 网络，例如 192.168.65.0/24。',
  'settings.json-document-inside-this-string-is-not': '此字符串中的 JSON 文档无效：{{problem}}。',
  'settings.enhanced-container-isolation-is-off-this-list':
    '增强型容器隔离已关闭：此列表不起作用，任何容器都可挂载 Docker 套接字。',
  'settings.audit-mode-nothing-is-refused-what-would':
    '违反规则的请求会放行，只写入决策日志，直到模式为“enforce”。',
  'settings.enhanced-container-isolation-is-on-but-not':
    '增强型容器隔离已开启，但未锁定：这只是默认值，用户可以关闭。',
  'settings.virtiofs-and-grpc-fuse-are-both-off':
    'VirtioFS 和 gRPC FUSE 均已关闭：Docker Desktop 在 macOS 上将无法启动。请开启其中之一。',
  'settings.kubernetes-from-this-repository-mounts-docker-socket':
    '来自此仓库的 Kubernetes 会挂载 Docker 套接字：请将 {{list}} 加入可挂载套接字的镜像。',
  'settings.empty-list-no-host-directory-may-be':
    '列表为空：不能绑定挂载任何主机目录。如果没有此键，则可以挂载 $HOME 和 $TMP。',
  'settings.docker-desktop-treats-empty-list-like-missing':
    'Docker Desktop 将空列表视为没有列表：使用其默认共享。请列出可以共享的目录。',
  'settings.no-image-that-may-mount-docker-socket':
    '可挂载 Docker 套接字的镜像中没有“{{image}}”：此列表不起作用。请将该镜像加入 imageList。',
  'settings.is-no-device':
    '“{{device}}”既不是 /dev 下不含“.”和“..”的路径，也不是 CDI 设备的名称。它不允许任何设备。',
  'settings.is-no-network-share':
    '“{{source}}”不是类型为 {{type}} 的共享：请写 server:/path (nfs) 或 //server/share (cifs)。它不允许任何共享。',
  'settings.is-not-image-reference-it-matches-no': '“{{image}}”不是镜像引用：{{why}}。它与任何镜像都不匹配。',
  'settings.every-image-may-mount-docker-socket-and':
    '任何镜像都可挂载 Docker 套接字，从而控制引擎。请仅列出需要它的镜像。',
  'settings.every-repository-below-is-trusted-whoever-may':
    '{{domain}}/{{path}} 下的所有仓库都受信任，无论谁可以向其推送。',
  'settings.every-tag-of-this-image-is-trusted':
    '此镜像的任何标签都受信任，包括今后推送的标签。请指定标签或摘要。',
  'settings.this-tag-can-move-what-is-pushed':
    '此标签可变：该标签下今后推送的内容也会受信任。请固定摘要 (name@sha256:…)。',
  'settings.no-tag-means-latest-which-moves-what':
    '未写标签表示 :latest，它是可变的：今后推送的内容也会受信任。请固定摘要 (name@sha256:…)。',
  'settings.registry-serves-no-image-for-entry-lets':
    '镜像仓库中没有“{{image}}”对应的镜像：该条目不允许任何镜像。请检查名称和标签，或推送镜像。',
  'settings.registry-could-not-be-asked-for-while':
    '无法向镜像仓库查询“{{image}}”：{{why}}。在此期间，只允许其先前提供的内容。',
  'settings.it-is-empty': '为空',
  'settings.it-holds-white-space': '包含空白字符',
  'settings.repository-names-are-lower-case': '仓库名称须为小写',
  'settings.registry-host-is-not-valid': '镜像仓库主机无效',
  'settings.repository-name-is-not-valid': '仓库名称无效',
  'settings.tag-is-not-valid': '标签无效',
  'settings.digest-is-not-valid-sha256-and-64': '摘要无效：应为 sha256: 和 64 个十六进制数字',
  'settings.may-stand-for-whole-reference-for-tag': '* 可代表整个引用、标签，或仓库名称的最后一段',
  'settings.repository-name-is-longer-than-255-characters': '仓库名称超过 255 个字符',
  'settings.image-id-or-bare-digest-names-no': '镜像 ID 或单独的摘要无法确定仓库：请写成 name@sha256:…',
  'settings.file-starts-with-byte-order-mark-which':
    '文件以字节顺序标记开头，引擎因此无法读取。请保存为不带 BOM 的 UTF-8。',
  'settings.remove-byte-order-mark': '移除字节顺序标记',
  'settings.remove-comma': '移除逗号',
  'settings.remove-comment': '移除注释',
  'settings.file-is-empty-write-at-least-configurationfileversion':
    '文件为空。请至少写入 {"configurationFileVersion": 2}，或移除该文件。',
  'settings.file-starts-with-byte-order-mark-save': '文件以字节顺序标记开头。请保存为不带 BOM 的 UTF-8。',
  'settings.file-is-larger-than-mib-settings-file':
    '文件大于 {{maxSettingsLength}} MiB。设置文件只有几 KB：是否选错了文件？',
  'settings.document-is-nested-deeper-than-levels': '文档的嵌套超过 {{maxSettingsDepth}} 层。',
  'settings.comments-are-not-allowed-in-json-remove': 'JSON 不允许注释。请移除。',
  'settings.there-is-comma-after-last-entry-remove': '最后一个条目之后有逗号。请移除。',
  'settings.comma-is-missing-between-two-entries': '两个条目之间缺少逗号。',
  'settings.colon-is-missing-between-key-and-value': '键与值之间缺少冒号。',
  'settings.value-is-missing-here-string-in-double':
    '此处缺少值：双引号中的字符串、数字、true、false、null、对象或列表。',
  'settings.key-in-double-quotes-is-expected-here': '此处应为双引号中的键。',
  'settings.closing-bracket-is-missing': '缺少右括号。',
  'settings.document-has-ended-before-this-remove-what': '文档在此之前已结束。请移除后面的内容。',
  'settings.string-is-not-closed-on-its-line': '字符串未在本行结束。请添加结尾的双引号。',
  'settings.string-holds-character-or-escape-that-json': '字符串包含 JSON 不允许的字符或转义。',
  'settings.this-is-not-number-as-json-writes': '这不是 JSON 格式的数字。',
  'settings.this-is-not-json-strings-and-keys':
    '这不是 JSON。字符串和键须写在双引号中；字面量为 true、false 和 null。',
  'settings.document-must-be-object': '文档必须是对象：{ … }。',
  'settings.another-value': '其他值',
  'settings.settings-file-is-not-valid-json': '设置文件不是有效的 JSON。',
  'settings.settings-file-cannot-be-read-line-column': '无法读取设置文件：第 {{line}} 行，第 {{column}} 列',
  'settings.correct-file-or-roll-back-to-last': '请更正文件，或回滚到上一版本。',
  'settings.this-shares-whole-file-system-container-could':
    '这会共享整个文件系统：容器可以更改此主机的任何文件并控制它。',
  'settings.this-holds-engine-own-files-container-could':
    '其中有引擎自身的文件：容器可以更改镜像、其他容器和策略。',
  'settings.this-holds-docker-socket-container-could-command':
    '其中有 Docker 套接字：容器可以通过它控制引擎。',
  'settings.this-holds-configuration-of-this-machine-passwords':
    '其中有此主机的配置，包括密码和服务：容器可以控制此主机。',
  'settings.this-holds-sockets-and-state-of-system': '其中有系统服务的套接字和状态，通常包括 Docker 套接字。',
  'settings.these-are-kernel-own-files-through-them': '这些是内核自身的文件：容器可以借此脱离隔离。',
  'settings.these-are-devices-of-this-machine-container': '这些是此主机的设备：容器可以读写磁盘。',
  'settings.this-is-administrator-home-keys-and-start':
    '这是管理员的主目录：其中的密钥和启动文件可用于访问此主机。',
  'settings.this-holds-programs-that-this-machine-runs':
    '其中有此主机以管理员身份运行的程序：容器可以替换它们。',
  'settings.this-shares-every-user-home-directory-with': '这会将所有用户的主目录共享给所有用户的容器。',
  'settings.it-holds': '其中包含 {{holds}}。{{explain}}',
  'settings.path-is-empty': '路径为空。',
  'settings.path-holds-control-character': '路径包含控制字符。',
  'settings.only-are-replaced-is-not-path': '仅替换 {{list}}；“{{written}}”不是路径。',
  'settings.is-not-replaced-write-home': '“~”不会被替换。请写 $HOME。',
  'settings.path-must-be-absolute-or-start-with': '路径必须是绝对路径，或以 $HOME、$TMP 或 $TEMP 开头。',
  'settings.path-must-not-hold-or-write-where': '路径不得包含“.”或“..”：请写出其指向的位置。',
  'settings.no-docker-command': '“{{entry}}”不是 Docker 命令。该条目不起作用。',
  'settings.no-docker-command-denies-all': '“{{entry}}”不是 Docker 命令。只要它还在此列表中，就会拒绝一切。',
  'settings.no-docker-command-suggestion': '“{{entry}}”不是 Docker 命令。您是否想写“{{suggestion}}”？',
  'settings.no-docker-command-suggestion-denies-all':
    '“{{entry}}”不是 Docker 命令。您是否想写“{{suggestion}}”？只要它还在此列表中，就会拒绝一切。',
  'settings.command-cannot-be-listed': '“{{name}}”不能列入列表：{{why}}。请改为列出它所调用的命令。',
  'settings.command-cannot-be-listed-denies-all':
    '“{{name}}”不能列入列表：{{why}}。请改为列出它所调用的命令。只要它还在此列表中，就会拒绝一切。',
  'settings.it-calls-run-create-network-create-and': '它会调用 run、create、network create 等命令',
  'settings.it-works-outside-the-engine': '它在引擎之外工作',
  'settings.it-never-reaches-the-engine': '它不会到达引擎',
  'settings.it-talks-to-registries-not-to-the': '它与镜像仓库通信，而不是与引擎通信',
  'settings.plugins-are-refused-while-eci-is-on': 'ECI 开启时拒绝插件',
  'settings.it-reads-images-with-save-and-pull': '它通过 save 和 pull 读取镜像',
  'settings.it-talks-to-registries-the-engine-sees': '它与镜像仓库通信；引擎看到的是 push 和 pull',
  'settings.what-a-missing-one-means': '与缺省时的含义相同。',
  'settings.command-description': '{{description}}。',
  'settings.every-command-of-the-group': '该组的所有命令：{{commands}}。',
  'settings.cannot-be-listed-because': '不能列出：{{why}}。',
  'settings.preferences-too-large': '它过大',
  'settings.preferences-not-made-by-gateway': '它不是网关创建的文件',
  'settings.preferences-hold-something-else': '其中的内容不是偏好',
  'settings.place-has-no-members': '{{place}} 是 {{type}}，没有成员',
  'settings.list-has-elements': '{{place}} 处的列表有 {{length}} 个元素',
  'settings.new-list-starts-at-0': '新列表从 0 开始',
  'settings.is-not-json-number': '{{value}} 不是 JSON 数字',
  'settings.has-no-json-form': '{{value}} 没有 JSON 形式',
  'settings.it-holds-itself': '它包含自身',
  'settings.it-is-nested-too-deep': '嵌套过深',
  'settings.known-key-has-wrong-type': '某个已知的键类型不正确。',
  'settings.key-stands-there-twice': '键 {{pointer}} 出现了两次：无法确定以哪一个为准。',
  'settings.key-must-be-written': '键“{{found}}”必须写成“{{known}}”：区分大小写。',
  'settings.needs-newer-docker-desktop':
    '{{what}}需要 Docker Desktop {{since}} 或更高版本；已安装的是 {{version}}，会忽略此设置。',
  'settings.list-of-images-that-may-mount-docker': '允许的镜像列表',
  'settings.allowing-images-built-from-listed-ones': '允许基于允许的镜像构建的镜像',
  'settings.rename-it-to': '重命名为“{{closest}}”',
  'settings.key-is-not-known': '“{{written}}”不是已知的键。会原样保留。',
  'settings.key-is-not-known-did-you-mean': '“{{written}}”不是已知的键。您是否想写“{{closest}}”？',
  'settings.it-is-not-object': '它是 {{type}}，不是对象',
  'settings.lock-it': '锁定',
  'settings.turn-virtiofs-on': '开启 VirtioFS',
  'settings.the-document': '文档',
  'settings.value-must-be': '{{pointer}}：应为 {{expected}}，实际为 {{found}}。',
  'settings.either': '{{first}} 或 {{second}}',
  'settings.either-of-more': '{{first}}、{{second}}',
  'settings.enforce': '强制执行',
  'settings.rights-of': '{{directory}} 的权限',
  'settings.rights-of-without-program': '{{directory}} 的权限（{{missing}}）',
};
