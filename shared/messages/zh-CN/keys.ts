import type { Sentences } from '../../translate/translate.ts';

/** What the JSON editor says about the keys of a settings file. */
export const keys: Sentences = {
  'Address or path of the JSON Schema of this file.': '本文件的 JSON Schema 的地址或路径。',
  'Version of the file format: 2.': '文件格式的版本：2。',
  'Runs every container in a user namespace of its own.': '使每个容器都在自己的用户命名空间中运行。',
  'true: users can change neither this nor its sub-settings.':
    'true：用户既不能更改此项，也不能更改其子设置。',
  'Turns Enhanced Container Isolation on.': '开启增强型容器隔离。',
  'Which containers may mount the Docker socket, and what they may do through it. By default none may.':
    '哪些容器可以挂载 Docker 套接字，以及可以通过它做什么。默认均不允许。',
  'Images that may mount the Docker socket.': '可以挂载 Docker 套接字的镜像。',
  'name[:tag] (no tag means latest, tag * means any), name@sha256:…, or * for any image.':
    'name[:tag]（无标签表示 latest，标签 * 表示任意标签）、name@sha256:…，或用 * 表示任意镜像。',
  'An image reference.': '镜像引用。',
  'Also allow local images built FROM an allowed one.': '也允许以获准镜像为 FROM 构建的本地镜像。',
  'Docker commands that may be sent through a mounted socket.': '可以通过已挂载的套接字发送的 Docker 命令。',
  'deny: everything but the listed commands; allow: only the listed commands.':
    'deny：允许除所列命令以外的一切；allow：仅允许所列命令。',
  'Docker commands (push, build) or groups (image*).': 'Docker 命令（push、build）或命令组（image*）。',
  'A Docker command or group.': 'Docker 命令或命令组。',
  'Host directories that may be bind-mounted, with everything below them. Missing: the default shares; empty: none.':
    '可以绑定挂载的主机目录及其下的一切。缺省：默认共享；空列表：均不允许。',
  'A shared directory.': '共享目录。',
  'Absolute path; $HOME, $TMP and $TEMP are replaced.': '绝对路径；$HOME、$TMP 和 $TEMP 会被替换。',
  'Shared without the user asking for it.': '无需用户请求即共享。',
  'Refuses `docker load`: every image has to come from a registry or a build.':
    '拒绝 `docker load`：所有镜像都必须来自注册表或构建。',
  'true: users cannot change it. false: a default that a user may override.':
    'true：用户不能更改。false：用户可以覆盖的默认值。',
  'What only engines guarded by Bulkhead understand. Never written for Docker Desktop.':
    '只有受 Bulkhead 保护的引擎才能理解的内容。绝不会为 Docker Desktop 写入。',
  'Isolation backend.': '隔离后端。',
  'audit: what would be denied is logged and let through.': 'audit：本应拒绝的请求会被记录并放行。',
  'Containers made before ECI was turned on: block their start, exec and copy, or only warn.':
    'ECI 开启之前创建的容器：阻止其启动、exec 和复制，或仅发出警告。',
  'Command lists for single images, instead of the general one; the first match counts.':
    '针对单个镜像的命令列表，取代通用列表；以第一个匹配项为准。',
  'A command list for one image.': '一个镜像的命令列表。',
  'The image reference it is for.': '适用的镜像引用。',
  'What its containers see through their socket. Default: what socketMounts.scope says.':
    '其容器通过套接字能看到的内容。默认：以 socketMounts.scope 为准。',
  'What containers may do with the Docker socket they mount.': '容器可以用其挂载的 Docker 套接字做什么。',
  'own: a container sees and touches only what was made through its own socket; all: everything.':
    'own：容器只能看到和操作通过其自己的套接字创建的内容；all：全部内容。',
  "From whom `docker inspect` hides the values of containers' environment variables: socket-mounts = from containers with the Docker socket, always = from everyone. Tools that copy a container's configuration can't do so then.":
    '`docker inspect` 对谁隐藏容器环境变量的值：socket-mounts = 对拥有 Docker 套接字的容器，always = 对所有人。此时复制容器配置的工具将无法工作。',
  'Exposes the Docker API without authentication on TCP port 2375.':
    '在 TCP 端口 2375 上公开无身份验证的 Docker API。',
  'Proxy for Docker Desktop itself.': 'Docker Desktop 自身使用的代理。',
  'Where Docker Desktop takes its proxy from.': 'Docker Desktop 从何处获取代理设置。',
  'Proxy for HTTP.': 'HTTP 代理。',
  'Proxy for HTTPS.': 'HTTPS 代理。',
  'Hosts reached without the proxy.': '不经过代理访问的主机。',
  'Address of a proxy auto-configuration file.': '代理自动配置文件的地址。',
  'A proxy auto-configuration script.': '代理自动配置脚本。',
  'Local port of the internal proxy for the Windows Docker daemon; 0 picks one.':
    'Windows Docker 守护进程所用内部代理的本地端口；0 表示自动选择。',
  'Kerberos and NTLM authentication at the proxy.': '在代理处使用 Kerberos 和 NTLM 身份验证。',
  'Ports proxied transparently, such as "80,443".': '透明代理的端口，例如 "80,443"。',
  'Proxy for containers.': '容器使用的代理。',
  'Where a container takes its proxy from.': '容器从何处获取代理设置。',
  'The Linux machine the engine runs in.': '引擎所在的 Linux 虚拟机。',
  'Uses the WSL 2 based engine.': '使用基于 WSL 2 的引擎。',
  'Options for the Linux engine, as a JSON document inside a string. Some are overridden while Enhanced Container Isolation is on.':
    'Linux 引擎的选项，以字符串形式写入的 JSON 文档。增强型容器隔离开启时，其中一些会被覆盖。',
  'Network of the virtual machine.': '虚拟机的网络。',
  "Docker Desktop's Kubernetes.": 'Docker Desktop 的 Kubernetes。',
  'Starts Kubernetes with Docker Desktop.': '随 Docker Desktop 启动 Kubernetes。',
  'Shows its system containers.': '显示其系统容器。',
  'Registry and repository prefix to pull the Kubernetes images from.':
    '拉取 Kubernetes 镜像所用的注册表和仓库前缀。',
  'Cluster provisioner.': '集群创建方式。',
  'Kubernetes version.': 'Kubernetes 版本。',
  'Number of nodes.': '节点数量。',
  'The engine for Windows containers.': '用于 Windows 容器的引擎。',
  'Options for the Windows engine, as a JSON document inside a string. Some are overridden while Enhanced Container Isolation is on.':
    'Windows 引擎的选项，以字符串形式写入的 JSON 文档。增强型容器隔离开启时，其中一些会被覆盖。',
  'Turns off update checks and notifications.': '关闭更新检查和通知。',
  'Sends usage statistics to Docker.': '向 Docker 发送使用情况统计。',
  'Allows Docker extensions. Extension containers are not protected by ECI.':
    '允许 Docker 扩展。扩展的容器不受 ECI 保护。',
  'Allows only extensions from the marketplace.': '仅允许来自市场的扩展。',
  'Uses a private extensions marketplace.': '使用私有扩展市场。',
  'Where to ask for extensions of the private marketplace.': '申请私有市场扩展的联系地址。',
  'Docker Scout.': 'Docker Scout（镜像分析）。',
  'Indexes images when they are looked at.': '查看镜像时为其建立索引。',
  'Indexes images after a build or pull.': '在构建或拉取后为镜像建立索引。',
  'Allows beta features.': '允许测试版功能。',
  'Allows experimental features.': '允许实验性功能。',
  'Shares files through VirtioFS.': '通过 VirtioFS 共享文件。',
  'Runs x86-64 programs through Rosetta.': '通过 Rosetta 运行 x86-64 程序。',
  'Shares files through gRPC FUSE.': '通过 gRPC FUSE 共享文件。',
  'Skips the onboarding survey.': '跳过新手问卷。',
  'Offers a terminal on the host inside Docker Desktop.': '在 Docker Desktop 中提供主机终端。',
  'Updates components without asking, where no restart is needed.': '在无需重启时自动更新组件，不再询问。',
  'Docker Model Runner.': 'Docker Model Runner（模型运行器）。',
  'Reaches Docker Model Runner over TCP.': '通过 TCP 访问 Docker Model Runner。',
  'TCP port of Docker Model Runner.': 'Docker Model Runner 的 TCP 端口。',
  'Web origins that may reach Docker Model Runner.': '可以访问 Docker Model Runner 的网页来源。',
  'Docker Model Runner on the GPU.': '在 GPU 上运行 Docker Model Runner。',
  'Docker AI features.': 'Docker AI 功能。',
  'Docker MCP Toolkit.': 'Docker MCP Toolkit（工具包）。',
  'IP versions of new networks.': '新网络的 IP 版本。',
  'Which DNS record types are held back from containers.': '不向容器返回哪些类型的 DNS 记录。',
  'Which addresses published ports are bound to.': '已发布端口绑定到哪些地址。',
  'What a missing one means.': '与缺省时的含义相同。',
  'Every command of the group: {0}.': '该组的所有命令：{0}。',
  "Can't be listed: {0}.": '不能列出：{0}。',
  'Language of the texts that Docker clients show when something is refused. They begin with "enhanced container isolation:" in every language.':
    'Docker 客户端在请求被拒绝时显示的文本所用的语言。无论何种语言，都以“enhanced container isolation:”开头。',
};
