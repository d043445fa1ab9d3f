/** Docker Desktop's own settings. */
export const desktopSettings = {
  subtitle: 'What the file sets and locks for Docker Desktop itself. It is read when Docker Desktop starts.',
  others: 'Other keys as JSON',
  holds: {
    title: 'The file holds the engine at boot until a Business user signs in',
    text:
      'While it is there, Docker Desktop starts no engine before a user of a Docker Business organisation ' +
      'has signed in. Until then only the proxy and usage statistics count, and are not locked.',
  },
  precedence: {
    title: 'Policies of the Docker Admin Console take precedence over this file',
    text:
      'Docker Desktop follows a policy for the user first, then one for the organisation, then this file, ' +
      'and a configuration profile last. Bulkhead sees this file alone.',
  },
  proxy: {
    title: 'Proxy of Docker Desktop',
    text: 'For pulls, updates and sign-in. It also applies before anybody has signed in.',
  },
  containersProxy: {
    title: 'Proxy of containers',
    text: 'For connections of containers. A PAC file also decides which hosts they may not reach.',
  },
  proxyMode: {
    name: 'Taken from',
    unset: 'Not set',
    system: 'The system',
    manual: 'These addresses',
  },
  locked: {
    name: 'Locked',
    on: 'Users can\u2019t change it.',
    off: 'A default: it is ignored where a user has changed it.',
  },
  fields: {
    http: { name: 'HTTP', text: 'Proxy for HTTP, such as `http://proxy.example:3128`.' },
    https: { name: 'HTTPS', text: 'Proxy for HTTPS.' },
    exclude: { name: 'Without the proxy', text: 'Hosts and networks, separated by commas.' },
    pac: { name: 'PAC file', text: 'Address of a proxy auto-configuration file: before HTTP and HTTPS.' },
    embeddedPac: {
      name: 'PAC script',
      text: 'The script itself: before the addresses, the hosts without the proxy and the PAC file.',
    },
    transparentPorts: { name: 'Transparent ports', text: 'Proxied transparently: `80,443`, or `*`.' },
    enableKerberosNtlm: 'Kerberos and NTLM',
    windowsDockerdPort: 'Port for Windows containers',
  },
  unusable: {
    'proxy-address': 'This is not an address: `http://HOST:PORT`.',
    'pac-address': 'This is not an address: `http://HOST/FILE`, or `https://` or `file://`.',
    'pac-script': 'The script must define `FindProxyForURL`.',
    'contact-address': 'This is not an address: `https://`, `http://` or `mailto:`.',
    'port-list': 'These are not ports: `80,443`, or `*`.',
    'ipv4-network': 'This is not a network, such as `192.168.65.0/24`.',
  },
  noPort: 'A whole number from `-1` to `65535`.',
  onlyOn: 'Only on {{systems}}.',
  since: 'Docker Desktop {{version}} or newer.',
  sinceLater: 'Docker Desktop {{version}} or newer: {{installed}} here ignores it.',
  invalid: 'Invalid',
  entries: {
    title: 'Locked most often',
    note: 'For all users of this machine',
    unset: 'Not set',
    state: {
      on: 'On by default',
      off: 'Off by default',
      'on-locked': 'On, locked',
      'off-locked': 'Off, locked',
      value: '{{value}} (default)',
      'value-locked': '{{value}} (locked)',
    },
    values: {
      'default-port-binding': 'Any address',
      'default-local-port-binding': 'localhost, if none is named',
      'local-only-port-binding': 'localhost only',
    },
    disableUpdate: 'No updates',
    analyticsEnabled: 'Usage statistics',
    extensionsEnabled: 'Extensions',
    onlyMarketplaceExtensions: 'Extensions from the marketplace only',
    allowBetaFeatures: 'Beta features',
    enableDockerAI: 'Docker AI',
    enableDockerMCPToolkit: 'MCP Toolkit',
    enableInference: 'Model Runner',
    enableCloud: 'Docker Offload',
    blockDockerLoad: 'Block docker load',
    portBindingBehavior: 'Published ports',
    wslEngineEnabled: 'WSL 2',
    exposeDockerAPIOnTCP2375: 'API on TCP port 2375',
  },
  groups: {
    kubernetes: { title: 'Kubernetes' },
    scout: { title: 'Docker Scout' },
    state: { unset: 'Not set', on: 'On', off: 'Off' },
    members: {
      enabled: 'Kubernetes cluster',
      showSystemContainers: 'Show system containers',
      imagesRepository: 'Images from',
      sbomIndexing: 'SBOM indexing',
      useBackgroundIndexing: 'Background indexing',
    },
  },
};
