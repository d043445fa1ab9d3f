import type { desktopSettings as english } from '../en/desktop-settings.ts';
import type { Translation } from '../translation.ts';

export const desktopSettings: Translation<typeof english> = {
  subtitle: '此文件为 Docker Desktop 自身设置并锁定的内容。Docker Desktop 在启动时读取它。',
  others: '以 JSON 编辑其他键',
  holds: {
    title: '在 Business 用户登录之前，此文件会阻止引擎启动',
    text:
      '只要文件存在，在 Docker Business 组织的用户登录之前，Docker Desktop 不会启动引擎。' +
      '在此之前只有代理和使用情况统计生效，且不锁定。',
  },
  precedence: {
    title: 'Docker Admin Console 的策略优先于此文件',
    text:
      'Docker Desktop 首先遵循针对用户的策略，其次是针对组织的策略，然后是此文件，最后是配置描述文件。' +
      'Bulkhead 只能看到此文件。',
  },
  proxy: { title: 'Docker Desktop 的代理', text: '用于拉取、更新和登录。在登录之前也生效。' },
  containersProxy: {
    title: '容器的代理',
    text: '用于容器的连接。PAC 文件还决定容器不能访问哪些主机。',
  },
  proxyMode: { name: '来源', unset: '未设置', system: '系统', manual: '以下地址' },
  locked: { name: '锁定', on: '用户无法更改。', off: '默认值：用户已更改时不生效。' },
  fields: {
    http: { name: 'HTTP 代理', text: 'HTTP 代理，例如 `http://proxy.example:3128`。' },
    https: { name: 'HTTPS 代理', text: 'HTTPS 代理。' },
    exclude: { name: '不使用代理', text: '主机和网络，以逗号分隔。' },
    pac: { name: 'PAC 文件', text: '代理自动配置文件的地址：优先于 HTTP 和 HTTPS 代理。' },
    embeddedPac: {
      name: 'PAC 脚本',
      text: '脚本本身：优先于代理地址、不使用代理的主机和 PAC 文件。',
    },
    transparentPorts: { name: '透明端口', text: '透明代理的端口：`80,443` 或 `*`。' },
    enableKerberosNtlm: 'Kerberos 和 NTLM 身份验证',
    windowsDockerdPort: 'Windows 容器所用端口',
  },
  unusable: {
    'proxy-address': '这不是地址：`http://HOST:PORT`。',
    'pac-address': '这不是地址：`http://HOST/FILE`，或使用 `https://`、`file://`。',
    'pac-script': '脚本必须定义 `FindProxyForURL`。',
    'contact-address': '这不是地址：`https://`、`http://` 或 `mailto:`。',
    'port-list': '这些不是端口：`80,443` 或 `*`。',
    'ipv4-network': '这不是网络，例如 `192.168.65.0/24`。',
  },
  noPort: '`-1` 到 `65535` 之间的整数。',
  onlyOn: '仅限 {{systems}}。',
  since: 'Docker Desktop {{version}} 或更高版本。',
  sinceLater: 'Docker Desktop {{version}} 或更高版本：此处的 {{installed}} 会忽略它。',
  invalid: '无效',
  entries: {
    title: '最常锁定的设置',
    note: '适用于此计算机上的所有用户',
    unset: '未设置',
    state: {
      on: '默认开启',
      off: '默认关闭',
      'on-locked': '开启并锁定',
      'off-locked': '关闭并锁定',
      value: '{{value}}（默认）',
      'value-locked': '{{value}}（锁定）',
    },
    values: {
      'default-port-binding': '任意地址',
      'default-local-port-binding': '未指定时为 localhost',
      'local-only-port-binding': '仅 localhost',
    },
    disableUpdate: '不更新',
    analyticsEnabled: '使用情况统计',
    extensionsEnabled: '扩展',
    onlyMarketplaceExtensions: '仅限市场中的扩展',
    allowBetaFeatures: 'Beta 功能',
    enableDockerAI: 'Docker AI 功能',
    enableDockerMCPToolkit: 'MCP 工具包',
    enableInference: '模型运行器',
    enableCloud: 'Docker Offload（云端运行）',
    blockDockerLoad: '阻止 docker load',
    portBindingBehavior: '已发布端口',
    wslEngineEnabled: 'WSL 2 引擎',
    exposeDockerAPIOnTCP2375: 'TCP 端口 2375 上的 API',
  },
  groups: {
    kubernetes: { title: 'Kubernetes 集群' },
    scout: { title: 'Docker Scout 分析' },
    state: { unset: '未设置', on: '开启', off: '关闭' },
    members: {
      enabled: '启动 Kubernetes 集群',
      showSystemContainers: '显示系统容器',
      imagesRepository: '镜像来源',
      sbomIndexing: 'SBOM 索引',
      useBackgroundIndexing: '后台索引',
    },
  },
};
