import type { system as english } from '../en/system.ts';
import type { Translated } from '../translated.ts';

export const system: Translated<typeof english> = {
  'system.no-progress': '引擎在 {{seconds}} 秒内未使用处理器时间。',
  'system.not-within': '未在 {{seconds}} 秒内完成。',
  'system.systemctl-failed': 'systemctl {{command}} 失败。',
  'system.see-journal': '请查看：journalctl -u docker -u bulkhead-gateway -u bulkhead-planner',
  'system.no-systemd': '此计算机上没有由 systemd 运行的 Docker Engine。',
  'system.use-embedded-engine': '请使用内置引擎：sudo bulkhead engine start --root {{root}}',
  'system.no-docker-service': '此计算机上没有带 docker.service 和 docker.socket 的 Docker Engine。',
  'system.install-docker': '请安装 docker.io (Debian) 或 docker-ce，然后重试。',
  'system.rootless-docker-found':
    '{{socket}} 处运行着 rootless Docker；它已经被限制在其用户范围内，无法置于网关之后。',
  'system.snap-docker-found': 'Docker 以 snap 方式安装，系统不允许他人更改其引擎和文件。',
  'system.no-docker-found': '未安装 docker.service。',
  'system.listens-elsewhere':
    'dockerd 还监听 {{address}}，客户端可从那里绕过网关。请从 docker.service、' +
    '其 drop-in 文件或 /etc/default/docker 中移除该 -H 或 --host。',
  'system.socket-listens-elsewhere':
    'docker.socket 还监听 {{address}}，客户端可从那里绕过网关。请从其 drop-in 文件中移除该 ListenStream= 并重启 docker 服务。',
  'system.socket-is-accessible':
    'docker.socket 将 {{path}} 开放给 root 以外的用户 ({{mode}} {{owner}})，客户端可从那里绕过网关。' +
    '原因是 docker.socket.d 中在 50-bulkhead.conf 之后读取的 drop-in 文件：请移除其中的 SocketMode=、SocketUser= 和 ' +
    'SocketGroup=，或将其重命名（如 10-override.conf）。然后重启 docker.socket 和 docker。',
  'system.other-socket-unit':
    '{{unit}} 也为 docker.service 提供套接字，客户端可从那里绕过网关。' +
    '请运行：systemctl disable --now {{unit}}，并重启 docker。',
  'system.not-socket-activated':
    'docker.service 未从 docker.socket 获取套接字 (-H fd://)，因此网关无法置于其前。请使用其软件包的 ExecStart。',
  'system.engine-left-socket-unit':
    'docker.service 未从 docker.socket 获取套接字 (-H fd://)：dockerd 监听自己的套接字，客户端可从那里绕过网关。' +
    '请为 docker.service 恢复 -H fd://，并运行：systemctl restart docker bulkhead-gateway.socket bulkhead-gateway',
  'system.option-not-supported':
    'dockerd 以 {{option}} 启动，Bulkhead 不支持该选项。请将其移到 /etc/docker/daemon.json 或移除。',
  'system.gateway-socket-down':
    'bulkhead-gateway.socket 未激活：无人能连接 /run/docker.sock。请运行：systemctl start bulkhead-gateway.socket',
  'system.gateway-down':
    'bulkhead-gateway.service 未激活：客户端会等待它运行。请运行：systemctl start bulkhead-gateway',
  'system.planner-down':
    'bulkhead-planner.service 未激活：无法启动隔离的容器。请运行：systemctl start bulkhead-planner',
  'system.engine-failed': 'docker.service 失败 ({{result}})。',
  'system.install-needs-root': '在 Docker Engine 之前安装 Bulkhead 需要 root。',
  'system.cannot-install': 'Bulkhead 无法安装到此 Docker Engine 之前。',
  'system.cannot-uninstall': '无法将 Bulkhead 从此 Docker Engine 之前移除。',
  'system.no-install-journal': '安装已被另一个进程移除。',
  'system.settings-deleted':
    '{{file}} 已被删除，且其文本未被保存：运行中的网关保留其设置，但新的网关会锁定。' +
    '请先恢复该文件，或运行 bulkhead apply。',
  'system.settings-deleted-version':
    '{{file}} 已被删除，且其文本未被保存：运行中的网关保留其设置，但新的网关会锁定。' +
    '请先恢复：bulkhead settings rollback {{version}}，然后 bulkhead apply。',
  'system.settings-unusable':
    '{{file}} 无法使用：运行中的网关保留其最近的设置，但新的网关会锁定。请先更正该文件。',
  'system.settings-unusable-version':
    '{{file}} 无法使用：运行中的网关保留其最近的设置，但新的网关会锁定。' +
    '请先更正该文件，或运行 bulkhead settings rollback {{version}}，然后 bulkhead apply。',
  'system.install-rolled-back': 'Docker Engine 未能在网关之后启动；一切已回滚。',
  'system.upgrade-rolled-back': '网关和规划器的升级失败。它们的 unit 文件已回滚。',
  'system.gateway-not-replaced': '新的网关未能启动；先前的网关继续服务。',
  'system.gateway-status': 'systemctl status 显示“{{status}}”',
  'system.gateway-state-unknown': '无法向 systemd 查询网关是否正在运行，因此未替换网关。',
  'system.plain-engine-runs': '原来的引擎已重新运行。请排除原因后重试。',
  'system.previous-version-runs': '先前的版本已重新运行。请排除原因后重试。',
  'system.engine-was-not-touched': '引擎及其容器未受影响。请消除原因，然后运行 bulkhead install。',
  'system.preparation-undone': '准备好的安装无法生效，已撤消。',
  'system.correct-then-install': '请排除原因，然后运行 bulkhead install。',
  'system.not-installed': 'Bulkhead 未安装到此计算机的 Docker Engine 之前。',
  'system.files-change': '文件：',
  'system.file-create': '创建  {{path}}',
  'system.file-replace': '替换  {{path}}',
  'system.file-merge': '编辑  {{path}}（添加键，其余保持不变）',
  'system.file-remove': '删除  {{path}}',
  'system.file-restore': '回滚  {{path}}',
  'system.engine-restarts-once': 'Docker Engine 将重启一次。',
  'system.engine-restarts-later':
    '部分更改从 Docker Engine 下次启动时起生效。在此之前，它在新网关之后照常运行。' +
    '立即重启（未启用 live-restore 时容器会停止）：systemctl restart docker',
  'system.containers-stop-for-good': '以下容器会停止，且没有会使其恢复的重启策略：{{names}}',
  'system.containers-come-back': '以下容器会停止并恢复：{{names}}',
  'system.stops-unknown': '引擎未列出其容器，因此不知道哪些容器会停止：docker ps',
  'system.containers-go-on': '以下容器继续运行 (live-restore)：{{names}}',
  'system.containers-unstartable': '以下容器在增强型容器隔离下创建，原引擎无法启动它们：{{names}}',
  'system.is-installed': '网关已位于 Docker Engine 之前；将更新其文件。',
  'system.is-prepared': '已准备好安装：现在生效。',
  'system.blocked': '无法执行：',
  'system.ask-install': '将网关置于 Docker Engine 之前？[y/N] ',
  'system.ask-uninstall': '回滚到原来的 Docker Engine？[y/N] ',
  'system.confirm-with-yes': '未做任何更改：请用 --yes 确认。',
  'system.step-check': '检查',
  'system.step-write': '写入 unit 和运行时',
  'system.step-stop-engine': '停止引擎',
  'system.step-wait-for-containers': '引擎正在等待其容器停止',
  'system.step-start-services': '启动网关和规划器',
  'system.step-start-engine': '启动引擎',
  'system.step-health': '通过网关检查引擎',
  'system.step-roll-back': '回滚到原引擎',
  'system.step-roll-back-upgrade': '回滚到先前的版本',
  'system.step-remove': '移除已安装的内容',
  'system.installed':
    '网关已位于 Docker Engine 之前：客户端照常使用 /run/docker.sock。启用隔离：sudo bulkhead settings set ' +
    '/enhancedContainerIsolation/value true && sudo bulkhead apply',
  'system.prepared': '一切就绪。下次启动计算机时生效，或运行：sudo bulkhead install',
  'system.uninstalled': '原来的 Docker Engine 已重新运行。设置和历史保留在 {{settings}} 和 {{root}}。',
  'system.authentication-required': '以管理员身份运行“bulkhead {{command}}”需要认证：{{description}}',
};
