import { concat } from '../concat.ts';
import type { plannerRefusals as english } from '../en/planner-refusals.ts';
import type { Translated } from '../translated.ts';

export const plannerRefusals: Translated<typeof english> = {
  'planner-refusals.refusal': 'enhanced container isolation: {{reason}}',
  'planner-refusals.not-planned': '无法为容器规划隔离：{{reason}}',
  'planner-refusals.stopping': '规划器正在停止；请重试',
  'planner-refusals.scan-takes-long': concat(
    '规划器仍在清理引擎上次运行的遗留内容，其中可能有无法卸载的挂载；',
    '请在一分钟后重试；如果问题持续存在，请查看规划器的日志',
  ),
  'planner-refusals.versions-differ': '规划器无法识别运行时的请求：两者版本不同；请重启引擎',
  'planner-refusals.state-not-written': '规划器无法在 {{directory}} 中写入容器的状态：{{why}}',
  'planner-refusals.exists': '容器 {{id}} 已存在',
  'planner-refusals.being-created': '容器 {{id}} 正在创建中',
  'planner-refusals.later-version':
    '容器 {{id}} 的状态由更高版本的 Bulkhead 写入，现与其 ID 范围一并保留：请安装该版本',

  'planner-refusals.step-id': '构建步骤不得命名为 {{id}}，因为引擎的容器使用这种名称',
  'planner-refusals.step-process': concat(
    '已拒绝在构建的容器 {{id}} 中启动另一个进程：只有创建该容器的客户端可以提出请求，且必须经过网关；',
    '前端镜像的每个容器只有一个进程；没有设置可以允许此操作',
  ),

  'planner-refusals.engine-remaps':
    '引擎要求使用自己的用户命名空间 (userns-remap)；请从 daemon.json 中移除 userns-remap',
  'planner-refusals.host-namespace': '容器不得共享主机的 {{type}} 命名空间 ({{option}})；请去掉该选项',
  'planner-refusals.unknown-namespace': '不支持加入 {{type}} 命名空间',
  'planner-refusals.namespace-of-none':
    '{{path}} 处的 {{type}} 命名空间不属于任何容器；只能与另一个受保护的容器共享命名空间',
  'planner-refusals.two-ranges': '容器不得同时加入 ID 范围不同的两个容器的命名空间',
  'planner-refusals.namespace-of-unprotected':
    '只能与另一个受保护的容器共享命名空间，而该容器不受保护；请先重新创建该容器',
  'planner-refusals.joined-not-running': '要加入其命名空间的容器未在运行',
  'planner-refusals.other-owner': concat(
    '归属为“{{owner}}”的容器不得加入归属为“{{other}}”的命名空间：',
    '两者在此计算机上会有相同的 ID；请由同一用户创建这两个容器',
  ),
  'planner-refusals.unknown-owner': concat(
    '归属为“{{owner}}”的容器不得加入归属不明的命名空间：',
    '两者在此计算机上会有相同的 ID；请由同一用户创建这两个容器',
  ),

  'planner-refusals.owner-root': 'root',
  'planner-refusals.owner-builds': '构建步骤',
  'planner-refusals.owner-unnamed': '未知用户',
  'planner-refusals.owner-retired': '无（不再使用）',
  'planner-refusals.owner-user': '用户 {{uid}}',
  'planner-refusals.all-ranges-in-use': concat(
    '归属为“{{owner}}”的 ID 范围已达上限 {{number}} 个，且全部在使用中：',
    '请移除容器，并结束容器之外使用容器 ID 的进程；root 可以释放不再需要的范围 ({{command}})',
  ),
  'planner-refusals.no-range-left': concat(
    '此计算机的每个 ID 范围都已有归属或在使用中，归属为“{{owner}}”的范围也没有空闲的：',
    '请移除容器；root 可以释放不再需要的范围 ({{command}})',
  ),
  'planner-refusals.owner-not-recorded': concat(
    '无法在 {{directory}} 中记录 ID 范围 {{base}} 的归属（{{why}}）；',
    '请在该处释放空间，或修复文件系统',
  ),
  'planner-refusals.owner-unreadable':
    '无法从 {{file}} 读取 ID 范围的归属：在 root 修复或移除该文件之前，没有容器会获得该范围',
  'planner-refusals.owners-missing': concat(
    '{{directory}} 缺失或不完整，因此无法得知此计算机的 ID 范围的归属：',
    '容器只会获得已知归属于自己的范围。请从备份恢复该目录；',
    '或者，如果容器中运行过的程序未在外部遗留文件或进程，请重新开始：{{command}}',
  ),
  'planner-refusals.no-user-id': concat(
    '受保护的容器中没有用户 ID {{uid}}：其 ID 为 0 到 {{last}} (A3)；',
    '请用 --user 或镜像中的 USER 指定其他 ID',
  ),
  'planner-refusals.no-group-id': concat(
    '受保护的容器中没有组 ID {{gid}}：其 ID 为 0 到 {{last}} (A3)；',
    '请用 --user 或 --group-add，或在镜像的 /etc/group 中指定其他 ID',
  ),

  'planner-refusals.cgroup-name': '容器不得使用 cgroup {{cgroup}}；请去掉 --cgroup-parent',
  'planner-refusals.cgroup-leaves': 'cgroup {{cgroup}} 超出其父级；请将 --cgroup-parent 写成普通路径',
  'planner-refusals.cgroup-not-own': 'cgroup {{cgroup}} 不是该容器自己的；请去掉 --cgroup-parent',
  'planner-refusals.cgroup-of-container':
    'cgroup {{cgroup}} 位于另一个容器的 cgroup ({{other}}) 内；请指定其他 --cgroup-parent',
  'planner-refusals.cgroup-of-own-engine':
    'cgroup {{cgroup}} 位于此容器引擎的 cgroup ({{other}}) 内；请指定其他 --cgroup-parent',
  'planner-refusals.cgroup-of-engine':
    'cgroup {{cgroup}} 位于容器引擎的 cgroup ({{other}}) 内；请指定其他 --cgroup-parent',
  'planner-refusals.cgroup-in-use':
    'cgroup {{cgroup}} 位于有进程运行的 cgroup ({{other}}) 内；请指定其他 --cgroup-parent',

  'planner-refusals.device-not-allowed': '受保护的容器不得使用设备 {{path}} ({{type}} {{major}}:{{minor}})',
  'planner-refusals.device-without-file': '设备 {{path}} ({{type}} {{major}}:{{minor}}) 没有对应的文件',
  'planner-refusals.no-device-files': '无法在 {{directory}} 下创建设备文件',
  'planner-refusals.not-that-device': '{{source}} 不是此计算机上的同名设备，不得挂载',

  'planner-refusals.layers-unknown': '无法确定 overlay 的各层：{{path}}',
  'planner-refusals.not-a-layer': '{{path}} 不是引擎的层，不得作为层挂载',
  'planner-refusals.layers-misplaced': 'overlay 各层的位置与引擎的做法不同：{{path}}',
  'planner-refusals.layers-mounted-in-part': '容器的层还有一部分挂载在 {{directory}}；请卸载该挂载',
  'planner-refusals.too-many-mounts': '不支持层和挂载超过 {{number}} 个的容器',
  'planner-refusals.too-many-layers': '不支持超过 {{number}} 层的镜像',
  'planner-refusals.too-many-layer-options': '不支持容器的层带有超过 {{number}} 个挂载选项',
  'planner-refusals.plan-too-long': '容器的层或挂载过多，或其路径过长；请减少其数量',
  'planner-refusals.open-to-others': concat(
    '此计算机的每个用户都能访问 {{directory}}，而引擎在此挂载容器的文件：',
    '请在其某个上级目录中取消其他用户的搜索权限 (chmod 0710)',
  ),

  'planner-refusals.source-missing': '绑定挂载的来源不存在：{{source}}',
  'planner-refusals.source-unresponsive': concat(
    '绑定挂载的来源没有响应：{{source}}（{{type}}，位于 {{mountPoint}}）；',
    '请检查其服务器，或去掉该挂载',
  ),
  'planner-refusals.source-link': concat(
    '{{source}} 的路径经过符号链接，而链接在两次启动之间可能改变；',
    '请直接挂载链接所指向的目录或文件',
  ),
  'planner-refusals.source-mount-unknown': '无法确定 {{source}} 位于哪个挂载上',
  'planner-refusals.source-replaced': '创建容器时 {{source}} 被替换：请重试',
  'planner-refusals.source-other-socket': '{{source}} 是另一个容器的 Docker 套接字，不得挂载；请重新创建容器',
  'planner-refusals.source-engine-socket': '{{source}} 是容器引擎的套接字，不得挂载',
  'planner-refusals.source-holds-socket':
    '{{source}} 包含容器引擎的套接字 ({{file}})，不得挂载；请改为挂载其下的目录',
  'planner-refusals.source-of-engine': '{{source}} 属于容器引擎，不得挂载',
  'planner-refusals.source-holds-engine':
    '{{source}} 包含容器引擎的目录 ({{file}})，不得挂载；请改为挂载其下的目录',

  'planner-refusals.sharing-user-unknown':
    '无法确定是谁将 {{source}} 共享给此容器（{{record}}）：请重新创建容器 (A8)',
  'planner-refusals.record-invalid': '{{file}} 不是有效的记录',
  'planner-refusals.record-missing': '{{file}} 不存在；请查看网关的日志',
  'planner-refusals.no-access': concat(
    '用户 {{uid}} 不得共享 {{source}}，因为该用户无权访问 {{directory}}；',
    '有权访问的用户可以创建该容器 (A8)',
  ),
  'planner-refusals.access-not-checked':
    '尚未检查用户 {{uid}} 是否有权访问 {{source}}；请重新启动该容器 (A8)',
  'planner-refusals.access-check-late': concat(
    '未能及时查明用户 {{uid}} 是否有权访问 {{directory}}',
    '（某个文件系统没有响应，或执行检查的进程已被停止）；请重试 (A8)',
  ),
  'planner-refusals.no-account': concat(
    '用户 {{uid}} 在此计算机上没有帐户：该 ID 属于某个容器或是从属 ID，因此不得共享目录；',
    '请以该 ID 的所有者身份运行 (A8)',
  ),
  'planner-refusals.account-not-queried': '尚未在此计算机的用户数据库中查询用户 {{uid}}；请重新启动该容器',
  'planner-refusals.account-query-failed':
    '无法在此计算机的用户数据库中查询用户 {{uid}} (getent passwd {{uid}})',
  'planner-refusals.no-subordinate-range': concat(
    '此计算机的所有从属 ID 范围都已被占用 ({{directory}})；',
    '请在 /etc/subuid 和 /etc/subgid 中为该用户分配 {{number}} 个 ID 的范围',
  ),
  'planner-refusals.subordinate-unreadable': '无法读取 {{file}}',
  'planner-refusals.subordinate-invalid': '{{file}} 不是从属 ID 范围的记录',
  'planner-refusals.too-many-directories':
    '该容器的绑定挂载来自超过 {{number}} 个目录；请改为挂载它们的上级目录',
};
