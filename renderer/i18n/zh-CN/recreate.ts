import type { recreate as english } from '../en/recreate.ts';
import type { Translation } from '../translation.ts';

/** Recreating containers under ECI: the question, how it goes, how it ended. */
export const recreate: Translation<typeof english> = {
  action: '重新创建为受保护…', bar: '重新创建为受保护…',
  title_other: '在 ECI 下重新创建 {{count}} 个容器？',
  body: '每个容器都会以相同的配置重新创建。如果新容器运行不正常，会恢复旧容器。',
  planning: '正在查看会有哪些变化', together: '因共享命名空间而一起处理', running: '停止旧容器，启动新容器', idle: '未运行；新容器也不会启动',
  group: { blockers: '阻碍因素', lost: '不会保留', carried: '会保留', changes: '更改' },
  unchanged: '已受保护，无需处理。',
  note: {
    runtime: '运行时由 {{before}} 改为 {{after}}，使用独立的用户命名空间', userns: '去掉 `--userns={{before}}`', 'cgroup-namespace': '使用独立的 cgroup 命名空间', image: '{{before}} 现在指向另一个镜像，因此改用 {{after}} 创建',
    'anonymous-volume': '保留 {{destination}} 处的匿名卷，此后按名称引用', 'volumes-from': '来自 {{names}} 的卷改为按名称挂载', socket: '在设置允许时，{{destination}} 处的 Docker 套接字改为容器专用的套接字',
    'chosen-ports': '由 Docker 选择的主机端口会重新选择', 'owner-label': '不再归属于某个容器的套接字', 'compose-again': '`docker compose up` 会再次创建它，因为 Compose 按 ID 记录共享的网络',
    shares: '{{sources}}：以 {{user}} 的身份共享，容器在其中写入的内容归该用户所有',
    memory: '进程在内存中的数据', 'writable-layer_other': '容器内写入的数据：{{count}} 个路径，共 {{size}}', 'writable-unknown': '容器内写入的数据；引擎未给出数量', 'after-commit': '数据保存之后到停止之前写入的数据', logs: '至今的日志，会随旧容器一并移除', execs_other: '{{count}} 个正在进行的 `docker exec`',
    'auto-remove': '恢复的可能：它以 `--rm` 运行，停止后即消失', 'linked-by': '{{names}} 指向它的链接；请一并重新创建这些容器', 'compose-second': '旧容器在 Compose 项目 {{project}} 中会算作其服务的第二个容器', 'never-run': '由于不启动新容器，旧容器会一并保留', 'kept-written': '旧容器会停止并一并保留：其中写入的数据没有其他副本',
    'eci-off': 'ECI 已关闭。请先开启。', 'host-namespace': 'ECI 下不能使用 `{{option}}`。请去掉该选项后重新创建。', paused: '容器已暂停。请先恢复运行。', 'unusable-state': '其状态为 {{state}}。请将其移除。', 'image-gone': '其镜像 {{image}} 已不存在。请重新拉取。',
    swarm: '它是 Swarm 服务的任务；由 Docker 自行创建。', 'shared-by': '{{names}} 共享其命名空间。请一起重新创建。', 'not-inspected': '无法检查该容器：{{why}}。', 'joined-gone': '它共享 {{name}} 的命名空间，而后者已不存在。', 'joined-unprotected': '它共享 {{name}} 的命名空间，而后者未受保护。请将两者一起重新创建。',
    'gone-at-restart': '它以 `--rm` 运行：Docker Engine 重启时即消失。', 'no-way-back': '它以 `--rm` 运行：一旦停止便无法恢复。',
  },
  option: {
    commit: '保留容器内写入的数据', commitWhy: '这些数据会保存为镜像 `bulkhead/recreated`，并用它创建新容器。',
    keep: '保留已停止的旧容器', keepWhy: '否则，在新容器运行正常后，移除没有写入数据或数据已保留的旧容器。卷始终保留。',
    wayBack: '也包括以 --rm 运行的容器', wayBackWhy: '如果新容器运行不正常，旧容器无法恢复。',
  },
  again_other: '重试 {{count}} 个…',
  confirm_other: '重新创建 {{count}} 个容器', confirmNone: '重新创建', keepThem: '保持不变',
  left_other: '{{count}} 个保持不变',
  step: { create: '正在创建新容器', stop: '正在停止旧容器', commit: '正在保存容器内写入的数据', swap: '正在交换名称', start: '正在启动', wait: '正在等待运行正常', 'clean-up': '正在清理' },
  run: { title: '正在重新创建 {{name}}', back: '正在恢复', of: '{{done}}/{{total}}', waiting: '等待中', cancel: '停止', label: '正在重新创建的容器' },
  outcome: {
    recreated: '已重新创建，受保护且正在运行', idle: '已重新创建，受保护；未启动', kept: '旧容器为 {{name}}，已停止且没有重启策略。', image: '由 {{image}} 创建。', unchanged: '已受保护', refused: '未重新创建；没有停止任何容器', 'rolled-back': '已恢复旧容器', 'rollback-failed': '恢复失败', 'not-begun': '未开始',
  },
  done_other: '已重新创建 {{count}} 个容器', failed_other: '{{count}} 个未能重新创建', nothing: '没有重新创建任何容器',
  openSharing: '打开“文件共享”', openSocket: '打开“Docker 套接字”', dismiss: '关闭',
};
