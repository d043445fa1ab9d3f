import type { rules as english } from '../en/rules.ts';
import type { Translation } from '../translation.ts';

export const rules: Translation<typeof english> = {
  title: {
    'runtime-forced': '运行时已替换为隔离运行时', 'userns-ignored': '已忽略主机用户命名空间', 'privileged-by-runtime': '特权模式交由运行时处理',
    'host-namespace': '共享主机命名空间', 'foreign-namespace': '共享未受保护容器的命名空间', 'unmodelled-value': '未知的值', 'unmodelled-field': '未知的字段', 'unreadable-body': '无法读取的请求',
    'host-device': '主机设备', 'security-option': '安全选项', 'cgroup-parent': '父 cgroup', annotation: '影响运行时的注解', 'log-driver': '日志驱动程序', 'environment-switch': '影响运行时的变量',
    'volume-plugin': '卷插件', 'network-plugin': '网络插件',
    'host-addresses': '占用主机地址的网络',
    'bind-engine-directory': '绑定挂载引擎自身的目录', 'bind-not-shared': '绑定挂载', 'bind-unresolvable': '绑定挂载未知路径', 'bind-propagation': '会出现在主机中的挂载',
    'socket-mount': '挂载 Docker 套接字', 'volume-options': '会挂载主机内容的卷', 'volume-unknown': '无法检查的卷',
    'container-unprotected': '使用未受保护的容器', 'command-blocked': '通过套接字调用', 'socket-holder': '访问其他容器的套接字', 'not-own': '访问他人创建的对象', 'owner-label': '网关专用标签', 'environment-hidden': '读取隐藏的变量',
    'container-name': '类似容器 ID 的名称', 'copy-mounts': '复制到共享目录', 'share-missing': '绑定挂载不存在的目录', 'special-user-file': '以设备作为 /etc/passwd 启动',
    'host-network-build': '使用主机网络的构建', 'build-entitlement': '请求额外权限的构建', 'build-source': '来源不可见的构建', 'build-identity': '使用引擎身份的构建', 'build-unguarded': '不受规则约束的 BuildKit 构建', 'grpc-method': '构建服务的未知调用', 'docker-load': '从归档加载镜像',
    swarm: 'Swarm', plugin: '引擎插件', checkpoint: '检查点', debug: '调试端点', 'removed-endpoint': '已移除的端点', 'unknown-endpoint': '未知端点', 'form-body': '表单请求体', 'request-limit': '请求过大', 'connection-limit': '连接过多',
    'pinned-reference': '容器名称已替换为 ID', 'cleaned-path': '路径已规范化', 'own-socket': '专属 Docker 套接字', 'parameter-dropped': '已省略参数',
  },
  why: {
    'runtime-forced': '每个容器都使用隔离运行时运行。', 'userns-ignored': '每个容器都有独立的用户命名空间。', 'privileged-by-runtime': 'Sysbox 不接受特权容器；其容器中的 root 本来就拥有容器内的全部能力。',
    'host-namespace': '容器不得与主机共享命名空间。', 'foreign-namespace': '只能与受保护的容器共享命名空间。', 'unmodelled-value': '网关不知道该值是否安全。', 'unmodelled-field': '网关不认识该字段，无法判断其作用。', 'unreadable-body': '无法确切读懂该请求。',
    'host-device': '不会把主机设备交给容器。', 'security-option': '网关不知道该安全选项是否安全。', 'cgroup-parent': '父 cgroup 只能是单个普通名称。', annotation: '该注解会改变运行时处理容器的方式。', 'log-driver': '该日志驱动程序或其选项会访问主机的文件、套接字或插件。', 'environment-switch': '该变量会改变隔离运行时处理容器的方式。',
    'volume-plugin': '卷插件在隔离之外运行，只允许 local 驱动程序。', 'network-plugin': '网络插件在隔离之外运行，只允许引擎自带的驱动程序。',
    'host-addresses': '主机发往网桥地址的数据会送到其容器。公共地址以及主机自身使用的地址和接口不得用于网络。',
    'bind-engine-directory': '存放引擎自身数据或套接字的目录一律不得挂载。', 'bind-not-shared': '该目录未与容器共享。', 'bind-unresolvable': '无法判断这是哪个目录。', 'bind-propagation': '容器内的挂载不得出现在主机中。',
    'socket-mount': '其镜像不在允许列表中。', 'volume-options': '带有这些选项的本地卷会挂载主机的内容，只允许 tmpfs。', 'volume-unknown': '无法检查该卷。',
    'container-unprotected': '该容器不是在 ECI 下创建的。', 'command-blocked': '所挂载套接字的命令列表不放行该命令。', 'socket-holder': '该容器的 Docker 套接字受另一份命令列表约束。', 'not-own': '通过此套接字只能查看和操作由它创建的对象。', 'owner-label': '该标签表明由谁创建，只能由网关设置。', 'environment-hidden': '环境变量的值已隐藏。',
    'container-name': '容器名称不得类似容器 ID。', 'copy-mounts': '引擎会跟随任何人在那一刻可能放置的链接。', 'share-missing': '不存在的目录由共享它的用户创建，而该用户无权创建此目录。', 'special-user-file': '引擎以 root 身份打开容器的 /etc/passwd 和 /etc/group：那里的设备或 FIFO 会以其权限被打开。',
    'host-network-build': '构建不能使用主机网络。', 'build-entitlement': '构建不会获得隔离之外的权限。', 'build-source': '构建的来源必须在请求中可见，并位于引擎自身目录之外。', 'build-identity': '构建需要身份时，使用客户端经会话提供的身份，绝不使用引擎的身份。', 'build-unguarded': '通过此请求，BuildKit 不接受针对构建在引擎内所获取内容的规则。', 'grpc-method': '网关不认识此调用，无法判断其作用。', 'docker-load': '已禁止从归档加载镜像。',
    swarm: 'Swarm 服务在隔离之外运行。', plugin: '引擎插件以 root 身份在隔离之外运行。', checkpoint: '检查点会读写主机的目录。', debug: '调试端点会暴露引擎的内存。', 'removed-endpoint': '该端点已从 API 中移除。', 'unknown-endpoint': '网关不认识此端点，无法判断其作用。', 'form-body': '表单请求体会覆盖请求地址中的内容。', 'request-limit': '任何一个请求都不得妨碍网关响应其他请求。',
    'connection-limit': '任何一个用户都不得占用供所有用户使用的连接和内存。',
    'pinned-reference': '以免该名称随后指向另一个容器。', 'cleaned-path': '去除点段和符号链接，确保挂载的正是检查过的路径。', 'own-socket': '允许的镜像会获得专属的 Docker 套接字，并受命令列表约束。', 'parameter-dropped': '没有意义的参数会被省略。',
  },
  instead: {
    'host-namespace': '去掉该选项。用 -p 发布端口，代替 --network=host。', 'foreign-namespace': '先把另一个容器重新创建为受保护的容器，再与其共享。',
    'host-device': '去掉该设备。ECI 开启时，容器不能使用主机设备。', 'security-option': '去掉该选项。', 'cgroup-parent': '使用单个普通名称。', annotation: '去掉该注解。', 'log-driver': '使用 json-file、local 或 none。', 'environment-switch': '去掉该变量。',
    'volume-plugin': '使用 local 驱动程序。', 'network-plugin': '使用 bridge 或引擎自带的其他驱动程序。',
    'host-addresses': '不指定地址，由引擎选择空闲地址；或使用主机未使用的私有地址和网桥名称。',
    'bind-engine-directory': '挂载其他目录。如需 Docker 套接字，请挂载 /var/run/docker.sock。', 'bind-unresolvable': '填写一个存在的目录的绝对路径。', 'bind-propagation': '使用 private 或 slave 传播方式。',
    'volume-options': '改为共享该目录，然后绑定挂载。', 'volume-unknown': '请重试。如果仍然如此，请查看引擎日志。', 'container-unprotected': '将该容器重新创建为受保护的容器。', 'container-name': '换一个名称。', 'copy-mounts': '直接在共享目录中复制，或通过 docker exec 使用 tar。', 'share-missing': '先创建该目录。',
    'host-network-build': '使用默认网络构建。', 'build-entitlement': '构建时去掉 --allow 和 --security。', 'build-source': '使用镜像、本地上下文、git 仓库或 HTTP 地址。', 'build-identity': '使用 BuildKit 构建，并转发 SSH 代理 (--ssh default) 或机密 (--secret id=GIT_AUTH_TOKEN)。', 'build-unguarded': '使用 docker buildx build (自 Docker 23 起 docker build 即是如此)，或旧版构建器。', swarm: '使用 Compose。', plugin: 'ECI 开启时不能使用插件。', checkpoint: 'ECI 开启时不能使用检查点。',
    'socket-mount': '请重试。如果仍然如此，请删除该容器并重新创建。', 'owner-label': '去掉该标签。', other: '更新客户端，或去掉请求中的这一部分。',
  },
};
