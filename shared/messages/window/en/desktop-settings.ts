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
    title: 'Policies of the Docker Admin Console count before this file',
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
    pac: { name: 'PAC file', text: 'Address of a proxy auto-configuration file.' },
    transparentPorts: { name: 'Transparent ports', text: 'Proxied transparently: `80,443`, or `*`.' },
  },
  noAddress: 'This is not an address: `http://HOST:PORT`.',
  toggles: {
    title: 'Locked most often',
    note: 'On or off, for all users of this machine',
    state: {
      unset: 'Not set',
      on: 'On by default',
      off: 'Off by default',
      'on-locked': 'On, locked',
      'off-locked': 'Off, locked',
    },
    disableUpdate: 'No updates',
    analyticsEnabled: 'Usage statistics',
    extensionsEnabled: 'Extensions',
    onlyMarketplaceExtensions: 'Extensions from the marketplace only',
    allowBetaFeatures: 'Beta features',
    enableDockerAI: 'Docker AI',
    enableInference: 'Model Runner',
    blockDockerLoad: 'Block docker load',
    exposeDockerAPIOnTCP2375: 'API on TCP port 2375',
  },
};
