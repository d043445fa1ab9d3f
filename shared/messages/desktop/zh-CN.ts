const number = (count: number): string => new Intl.NumberFormat('zh-CN').format(count);

/** Chinese texts of the tray, the notifications and the app's start. */
export const zhCN = {
  state: {
    protected: '受保护',
    unverified: '已开启，未验证',
    audit: '审计模式',
    off: 'ECI 已关闭',
    deleted: '设置文件已删除',
    unusable: '设置文件无法使用',
    stopped: '引擎已停止',
    failed: '引擎出现故障',
    unreachable: '引擎没有响应',
    working: '正在处理',
  },
  except: (count: number) => `受保护，${number(count)} 个容器除外`,
  menu: { open: '打开 Bulkhead', verify: '立即验证', start: '启动引擎', stop: '停止引擎…', quit: '退出' },
  view: { title: '显示', reset: '实际大小', in: '放大', out: '缩小' },
  alreadyOpen: 'Bulkhead 已打开：其窗口现已置于前台。',
  denied: {
    one: (what: string) => `已拒绝：${what}`,
    many: (count: number) => `已拒绝 ${number(count)} 个请求`,
  },
  unprotected: {
    one: (name: string) => `容器 ${name} 未受保护`,
    many: (count: number) => `${number(count)} 个容器未受保护`,
    body: '出现了一个不受增强型容器隔离保护的容器。',
  },
  notVerified: {
    title: '保护状态已不再得到验证',
    body: '增强型容器隔离已开启，但目前没有证据表明它有效。请重新验证。',
  },
  gap: {
    bypassed: { title: '客户端可以绕过网关访问引擎', body: '途径和处理方法见“概览”。' },
    otherRuntime: {
      title: '旧版构建会被拒绝',
      body: '引擎的默认运行时不会隔离它们。处理方法见“概览”。',
    },
  },
  lost: {
    off: { title: '保护已关闭', body: '增强型容器隔离已被关闭，且不是在此窗口中关闭的。' },
    audit: { title: '规则不再拒绝任何请求', body: '审计模式已开启：规则本应拒绝的请求只会写入日志。' },
  },
  engineStopped: { title: '引擎意外停止', body: '没有容器在运行，也没有任何检查。原因见“概览”。' },
  failed: { verify: '未能验证保护状态', start: '未能启动引擎' },
  times: (what: string, count: number) => `${what}（${number(count)} 次）`,
};
