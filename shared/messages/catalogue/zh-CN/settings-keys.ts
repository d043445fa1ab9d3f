import { concat } from '../concat.ts';
import type { settingsKeys as english } from '../en/settings-keys.ts';
import type { Translated } from '../translated.ts';

export const settingsKeys: Translated<typeof english> = {
  'settings-keys.document': '设置文档。',
  'settings-keys.locked': 'true：用户不能更改。false：用户可以覆盖的默认值。',
  'settings-keys.configurationFileVersion': '文件格式的版本：2。',
  'settings-keys.enhancedContainerIsolation': '使每个容器都在自己的用户命名空间中运行。',
  'settings-keys.enhancedContainerIsolation.locked': 'true：用户既不能更改此项，也不能更改其子设置。',
  'settings-keys.enhancedContainerIsolation.value': '开启增强型容器隔离。',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount':
    '哪些容器可以挂载 Docker 套接字，以及可以通过它做什么。默认均不允许。',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount.imageList': '可以挂载 Docker 套接字的镜像。',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount.imageList.images':
    'name[:tag]（无标签表示 latest，标签 * 表示任意标签）、name@sha256:…，或用 * 表示任意镜像。',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount.imageList.images.item': '镜像引用。',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount.imageList.allowDerivedImages':
    '也允许以获准镜像为 FROM 构建的本地镜像。',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount.commandList':
    '可以通过已挂载的套接字发送的 Docker 命令。',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount.commandList.type':
    'deny：允许除所列命令以外的一切；allow：仅允许所列命令。',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount.commandList.commands':
    'Docker 命令 (push、build) 或命令组 (image*)。',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount.commandList.commands.item':
    'Docker 命令或命令组。',
  'settings-keys.filesharingAllowedDirectories':
    '可以绑定挂载的主机目录及其下的一切。缺省：默认共享；空列表：均不允许。',
  'settings-keys.filesharingAllowedDirectories.item': '共享目录。',
  'settings-keys.filesharingAllowedDirectories.item.path': '绝对路径；$HOME、$TMP 和 $TEMP 会被替换。',
  'settings-keys.filesharingAllowedDirectories.item.sharedByDefault': '无需用户请求即共享。',
  'settings-keys.blockDockerLoad': '拒绝 `docker load`：所有镜像都必须来自镜像仓库或构建。',
  'settings-keys.bulkhead': '只有受 Bulkhead 保护的引擎才能理解的内容。绝不会为 Docker Desktop 写入。',
  'settings-keys.bulkhead.backend': '隔离后端。',
  'settings-keys.bulkhead.mode': 'audit：本应拒绝的请求会被记录并放行。',
  'settings-keys.bulkhead.existingContainers':
    'ECI 开启之前创建的容器：阻止其启动、exec 和复制，或仅发出警告。',
  'settings-keys.bulkhead.perImageCommandLists': '针对单个镜像的命令列表，取代通用列表；以第一个匹配项为准。',
  'settings-keys.bulkhead.perImageCommandLists.item': '一个镜像的命令列表。',
  'settings-keys.bulkhead.perImageCommandLists.item.image':
    '适用的镜像引用：适用于其镜像仓库中该名称下的内容及基于它构建的镜像，不适用于在此处制作或加载的镜像。',
  'settings-keys.bulkhead.perImageCommandLists.item.scope':
    '其容器通过套接字能看到的内容。默认：以 socketMounts.scope 为准。',
  'settings-keys.bulkhead.socketMounts': '容器可以用其挂载的 Docker 套接字做什么。',
  'settings-keys.bulkhead.socketMounts.scope':
    'own：容器只能看到和操作通过其自己的套接字创建的内容；all：全部内容。',
  'settings-keys.bulkhead.hideEnvironment':
    '`docker inspect` 对谁隐藏容器环境变量的值：socket-mounts = 对拥有 Docker 套接字的容器，always = 对所有人。此时复制容器配置的工具将无法工作。',
  'settings-keys.bulkhead.devices': concat(
    '容器可以使用的主机设备：通过 `--device`、`--gpus` 或 Compose 的 `devices:`。',
    '缺省或空列表：除了只在打开者自己的命名空间中起作用的设备 (/dev/fuse、/dev/net/tun) 之外，均不允许。',
  ),
  'settings-keys.bulkhead.devices.item': '一个设备，以及谁可以使用它。',
  'settings-keys.bulkhead.devices.item.device': concat(
    '/dev 下的路径，其中 * 和 ? 代表名称的一部分 ("/dev/ttyUSB*")；或 CDI 设备的名称 ',
    '("nvidia.com/gpu=0"、"nvidia.com/gpu=*")。已挂载的块设备必须写出确切路径。',
  ),
  'settings-keys.bulkhead.devices.item.permissions': 'r：读取，w：写入。容器绝不能创建设备文件 (m)。',
  'settings-keys.bulkhead.devices.item.images': concat(
    '其容器可以使用该设备的镜像，与 enhancedContainerIsolation.dockerSocketMount.imageList ',
    '一样按内容匹配。缺省：所有镜像。',
  ),
  'settings-keys.bulkhead.devices.item.images.item': '镜像引用。',
  'settings-keys.bulkhead.devices.item.users': '可以把该设备交给容器的用户。缺省且没有 groups：所有人。',
  'settings-keys.bulkhead.devices.item.users.item': '用户的名称或编号。',
  'settings-keys.bulkhead.devices.item.groups': '其成员可以把该设备交给容器的组。',
  'settings-keys.bulkhead.devices.item.groups.item': '组的名称或编号。',
  'settings-keys.bulkhead.networkVolumes': concat(
    '容器可以作为卷使用的其他计算机的共享（`local` 驱动程序，`type` 为 nfs 或 cifs）。缺省或空列表：均不允许。',
    '它们由引擎挂载；能使用引擎套接字的人都可以挂载。',
  ),
  'settings-keys.bulkhead.networkVolumes.item': '其他计算机的一个共享。',
  'settings-keys.bulkhead.networkVolumes.item.type': 'nfs（也适用于 `type` nfs4）或 cifs。',
  'settings-keys.bulkhead.networkVolumes.item.source': concat(
    '"server:/path" (NFS) 或 "//server/share/path" (CIFS)：服务器按卷中的写法填写，且只允许这一目录；',
    '* 和 ? 代表一个名称的一部分。',
  ),
  'settings-keys.bulkhead.language':
    'Docker 客户端在请求被拒绝时显示的文本所用的语言。无论何种语言，都以“enhanced container isolation:”开头。',
  'settings-keys.exposeDockerAPIOnTCP2375': '在 TCP 端口 2375 上公开无身份验证的 Docker API。',
  'settings-keys.proxy': 'Docker Desktop 自身使用的代理。',
  'settings-keys.proxy.mode': 'Docker Desktop 从何处获取代理设置。',
  'settings-keys.proxy.http': 'HTTP 代理。',
  'settings-keys.proxy.https': 'HTTPS 代理。',
  'settings-keys.proxy.exclude': '不经过代理访问的主机列表。',
  'settings-keys.proxy.pac': '代理自动配置文件的地址。',
  'settings-keys.proxy.embeddedPac': '代理自动配置脚本。',
  'settings-keys.proxy.windowsDockerdPort':
    'Windows Docker 守护进程所用内部代理的本地端口；0 表示自动选择，-1 表示关闭。',
  'settings-keys.proxy.enableKerberosNtlm': '在代理处使用 Kerberos 和 NTLM 身份验证。',
  'settings-keys.proxy.transparentPorts': '透明代理的端口，例如 "80,443"。',
  'settings-keys.containersProxy': '容器使用的代理。',
  'settings-keys.containersProxy.mode': '容器从何处获取代理设置。',
  'settings-keys.linuxVM': '引擎所在的 Linux 虚拟机。',
  'settings-keys.linuxVM.wslEngineEnabled': '使用基于 WSL 2 的引擎。',
  'settings-keys.linuxVM.dockerDaemonOptions':
    'Linux 引擎的选项，以字符串形式写入的 JSON 文档。增强型容器隔离开启时，其中一些会被覆盖。',
  'settings-keys.linuxVM.vpnkitCIDR': '虚拟机的网络。',
  'settings-keys.kubernetes': 'Docker Desktop 的 Kubernetes。',
  'settings-keys.kubernetes.enabled': '随 Docker Desktop 启动 Kubernetes。',
  'settings-keys.kubernetes.showSystemContainers': '显示其系统容器。',
  'settings-keys.kubernetes.imagesRepository': '拉取 Kubernetes 镜像所用的镜像仓库地址和前缀。',
  'settings-keys.kubernetes.mode': '集群创建方式。',
  'settings-keys.kubernetes.version': 'Kubernetes 版本。',
  'settings-keys.kubernetes.nodeCount': '节点数量。',
  'settings-keys.windowsContainers': '用于 Windows 容器的引擎。',
  'settings-keys.windowsContainers.dockerDaemonOptions':
    'Windows 引擎的选项，以字符串形式写入的 JSON 文档。增强型容器隔离开启时，其中一些会被覆盖。',
  'settings-keys.disableUpdate': '关闭更新检查和通知。',
  'settings-keys.analyticsEnabled': '向 Docker 发送使用情况统计。',
  'settings-keys.extensionsEnabled': '允许 Docker 扩展。扩展的容器不受 ECI 保护。',
  'settings-keys.onlyMarketplaceExtensions': '仅允许来自市场的扩展。',
  'settings-keys.extensionsPrivateMarketplace': '使用私有扩展市场。',
  'settings-keys.extensionsPrivateMarketplaceAdminContactURL': '申请私有市场扩展的联系地址。',
  'settings-keys.scout': 'Docker Scout（镜像分析）。',
  'settings-keys.scout.sbomIndexing': '查看镜像时为其建立索引。',
  'settings-keys.scout.useBackgroundIndexing': '在构建或拉取后为镜像建立索引。',
  'settings-keys.allowBetaFeatures': '允许测试版功能。',
  'settings-keys.allowExperimentalFeatures': '允许实验性功能。',
  'settings-keys.useVirtualizationFrameworkVirtioFS': '通过 VirtioFS 共享文件。',
  'settings-keys.useVirtualizationFrameworkRosetta': '通过 Rosetta 运行 x86-64 程序。',
  'settings-keys.useGrpcfuse': '通过 gRPC FUSE 共享文件。',
  'settings-keys.displayedOnboarding': '跳过新手问卷。',
  'settings-keys.desktopTerminalEnabled': '在 Docker Desktop 中提供主机终端。',
  'settings-keys.silentModulesUpdate': '在无需重启时自动更新组件，不再询问。',
  'settings-keys.enableInference': 'Docker Model Runner（模型运行器）。',
  'settings-keys.enableInferenceTCP': '通过 TCP 访问 Docker Model Runner。',
  'settings-keys.enableInferenceTCPPort': 'Docker Model Runner 的 TCP 端口。',
  'settings-keys.enableInferenceCORS':
    '可以访问 Docker Model Runner 的网页来源：留空表示无，"*" 表示全部，或以逗号分隔的列表。',
  'settings-keys.enableInferenceGPUVariant': '在 GPU 上运行 Docker Model Runner。',
  'settings-keys.enableDockerAI': 'Docker AI 功能。',
  'settings-keys.enableDockerMCPToolkit': 'Docker MCP Toolkit（工具包）。',
  'settings-keys.enableCloud': 'Docker Offload：在云端运行构建和容器。',
  'settings-keys.defaultNetworkingMode': '新网络的 IP 版本。',
  'settings-keys.dnsInhibition': '不向容器返回哪些类型的 DNS 记录。',
  'settings-keys.portBindingBehavior': '已发布端口绑定到哪些地址。',
  'settings-keys.schema': '本文件的 JSON Schema 的地址或路径。',
};
