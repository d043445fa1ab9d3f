import type { welcome as english } from '../en/welcome.ts';
import type { Translation } from '../translation.ts';

export const welcome: Translation<typeof english> = {
  title: '保护此引擎',
  subtitle: '增强型容器隔离 (ECI) 使容器内的 root 不再是这台计算机上的 root。共四个简短步骤；在您查看并确认计划之前不会更改任何内容。',
  steps: '首次运行的步骤', footer: '首次运行',
  step: { engine: '引擎', scan: '容器', policy: '策略', review: '审阅并应用' },
  skip: '暂时跳过', back: '上一步', next: '继续', toReview: '审阅更改',
  nothingYet: '尚未更改任何内容。', needsEngine: '请先启动引擎。', needsBackend: '此处无法开启 ECI：缺少的条件见第一步。', needsRights: '您没有更改此引擎设置的权限。',
  engine: {
    title: '找到的引擎', text: 'Bulkhead 在执行策略的网关之后运行 Docker 引擎。Docker 客户端可照常使用它的套接字。',
    ready: '{{name}} 正在运行', stopped: '{{name}} 未运行', starting: '引擎正在启动', startNote: '引擎运行后才能检查和保护。',
    where: '目录', version: 'Docker Engine', system: '系统',
    requirements: '隔离所需的条件', examining: '正在检查此计算机。',
    met_other: '此计算机满足 {{name}} 的全部 {{count}} 项要求。', missing: '缺少：{{what}}',
  },
  scan: {
    title: '当前的容器', text: '容器在创建时获得保护。已有的容器在您作出决定之前保持原样运行。',
    looking: '正在查找容器', found_other: '{{count}} 个容器', age: '{{age}}已扫描', again: '重新扫描',
    empty: '还没有容器：今后创建的所有容器都将受到保护。',
    more_other: '以及另外 {{count}} 个',
    existing_other: '它们是在没有保护的情况下创建的',
    choose: '审阅之前，您可以为每个容器选择：重新创建为受保护、移除或保持原样。',
    stops_other: '开启 ECI 会重启引擎：期间 {{count}} 个正在运行的容器会停止。',
  },
  policy: {
    title: '初始策略', text: '适合大多数计算机，其中每一项今后都可以更改。',
    card: '策略', included: '包含在策略中',
    eci: '容器内的 root 在容器外没有任何特权。`--privileged` 仍可使用，但仅限于容器自身。',
    shares: '共享主目录和临时目录', sharesOn: '容器只能挂载 `{{home}}` 和 `{{tmp}}`（`$HOME` 和 `$TMP`）之下的内容，不能挂载本机的其他目录。', sharesOff: '列表为空：不能挂载本机的任何目录。', sharesKept_other: '保留草稿中已列出的 {{count}} 个目录。',
    socket: 'Docker 套接字', socketText: '在您列出镜像之前，任何容器都不能挂载它。被拒绝的请求会连同允许的方法一起显示。',
  },
};
