import type { Sentences } from '../translate.ts';

/** What Docker's commands do (`shared/settings/commands.ts`). */
const descriptions: Sentences = {
  'Create and start a container': '创建并启动容器', 'Create a container': '创建容器', 'Run a command in a running container': '在正在运行的容器中执行命令', 'Start stopped containers': '启动已停止的容器',
  'Stop running containers': '停止正在运行的容器', 'Remove containers': '移除容器', 'Copy files between a container and the caller': '在容器与调用方之间复制文件', 'Make an image from a container': '从容器生成镜像',
  'Attach to a running container': '附加到正在运行的容器', 'Fetch a container\'s output': '获取容器的输出', 'List containers': '列出容器', 'Show the details of a container': '显示容器的详细信息',
  'Send a signal to containers': '向容器发送信号', 'Restart containers': '重启容器', 'Pause all processes of containers': '暂停容器中的所有进程', 'Let paused containers go on': '恢复已暂停的容器',
  'Wait until containers stop': '等待容器停止', 'List the processes of a container': '列出容器的进程', 'Stream resource usage of containers': '持续显示容器的资源使用情况', 'List the port mappings of a container': '列出容器的端口映射',
  'Rename a container': '重命名容器', 'Change a container\'s resource limits': '更改容器的资源限制', 'List changed files of a container': '列出容器中更改的文件', 'Export a container\'s file system as a tar archive': '将容器的文件系统导出为 tar 归档',
  'Remove all stopped containers': '移除所有已停止的容器',
  'Download an image from a registry': '从注册表下载镜像', 'Upload an image to a registry': '将镜像上传到注册表', 'Give an image another name': '为镜像添加另一个名称', 'Remove images': '移除镜像',
  'Load images from a tar archive': '从 tar 归档加载镜像', 'Save images to a tar archive': '将镜像保存为 tar 归档', 'Make an image from a tar archive of files': '从文件的 tar 归档生成镜像', 'List images': '列出镜像',
  'Show the history of an image': '显示镜像的历史', 'Show the details of an image': '显示镜像的详细信息', 'Remove unused images': '移除未使用的镜像', 'Search a registry for images': '在注册表中搜索镜像',
  'Build an image from a Dockerfile': '按 Dockerfile 构建镜像', 'Remove the build cache': '移除构建缓存',
  'Create a volume': '创建卷', 'Show the details of a volume': '显示卷的详细信息', 'List volumes': '列出卷', 'Remove unused volumes': '移除未使用的卷', 'Remove volumes': '移除卷', 'Change a cluster volume': '更改集群卷',
  'Create a network': '创建网络', 'Connect a container to a network': '将容器连接到网络', 'Disconnect a container from a network': '断开容器与网络的连接', 'Show the details of a network': '显示网络的详细信息',
  'List networks': '列出网络', 'Remove unused networks': '移除未使用的网络', 'Remove networks': '移除网络',
  'Show disk usage': '显示磁盘使用情况', 'Stream events of the engine': '持续显示引擎的事件', 'Show facts about the engine': '显示引擎的信息', 'Remove unused data': '移除未使用的数据',
  'Show the details of any object': '显示任意对象的详细信息', 'Show versions of client and engine': '显示客户端和引擎的版本', 'Log in to a registry': '登录注册表', 'Log out of a registry': '退出注册表',
  'Manage a swarm': '管理 swarm 集群', 'Manage swarm nodes': '管理 swarm 节点', 'Manage swarm services': '管理 swarm 服务', 'Manage swarm stacks': '管理 swarm 堆栈', 'Manage swarm secrets': '管理 swarm 机密', 'Manage swarm configs': '管理 swarm 配置',
  'Manage contexts': '管理上下文', 'Manage checkpoints': '管理检查点',
};

/** By themselves in the picker, as sentences in the editor's completion. */
export const commands: Sentences = { ...descriptions, ...Object.fromEntries(Object.entries(descriptions).map(([english, chinese]) => [`${english}.`, `${chinese}。`])) };
