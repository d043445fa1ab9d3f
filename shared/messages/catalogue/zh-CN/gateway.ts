import type { gateway as english } from '../en/gateway.ts';
import type { Translated } from '../translated.ts';

export const gateway: Translated<typeof english> = {
  'gateway.listening-on-is-not-possible': '无法在 {{file}} 上监听。',
  'gateway.path-of-unix-socket-may-have-bytes': 'Unix 套接字的路径最多 {{maxPathBytes}} 字节。',
  'gateway.is-there-and-is-not-socket': '{{file}} 已存在且不是套接字。',
  'gateway.move-it-away-or-listen-elsewhere': '请移走它，或在别处监听。',
  'gateway.leftover-socket-cannot-be-removed': '无法移除遗留的套接字 {{file}}。',
  'gateway.somebody-is-already-listening-on': '{{file}} 上已有程序在监听。',
  'gateway.stop-that-process-first-or-listen-elsewhere': '请先停止该进程，或在别处监听。',
  'gateway.socket-cannot-be-made': '无法创建套接字 {{file}}。',
  'gateway.check-directory-and-rights-on-it': '请检查目录及其权限。',
  'gateway.docker-compose-is-not-installed': '未安装 Docker Compose',
  'gateway.install-it-apt-get-install-docker-compose': '请安装：apt-get install docker-compose。',
  'gateway.compose-does-not-take-this-file': 'Compose 不接受此文件',
  'gateway.compose-itself-would-run-something-for': 'Compose 自身会为 {{runs}} 运行程序',
  'gateway.leave-it-out-nothing-is-run-to': '请去掉它：说明结果时不会运行任何东西。',
  'gateway.there-is-no-command-to-explain': '没有要解释的命令',
  'gateway.cannot-be-explained': '无法解释“{{command}}”',
  'gateway.give-docker-command-as-you-would-type':
    '请按平时的写法给出 Docker 命令，不含“docker”及其通用选项：bulkhead explain -- run --pid=host alpine。Compose 文件请用：bulkhead explain --compose FILE。Buildx 不仅仅向引擎发出请求，因此不会运行。',
  'gateway.would-write-file': '{{writes}} 会写入文件',
  'gateway.leave-it-out-it-changes-nothing-about': '请去掉它：它不影响决策结果。',
  'gateway.docker-does-not-take-this-command-line': 'docker 不接受此命令行',
  'gateway.see-docker-help': '请参阅 docker --help。',
  'gateway.directory-cannot-be-entered': '无法进入目录 {{workingDirectory}}',
  'gateway.it-is-where-relative-paths-begin-check':
    '相对路径从该目录开始：请检查它是否存在，以及您是否有权访问。',
  'gateway.docker-command-line-is-not-installed': '未安装 Docker 命令行',
  'gateway.install-it-apt-get-install-docker-cli': '请安装：apt-get install docker-cli。',
  'gateway.docker-could-not-be-run': '无法运行 docker',
  'gateway.docker-took-too-long': 'docker 用时过长',
  'gateway.try-again-or-make-it-less-at': '请重试，或一次减少一些。',
  'gateway.cancelled': '已取消',
  'gateway.this-is-no-command-line-that-can': '无法模拟此命令行：{{problem}}',
  'gateway.path-of-unix-socket-may-have-107': 'Unix 套接字的路径最多 107 字节。',
};
