import type { Sentences } from '../../translate/translate.ts';

/** Notes of a recreation, as the command line prints them. */
export const recreation: Sentences = {
  'runtime: {0} → {1}, in a user namespace of its own': '运行时：{0} → {1}，使用独立的用户命名空间',
  '--userns={0} is dropped': '去掉 --userns={0}',
  'its cgroup namespace is its own': '使用独立的 cgroup 命名空间',
  'image: {0} names another image by now → {1}': '镜像：{0} 现在指向另一个镜像 → {1}',
  'the anonymous volume at {0} is kept, from now on by its name {1} (docker rm -v leaves it)':
    '保留 {0} 处的匿名卷，此后按名称 {1} 引用（docker rm -v 不会移除它）',
  '--volumes-from {0}: the same volumes, mounted by name': '--volumes-from {0}：相同的卷，按名称挂载',
  'the Docker socket at {0} becomes one of its own, where the settings allow it':
    '在设置允许时，{0} 处的 Docker 套接字改为容器专用的套接字',
  'host ports that Docker chose are chosen anew{0}': '由 Docker 选择的主机端口会重新选择{0}',
  "it does not belong to a container's socket any more": '不再归属于某个容器的套接字',
  'docker compose up makes it once more, since it keeps by id whose network is shared (project {0})':
    'docker compose up 会再次创建它，因为 Compose 按 ID 记录共享的网络（项目 {0}）',
  'what its processes have in memory': '进程在内存中的数据',
  'what was written inside it: the engine does not say how much (--commit carries it over)':
    '容器内写入的数据：引擎未给出数量（--commit 可保留）',
  'what was written inside it: the engine does not say how much': '容器内写入的数据：引擎未给出数量',
  'what it writes after the commit, which is made while it runs: what runs with --rm is gone once it stops':
    '提交之后写入的数据：提交在其运行期间进行，因为以 --rm 运行的容器停止后即消失',
  'its log so far, which is removed with the old one': '至今的日志，会随旧容器一并移除',
  'its log so far, which is removed with the old one ({0} keeps both)':
    '至今的日志，会随旧容器一并移除（{0} 可保留两者）',
  'the old one is kept beside it, stopped: what was written inside it is nowhere else (--remove-old removes it)':
    '旧容器会停止并一并保留：其中写入的数据没有其他副本（--remove-old 可移除）',
  '{0} docker exec under way': '{0} 个正在进行的 docker exec',
  'the way back: it runs with --rm and is gone once it stops': '恢复的可能：它以 --rm 运行，停止后即消失',
  'the links of {0} to it: recreate those as well': '{0} 指向它的链接：请一并重新创建',
  'the old one stays, and counts in compose project {0} as a second container of its service: docker compose up may remove either':
    '旧容器会保留，并在 Compose 项目 {0} 中算作其服务的第二个容器：docker compose up 可能移除其中任意一个',
  'the old one is kept beside it, since the new one is not started (--remove-old removes it)':
    '由于不启动新容器，旧容器会一并保留（--remove-old 可移除）',
  'Enhanced Container Isolation is off: turn it on first': '增强型容器隔离已关闭：请先开启',
  '{0} is not possible under ECI: make it anew without': 'ECI 下不能使用 {0}：请去掉后重新创建',
  'it is paused: unpause it first': '容器已暂停：请先恢复运行',
  'its state is {0}: remove it': '其状态为 {0}：请移除',
  'its image {0} is gone: commit the container to an image by hand (docker commit), or pull it again':
    '其镜像 {0} 已不存在：请手动将容器提交为镜像 (docker commit)，或重新拉取',
  'it is a task of a swarm service: Docker makes those itself': '它是 Swarm 服务的任务：由 Docker 自行创建',
  'it shares the namespaces of container {0}, which is gone': '它共享容器 {0} 的命名空间，而后者已不存在',
  'it shares the namespaces of {0}, which is not protected: recreate both':
    '它共享 {0} 的命名空间，而后者未受保护：请将两者一起重新创建',
  'it runs with --rm, so there is no way back once it is stopped: say --without-way-back':
    '它以 --rm 运行，停止后无法恢复：请使用 --without-way-back',
  'it could not be inspected, so what it would lose is not known: {0}':
    '无法检查该容器，因此不知道会丢失什么：{0}',
  'it runs with --rm: it is gone when Docker Engine restarts': '它以 --rm 运行：Docker Engine 重启时即消失',
  'running: it stops, and the new one starts': '运行中：旧容器停止，新容器启动',
  'not running: the new one is not started': '未运行：不启动新容器',
  'is protected already: nothing to do': '已受保护：无需操作',
  'in the way': '阻碍因素',
  changes: '更改',
  'carried over by a commit': '通过提交保留',
  'not carried over': '不会保留',
  'Together, since they share namespaces: {0}': '因共享命名空间而一起处理：{0}',
  'making the new container': '正在创建新容器',
  'stopping the old one': '正在停止旧容器',
  'committing what was written': '正在提交写入的数据',
  'swapping names': '正在交换名称',
  'waiting until it is well': '正在等待运行正常',
  'tidying up': '正在清理',
  '{0}: not ended': '{0}：未结束',
  'recreated, protected and running': '已重新创建，受保护且正在运行',
  'recreated, protected; not started': '已重新创建，受保护；未启动',
  '{0}: recreated, protected and running': '{0}：已重新创建，受保护且正在运行',
  '{0}: recreated, protected; not started': '{0}：已重新创建，受保护；未启动',
  '{0}: recreated, protected; not started; {1}': '{0}：已重新创建，受保护；未启动；{1}',
  '{0}: recreated, protected and running; {1}': '{0}：已重新创建，受保护且正在运行；{1}',
  'the old one is {0}, stopped and without a restart policy': '旧容器为 {0}，已停止且没有重启策略',
  'the old one is {0}, stopped and without a restart policy; {1}': '旧容器为 {0}，已停止且没有重启策略；{1}',
  'made from {0}': '由 {0} 创建',
  'made from {0}; {1}': '由 {0} 创建；{1}',
  ', protected and running': '，受保护且正在运行',
  ', protected; not started': '，受保护；未启动',
  'recreated{0}': '已重新创建{0}',
  'protected already, nothing to do': '已受保护，无需操作',
  '{0}: protected already, nothing to do': '{0}：已受保护，无需操作',
  'not recreated, nothing was stopped. {0}': '未重新创建，没有停止任何容器。{0}',
  'not recreated, the old one is back. {0}': '未重新创建，已恢复旧容器。{0}',
  'not recreated, and going back did not work out. {0}': '未重新创建，恢复也失败了。{0}',
  'not begun. {0}': '未开始。{0}',
  '{0}: not recreated, nothing was stopped. {1}': '{0}：未重新创建，没有停止任何容器。{1}',
  '{0}: not recreated, the old one is back. {1}': '{0}：未重新创建，已恢复旧容器。{1}',
  '{0}: not recreated, and going back did not work out. {1}': '{0}：未重新创建，恢复也失败了。{1}',
  '{0}: not begun. {1}': '{0}：未开始。{1}',
  "{0} {1} shared as {2}: what it writes there is {3}'s (--as USER)":
    '{0} 以 {2} 的身份共享：容器在其中写入的内容归 {3} 所有 (--as USER)',
  'what was written inside it: {0} in {1} {2} (--commit carries it over)':
    '容器内写入的数据：{1} 个路径，共 {0}（--commit 可保留）',
  '{0} {1} its namespaces: recreate them together': '{0} 共享其命名空间：请一起重新创建',
  'what was written inside it: {0} in {1} {2}': '容器内写入的数据：{1} 个路径，共 {0}',
};
