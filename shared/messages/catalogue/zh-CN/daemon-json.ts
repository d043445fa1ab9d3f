import type { daemonJson as english } from '../en/daemon-json.ts';
import type { Translated } from '../translated.ts';

export const daemonJson: Translated<typeof english> = {
  'daemon-json.rejected-by-engine': 'Docker Engine 不接受 daemon.json',
  'daemon-json.correct-and-retry': '请更正 daemon.json，然后重试。没有停止任何内容。',
  'daemon-json.unreadable': '无法读取引擎的配置文件 daemon.json',
  'daemon-json.line-column': '第 {{line}} 行，第 {{column}} 列：{{reason}}',
  'daemon-json.not-overwritten': '请更正该文件；文件损坏时绝不会被覆盖。',
  'daemon-json.contradicts-engine': 'daemon.json 与此引擎的运行方式相矛盾',
  'daemon-json.is-symlink':
    '{{file}} 是指向 {{target}} 的符号链接，它会被替换为文件：此后写入该目标的程序（例如配置管理工具）不再起作用。',
  'daemon-json.replace-symlink':
    '请自行替换 (cp --remove-destination {{target}} {{file}})，并让写入该目标的程序直接写入 {{file}}。',
  'daemon-json.record-damaged': '启用增强型容器隔离之前的 daemon.json 记录已损坏',
  'daemon-json.remove-bulkhead-keys':
    '请手动从 daemon.json 中移除 Bulkhead 的键 (default-runtime、runtimes.bulkhead)，并删除该记录。',
  'daemon-json.too-large': '{{path}} 过大',
  'daemon-json.size-limit': '{{count}} 字节；最多读取 {{maxBytes}} 字节',
  'daemon-json.not-utf-8': '不是 UTF-8',
  'daemon-json.save-as-utf-8': '请保存为 UTF-8。',
  'daemon-json.remove-key': '请从 daemon.json 中移除“{{key}}”。',
  'daemon-json.rename-runtime': '请为另一个运行时使用“{{runtimeName}}”以外的名称。',
  'daemon-json.remove-userns-remap': '请从 daemon.json 中移除“userns-remap”。',
  'daemon-json.own-bridge': '引擎有自己的网桥',
  'daemon-json.own-bridge-address': '引擎有自己的网桥和地址',
  'daemon-json.own-socket': '引擎自身的套接字仅属于 root；用户通过网关的套接字访问',
  'daemon-json.own-address-pools': '引擎有自己的地址池',
  'daemon-json.own-containerd': '引擎运行自己的 containerd',
  'daemon-json.nftables-table-shared':
    '使用 nftables 时，此计算机上所有 Docker 引擎共用一张表，每次启动都会替换它：独立的引擎使用 iptables 和自己的链。',
  'daemon-json.key-not-allowed': '不能在此设置“{{key}}”：{{why}}。',
  'daemon-json.runtime-name-taken': '运行时名称“{{runtimeName}}”属于隔离运行时；此处却指向另一个程序。',
  'daemon-json.userns-remap-conflict':
    '引擎自身的用户命名空间重映射会将所有容器放入一个共用范围，并隐藏现有镜像；不能与增强型容器隔离同时使用。',
  'daemon-json.socket-behind-gateway': '引擎只能在网关后面的套接字上监听',
  'daemon-json.own-data-directory': '引擎的数据应位于其自己的目录之下',
  'daemon-json.own-exec-root': '引擎将运行时文件保存在自己的目录中',
  'daemon-json.own-pid-file': '引擎将 PID 文件保存在自己的目录中',
};
