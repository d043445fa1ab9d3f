import type { containers as english } from '../en/containers.ts';
import type { Translation } from '../translation.ts';

export const containers: Translation<typeof english> = {
  title: '容器',
  subtitle: { none: 'ECI 在创建容器时提供保护。现有容器均受保护。', some_other: 'ECI 在创建容器时提供保护。有 {{count}} 个容器未受其保护；未经您同意，不会对它们做任何操作。', empty: 'ECI 在创建容器时提供保护。', off: 'ECI 已关闭，因此没有容器受到保护。开启后，此后创建的容器将受到保护。', offHere: 'ECI 已关闭，因此没有容器受到保护。', unknown: 'ECI 在创建容器时提供保护。' },
  scanned: '{{ago}}已扫描', scan: '重新扫描', scanning: '正在扫描', first: '扫描',
  show: { label: '显示哪些容器', all: '全部', unprotected: '未受保护', protected: '受保护' },
  filter: '按名称、镜像或标签筛选',
  column: { select: '选择', container: '容器', status: '状态', protection: '保护', why: '依据', actions: '操作' },
  selectAll: '选择当前显示的全部容器', selectOne: '选择 {{name}}', expand: '{{name}} 的详细信息', more: '{{name}} 的操作',
  state: { created: '已创建', running: '运行中', paused: '已暂停', restarting: '正在重启', removing: '正在移除', exited: '已退出', dead: '已失效' },
  reason: {
    'own-range': '独立 ID {{range}}', 'own-range-unknown': '独立 ID', 'own-range-stopped': '启动时分配独立 ID', 'eci-off': 'ECI 已关闭', 'before-eci': '在启用 ECI 之前创建，{{date}}', 'past-gateway': '绕过网关创建，运行时为 {{runtime}}', 'no-user-namespace': '运行时没有用户命名空间', unknown: '无法检查',
  },
  reasonMore: { 'past-gateway': '通过引擎自身的套接字创建', 'no-user-namespace': '尽管已设置运行时 {{runtime}}', obstacle: '使用了 {{what}}', unknown: '不计为受保护' },
  socketObstacle: 'Docker 套接字',
  tag: { privileged: '特权，受限', privilegedOpen: '特权' },
  detail: { id: 'ID', created: '创建时间', runtime: '运行时', restart: '重启策略', volumes: '卷', noVolumes: '无', anonymous: '{{count}} 个匿名卷', range: '外部 ID', obstacles: 'ECI 下不可用' },
  recreation: {
    keeps: '重新创建会保留', loses: '不会保留', changes: '会更改', label: '重新创建', nothing: '无', blocked: '无法按原样重新创建：{{why}}', unknown: '无法得知会有哪些变化：{{why}}', all: '查看全部…', allOf: '查看全部…：重新创建 {{name}} 会有哪些变化',
    kept: { name: '名称', networks: '网络', ports: '端口', volumes_other: '卷 {{names}}', restart: '重启策略 `{{policy}}`' },
  },
  empty: { none: '此引擎上没有容器。今后创建的容器将受到保护。', noneOff: '此引擎上没有容器。', starting: '引擎正在启动。启动后会查看其容器。', noneProtected: '没有受保护的容器。', noneUnprotected: '没有未受保护的容器。', filtered: '没有容器与“{{text}}”匹配。', clear: '清除筛选', unreachable: '引擎没有响应，因此无法得知其容器。', stopped: '引擎未运行，无法查看其容器。', showAll: '显示全部' },
  old: '以下为 {{time}} 的容器状态；重新扫描失败。',
  bar: { label: '已选择的容器', selected: '已选择 {{count}} 个', running_other: '其中 {{count}} 个正在运行。', volumes: '卷会保留。', remove: '移除…', keep: '保持原样' },
  menu: { remove: '移除…', copyId: '复制 ID', copyName: '复制名称' },
  remove: {
    title_other: '移除 {{count}} 个容器？',
    body: '容器内写入的数据将丢失。镜像会保留。此操作无法撤消。',
    running_other: '同时停止并移除 {{count}} 个正在运行的容器：{{names}}',
    runningStay: '否则正在运行的容器保持不变。',
    volumes_other: '同时删除 {{count}} 个卷：{{names}}', volumesStay: '否则保留。其他容器正在使用的卷始终保留。',
    confirm_other: '移除 {{count}} 个容器', confirmNone: '移除',
    confirmVolumes_other: '移除 {{count}} 个容器及其卷',
    noteNone: '全部正在运行。', keep: '保留容器',
    progress_other: '正在移除 {{count}} 个容器', of: '{{done}}/{{total}}', stop: '停止', cancelling: '正在停止：已开始的仍会移除',
  },
  report: {
    notBegun_other: '已停止，{{count}} 个保持原样', retry_other: '重试 {{count}} 个…', label: '详情', done_other: '已移除 {{count}} 个容器', failed_other: '{{count}} 个未能移除', none: '没有移除任何容器', close: '关闭' },
};
