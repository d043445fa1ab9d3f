import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  effectiveSettings,
  findingCodes,
  findingSchema,
  knownKeyAt,
  parsePointer,
  type Finding,
} from '../index.ts';
import { applyFix, closestName, lintSettings, type EntryDigest, type LintContext } from './index.ts';

// Properties run for seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const embedded: LintContext = {
  settingsFormat: 'engine',
  platform: 'linux',
  home: '/home/u',
  engineDirectories: ['/srv/engine'],
  socketPath: '/srv/engine/docker.sock',
};
const desktop: LintContext = { settingsFormat: 'desktop', platform: 'darwin' };
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const version = '"configurationFileVersion":2';
const eci = (inside: string, toggle = '"locked":true,"value":true') =>
  `{${version},"enhancedContainerIsolation":{${toggle}` +
  `${inside === '' ? '' : `,"dockerSocketMount":{${inside}}`}}}`;
const images = (...list: string[]) => eci(`"imageList":{"images":${JSON.stringify(list)}}`);
const commands = (...list: string[]) => eci(`"commandList":{"commands":${JSON.stringify(list)}}`);
const shares = (...list: string[]) =>
  `{${version},"filesharingAllowedDirectories":${JSON.stringify(list.map((path) => ({ path })))}}`;
const brief = (findings: readonly Finding[]) => findings.map((f) => `${f.severity} ${f.code} ${f.pointer}`);
const image0 = '/enhancedContainerIsolation/dockerSocketMount/imageList/images/0';
const command0 = '/enhancedContainerIsolation/dockerSocketMount/commandList/commands/0';

/** Description, text, findings, and the text after every fix (null: there is none). */
type Row = readonly [
  what: string,
  text: string,
  findings: readonly string[],
  fixed: string | null,
  context?: LintContext,
];
const table: readonly Row[] = [
  ['no file', '', [], null],
  ['an empty file that is there', '', ['error syntax '], null, { ...embedded, exists: true }],
  ['a good document', images(`docker@${digest}`), [], null],
  ['a trailing comma', `{${version},}`, ['error syntax '], `{${version}}`],
  ['a line comment', `{${version} // two\n}`, ['error syntax '], `{${version} \n}`],
  ['no object', '[1]', ['error wrong-type '], null],
  ['too deep', '['.repeat(1000), ['error too-large '], null],
  ['a BOM', `\uFEFF{${version}}`, ['error bom '], `{${version}}`],
  [
    'a BOM and a bad image',
    `\uFEFF${images('*')}`,
    ['error bom ', `warning socket-image-any ${image0}`],
    images('*'),
  ],
  ['a BOM and a comma', `\uFEFF{${version},}`, ['error bom ', 'error syntax '], `{${version}}`],
  [
    'no version',
    '{"blockDockerLoad":{"value":true}}',
    ['warning missing-version /configurationFileVersion'],
    '{"configurationFileVersion": 2, "blockDockerLoad":{"value":true}}',
  ],
  [
    'no version, tall',
    '{\n  "a": 1\n}',
    ['warning missing-version /configurationFileVersion', 'note unknown-key /a'],
    '{\n  "configurationFileVersion": 2,\n  "a": 1\n}',
  ],
  [
    'no version, empty',
    '{}',
    ['warning missing-version /configurationFileVersion'],
    '{ "configurationFileVersion": 2 }',
  ],
  [
    'another version',
    '{"configurationFileVersion":3}',
    ['error version-unsupported /configurationFileVersion'],
    '{"configurationFileVersion":2}',
  ],
  [
    'the version as text',
    '{"configurationFileVersion":"2"}',
    ['error wrong-type /configurationFileVersion'],
    '{"configurationFileVersion":2}',
  ],
  [
    'a toggle as text',
    eci('', '"locked":true,"value":"true"'),
    ['error wrong-type /enhancedContainerIsolation/value'],
    eci(''),
  ],
  ['a toggle null', eci('', '"value":null'), ['error wrong-type /enhancedContainerIsolation/value'], null],
  [
    'a list type misspelt',
    eci('"commandList":{"type":"denny"}'),
    ['error wrong-type /enhancedContainerIsolation/dockerSocketMount/commandList/type'],
    eci('"commandList":{"type":"deny"}'),
  ],
  [
    'images no list',
    eci('"imageList":{"images":"x"}'),
    ['error wrong-type /enhancedContainerIsolation/dockerSocketMount/imageList/images'],
    null,
  ],
  [
    'a share without a path',
    `{${version},"filesharingAllowedDirectories":[{"sharedByDefault":true}]}`,
    ['error wrong-type /filesharingAllowedDirectories/0'],
    null,
  ],
  [
    'a per-image list without an image',
    `{${version},"bulkhead":{"perImageCommandLists":[{"commands":[]}]}}`,
    [
      'warning eci-off-with-allowlist /bulkhead/perImageCommandLists',
      'error wrong-type /bulkhead/perImageCommandLists/0',
    ],
    null,
  ],
  [
    "a wrong type in Docker Desktop's key, here",
    `{${version},"analyticsEnabled":true}`,
    ['note key-not-used-here /analyticsEnabled', 'warning wrong-type /analyticsEnabled'],
    null,
  ],
  [
    "a wrong type in Docker Desktop's key, there",
    `{${version},"analyticsEnabled":{"value":1}}`,
    ['error wrong-type /analyticsEnabled/value'],
    null,
    desktop,
  ],
  [
    'a value that Docker Desktop may have learned since',
    `{${version},"portBindingBehavior":{"value":"new"}}`,
    ['warning wrong-type /portBindingBehavior/value'],
    null,
    desktop,
  ],
  ['an unknown key', `{${version},"zebra":1}`, ['note unknown-key /zebra'], null],
  [
    'a misspelt key',
    `{${version},"blockDockerLoda":{"value":true}}`,
    ['warning unknown-key /blockDockerLoda'],
    `{${version},"blockDockerLoad":{"value":true}}`,
  ],
  [
    'a misspelt key inside',
    `{${version},"bulkhead":{"existingContainer":"warn"}}`,
    ['warning unknown-key /bulkhead/existingContainer'],
    `{${version},"bulkhead":{"existingContainers":"warn"}}`,
  ],
  [
    'a key in the wrong case',
    `{${version},"EnhancedContainerIsolation":{"value":true,"locked":true}}`,
    ['error unknown-key /EnhancedContainerIsolation'],
    eci('', '"value":true,"locked":true'),
  ],
  [
    'a misspelt key beside the right one',
    `{${version},"blockDockerLoda":1,"blockDockerLoad":{"value":true}}`,
    ['warning unknown-key /blockDockerLoda'],
    null,
  ],
  [
    'a key named like a member of every object',
    `{${version},"constructor":1,"__proto__":{}}`,
    ['note unknown-key /constructor', 'note unknown-key /__proto__'],
    null,
  ],
  [
    'a duplicate that matters',
    eci('', '"locked":true,"value":true,"value":true'),
    ['error duplicate-key /enhancedContainerIsolation/value'],
    null,
  ],
  [
    'a duplicate that does not',
    `{${version},"zebra":1,"zebra":2}`,
    ['note unknown-key /zebra', 'warning duplicate-key /zebra', 'note unknown-key /zebra'],
    null,
  ],
  [
    "a duplicate in Docker Desktop's key, there",
    `{${version},"disableUpdate":{"value":true},"disableUpdate":{}}`,
    ['error duplicate-key /disableUpdate'],
    null,
    desktop,
  ],
  ['compose in the list', commands('compose'), [`warning socket-command-unsupported ${command0}`], null],
  ['a misspelt command', commands('psuh'), [`warning socket-command-unknown ${command0}`], commands('push')],
  ['no command at all', commands('frobnicate'), [`warning socket-command-unknown ${command0}`], null],
  ['good commands', commands('push', 'image*', 'volume create', 'docker run'), [], null],
  ['any image', images('*'), [`warning socket-image-any ${image0}`], null],
  [
    'any tag',
    images('docker.io/testcontainers/ryuk:*'),
    [`warning socket-image-wildcard-tag ${image0}`],
    null,
  ],
  ['any repository', images('repo/*:*'), [`warning socket-image-wildcard-tag ${image0}`], null],
  ['a tag that can move', images('docker:cli'), [`note socket-image-mutable-tag ${image0}`], null],
  ['no tag', images('docker'), [`note socket-image-mutable-tag ${image0}`], null],
  [
    'devices',
    `{${version},"enhancedContainerIsolation":{"value":true,"locked":true},"bulkhead":{"devices":[` +
      '{"device":"/dev/snd/*"},{"device":"nvidia.com/gpu=*"},{"device":"/dev/../x"},' +
      '{"device":"sda","images":["a:b:c"]}]}}',
    [
      'warning device-invalid /bulkhead/devices/2/device',
      'warning device-invalid /bulkhead/devices/3/device',
      'warning socket-image-invalid /bulkhead/devices/3/images/0',
    ],
    null,
  ],
  [
    'network volumes',
    `{${version},"enhancedContainerIsolation":{"value":true,"locked":true},"bulkhead":{"networkVolumes":[` +
      '{"type":"nfs","source":"nas:/x/*"},{"type":"nfs","source":"//nas/x"},' +
      '{"type":"cifs","source":"//nas/x"},{"type":"cifs","source":"//nas/../x"},' +
      '{"type":"nfs","source":"*:/x"}]}}',
    [
      'warning network-volume-invalid /bulkhead/networkVolumes/1/source',
      'warning network-volume-invalid /bulkhead/networkVolumes/3/source',
      'warning network-volume-invalid /bulkhead/networkVolumes/4/source',
    ],
    null,
  ],
  ['a bad image', images('docker:cli:x'), [`warning socket-image-invalid ${image0}`], null],
  [
    'an image in upper case',
    images('Docker/CLI:Tag'),
    [`warning socket-image-invalid ${image0}`],
    images('docker/cli:Tag'),
  ],
  [
    'an image with space',
    images(' docker:cli '),
    [`warning socket-image-invalid ${image0}`],
    images('docker:cli'),
  ],
  [
    'a per-image list for any image',
    `{${version},"bulkhead":{"perImageCommandLists":[{"image":"*","commands":["compose"]}]},` +
      '"enhancedContainerIsolation":{"value":true,"locked":true}}',
    ['warning socket-command-unsupported /bulkhead/perImageCommandLists/0/commands/0'],
    null,
  ],
  [
    'a per-image list for no image of the list',
    `{${version},"bulkhead":{"perImageCommandLists":[{"image":"ci/b"},{"image":"docker:*"}]},` +
      '"enhancedContainerIsolation":{"value":true,"locked":true,' +
      `"dockerSocketMount":{"imageList":{"images":["docker@${digest}"]}}}}`,
    ['warning socket-list-unused /bulkhead/perImageCommandLists/0/image'],
    null,
  ],
  [
    'a per-image list for an image that * alone allows',
    `{${version},"bulkhead":{"perImageCommandLists":[{"image":"ci/b"},{"image":"docker:*"},{"image":"*"}]},` +
      '"enhancedContainerIsolation":{"value":true,"locked":true,' +
      `"dockerSocketMount":{"imageList":{"images":["*","docker@${digest}"]}}}}`,
    [
      'note socket-list-by-content /bulkhead/perImageCommandLists/0/image',
      `warning socket-image-any ${image0}`,
    ],
    null,
  ],
  ['the root shared', shares('/'), ['warning share-dangerous /filesharingAllowedDirectories/0/path'], null],
  [
    "the engine's parent shared",
    shares('$HOME', '/srv'),
    ['warning share-dangerous /filesharingAllowedDirectories/1/path'],
    null,
  ],
  ['a relative share', shares('code'), ['warning share-invalid /filesharingAllowedDirectories/0/path'], null],
  ['an empty share list here', shares(), ['note share-empty-list /filesharingAllowedDirectories'], null],
  [
    'an empty share list there',
    shares(),
    ['warning share-empty-list /filesharingAllowedDirectories'],
    null,
    desktop,
  ],
  [
    'on and unlocked',
    eci('', '"locked":false,"value":true'),
    ['warning eci-unlocked /enhancedContainerIsolation/locked'],
    eci(''),
  ],
  [
    'on, lock missing',
    eci('', '"value":true'),
    ['warning eci-unlocked /enhancedContainerIsolation/value'],
    eci('', '"locked": true, "value":true'),
  ],
  [
    'neither on nor off, with an allowlist',
    eci(`"imageList":{"images":["docker@${digest}"]}`, '"locked":true,"value":"yes"'),
    ['error wrong-type /enhancedContainerIsolation/value'],
    null,
  ],
  [
    'off with an allowlist',
    eci(`"imageList":{"images":["docker@${digest}"]}`, '"locked":true,"value":false'),
    ['warning eci-off-with-allowlist /enhancedContainerIsolation/dockerSocketMount/imageList/images'],
    null,
  ],
  [
    'audit mode, in which rules deny nothing',
    `{${version},"bulkhead":{"mode":"audit"},"enhancedContainerIsolation":{"value":true,"locked":true}}`,
    ['warning audit-mode /bulkhead/mode'],
    `{${version},"bulkhead":{"mode":"enforce"},"enhancedContainerIsolation":{"value":true,"locked":true}}`,
  ],
  ['audit mode while nothing is enforced', `{${version},"bulkhead":{"mode":"audit"}}`, [], null],
  [
    'both drivers off on macOS',
    `{${version},"useVirtualizationFrameworkVirtioFS":{"value":false},"useGrpcfuse":{"value":false}}`,
    ['error file-sharing-drivers-off /useVirtualizationFrameworkVirtioFS/value'],
    `{${version},"useVirtualizationFrameworkVirtioFS":{"value":true},"useGrpcfuse":{"value":false}}`,
    desktop,
  ],
  [
    'both drivers off elsewhere',
    `{${version},"useVirtualizationFrameworkVirtioFS":{"value":false},"useGrpcfuse":{"value":false}}`,
    ['note key-not-used-here /useVirtualizationFrameworkVirtioFS', 'note key-not-used-here /useGrpcfuse'],
    null,
    { ...desktop, platform: 'win32' },
  ],
  [
    "Docker Desktop's key here",
    `{${version},"proxy":{"mode":"system"}}`,
    ['note key-not-used-here /proxy'],
    null,
  ],
  [
    'a setting of the app that is not documented, there',
    `{${version},"memoryMiB":{"locked":true,"value":8192},"CPUS":{"locked":true,"value":4}}`,
    ['note key-undocumented /memoryMiB', 'note key-undocumented /CPUS'],
    null,
    desktop,
  ],
  [
    'a setting of the app that is not documented, here',
    `{${version},"memoryMiB":{"locked":true,"value":8192}}`,
    ['note key-not-used-here /memoryMiB'],
    null,
  ],
  [
    'a name that may be a setting of the app, there',
    `{${version},"zebra":{"locked":true,"value":1}}`,
    ['note key-undocumented /zebra'],
    null,
    desktop,
  ],
  [
    'an unknown name below a known key, there',
    `{${version},"linuxVM":{"memoryMiB":1}}`,
    ['note unknown-key /linuxVM/memoryMiB'],
    null,
    desktop,
  ],
  ['Docker Offload', `{${version},"enableCloud":{"locked":true,"value":false}}`, [], null, desktop],
  [
    'a key for one of several other systems',
    `{${version},"dnsInhibition":{"value":"auto"},"defaultNetworkingMode":{"value":"ipv4only"}}`,
    ['note key-not-used-here /dnsInhibition', 'note key-not-used-here /defaultNetworkingMode'],
    null,
    { ...desktop, platform: 'linux' },
  ],
  [
    'a key for several systems on one of them',
    `{${version},"dnsInhibition":{"value":"auto"},"linuxVM":{"vpnkitCIDR":{"value":"192.168.65.0/24"}}}`,
    [],
    null,
    desktop,
  ],
  [
    'keys for another system below others',
    `{${version},"linuxVM":{"wslEngineEnabled":{"value":true}},"proxy":{"windowsDockerdPort":0},` +
      '"windowsContainers":{"dockerDaemonOptions":{"value":"{}"}}}',
    [
      'note key-not-used-here /linuxVM/wslEngineEnabled',
      'note key-not-used-here /proxy/windowsDockerdPort',
      'note key-not-used-here /windowsContainers',
    ],
    null,
    desktop,
  ],
  [
    'hosts without the proxy as text',
    `{${version},"proxy":{"mode":"system","exclude":"*.corp, 10.0.0.0/8"}}`,
    ['note proxy-exclude-text /proxy/exclude'],
    `{${version},"proxy":{"mode":"system","exclude":["*.corp","10.0.0.0/8"]}}`,
    desktop,
  ],
  [
    'hosts without the proxy as a list',
    `{${version},"containersProxy":{"mode":"system","exclude":["*.corp"],"transparentPorts":"80,443"}}`,
    [],
    null,
    desktop,
  ],
  [
    'hosts without the proxy as something else',
    `{${version},"proxy":{"exclude":1},"containersProxy":{"exclude":["a",2]}}`,
    ['error wrong-type /proxy/exclude', 'error wrong-type /containersProxy/exclude/1'],
    null,
    desktop,
  ],
  [
    'a manual proxy without an address',
    `{${version},"proxy":{"mode":"manual","http":" ","exclude":["*.corp"]},` +
      '"containersProxy":{"mode":"manual","transparentPorts":"*"}}',
    ['warning proxy-without-address /proxy/mode', 'warning proxy-without-address /containersProxy/mode'],
    null,
    desktop,
  ],
  [
    'manual proxies with one',
    `{${version},"proxy":{"mode":"manual","pac":"https://proxy.corp/proxy.pac"},"containersProxy":` +
      '{"mode":"manual","embeddedPac":"function FindProxyForURL() { return \\"DIRECT\\"; }"}}',
    [],
    null,
    desktop,
  ],
  [
    'addresses of a proxy that are none',
    `{${version},"proxy":{"mode":"manual","http":"proxy.corp:3128","https":"http//proxy","pac":"proxy.pac",` +
      '"embeddedPac":"DIRECT"}}',
    [
      'warning value-unusable /proxy/http',
      'warning value-unusable /proxy/https',
      'warning value-unusable /proxy/pac',
      'warning value-unusable /proxy/embeddedPac',
    ],
    `{${version},"proxy":{"mode":"manual","http":"http://proxy.corp:3128","https":"http//proxy",` +
      '"pac":"proxy.pac","embeddedPac":"DIRECT"}}',
    desktop,
  ],
  [
    'the same here, where nothing reads them',
    `{${version},"proxy":{"mode":"manual","pac":"proxy.pac","windowsDockerdPort":99999}}`,
    ['note key-not-used-here /proxy'],
    null,
  ],
  [
    'ports that are no whole numbers',
    `{${version},"proxy":{"windowsDockerdPort":1.5},"enableInferenceTCPPort":{"value":12434.0}}`,
    ['error wrong-type /proxy/windowsDockerdPort', 'error wrong-type /enableInferenceTCPPort/value'],
    `{${version},"proxy":{"windowsDockerdPort":1.5},"enableInferenceTCPPort":{"value":12434}}`,
    { ...desktop, platform: 'win32' },
  ],
  [
    'a port as text',
    `{${version},"enableInferenceTCPPort":{"value":"12434"}}`,
    ['error wrong-type /enableInferenceTCPPort/value'],
    `{${version},"enableInferenceTCPPort":{"value":12434}}`,
    desktop,
  ],
  [
    'a port that is no whole number, here',
    `{${version},"enableInferenceTCPPort":{"value":1.5}}`,
    ['note key-not-used-here /enableInferenceTCPPort', 'warning wrong-type /enableInferenceTCPPort/value'],
    null,
  ],
  ...[-2, 65_536].map((port): Row => [
    `${port} as the port of the proxy for dockerd`,
    `{${version},"proxy":{"windowsDockerdPort":${port}}}`,
    ['warning value-unusable /proxy/windowsDockerdPort'],
    null,
    { ...desktop, platform: 'win32' },
  ]),
  ...[-1, 0, 65_535].map((port): Row => [
    `${port} as the port of the proxy for dockerd`,
    `{${version},"proxy":{"windowsDockerdPort":${port}}}`,
    [],
    null,
    { ...desktop, platform: 'win32' },
  ]),
  ...[0, 99_999].map((port): Row => [
    `${port} as the port of Docker Model Runner`,
    `{${version},"enableInferenceTCPPort":{"value":${port}}}`,
    ['warning value-unusable /enableInferenceTCPPort/value'],
    null,
    desktop,
  ]),
  ...['', 'https://corp.example/extensions', 'mailto:it@corp.example'].map((address): Row => [
    `"${address}" as whom to ask for extensions`,
    `{${version},"extensionsPrivateMarketplaceAdminContactURL":{"value":"${address}"}}`,
    [],
    null,
    desktop,
  ]),
  ...(
    [
      ['it@corp.example', 'mailto:it@corp.example'],
      ['corp.example/extensions', 'https://corp.example/extensions'],
      ['ask Sam', null],
      ['mailto:', null],
      ['ftp://corp.example', null],
    ] as const
  ).map(([address, mended]): Row => [
    `"${address}" as whom to ask for extensions`,
    `{${version},"extensionsPrivateMarketplaceAdminContactURL":{"value":"${address}"}}`,
    ['warning value-unusable /extensionsPrivateMarketplaceAdminContactURL/value'],
    mended === null
      ? null
      : `{${version},"extensionsPrivateMarketplaceAdminContactURL":{"value":"${mended}"}}`,
    desktop,
  ]),
  ...(
    [
      ['80,443', true, null],
      ['*', true, null],
      ['80, 443', false, '80,443'],
      ['80,*', false, null],
      ['0', false, null],
      ['80,65536', false, null],
      ['http', false, null],
    ] as const
  ).map(([ports, isUsable, mended]): Row => [
    `"${ports}" as transparent ports`,
    `{${version},"containersProxy":{"transparentPorts":"${ports}"}}`,
    isUsable ? [] : ['warning value-unusable /containersProxy/transparentPorts'],
    mended === null ? null : `{${version},"containersProxy":{"transparentPorts":"${mended}"}}`,
    desktop,
  ]),
  ...(
    [
      ['192.168.65.0/24', true],
      ['192.168.65.0', false],
      ['192.168.256.0/24', false],
      ['192.168.65.0/33', false],
      ['fd00::/64', false],
    ] as const
  ).map(([network, isUsable]): Row => [
    `"${network}" as the network of the virtual machine`,
    `{${version},"linuxVM":{"vpnkitCIDR":{"value":"${network}"}}}`,
    isUsable ? [] : ['warning value-unusable /linuxVM/vpnkitCIDR/value'],
    null,
    desktop,
  ]),
  [
    'a key for another kind of proxy',
    `{${version},"proxy":{"transparentPorts":"80"}}`,
    ['note unknown-key /proxy/transparentPorts'],
    null,
    desktop,
  ],
  [
    'a key that an old Docker Desktop reads over',
    `{${version},"portBindingBehavior":{"value":"local-only-port-binding"}}`,
    ['warning desktop-version-too-old /portBindingBehavior'],
    null,
    { ...desktop, desktop: { version: '4.51.0', virtualMachine: 'vm' } },
  ],
  [
    'the same key in a newer one',
    `{${version},"portBindingBehavior":{"value":"local-only-port-binding"}}`,
    [],
    null,
    { ...desktop, desktop: { version: '4.52.0', virtualMachine: 'vm' } },
  ],
  ['our key there', `{${version},"bulkhead":{}}`, ['warning bulkhead-on-desktop /bulkhead'], null, desktop],
  [
    'Kubernetes images missing',
    `{${version},"kubernetes":{"enabled":true,"imagesRepository":"r.example/k"},` +
      '"enhancedContainerIsolation":{"locked":true,"value":true}}',
    ['warning kubernetes-images-not-allowed /kubernetes/imagesRepository'],
    null,
    desktop,
  ],
  [
    'Kubernetes images there',
    `{${version},"kubernetes":{"imagesRepository":"r.example/k"},` +
      '"enhancedContainerIsolation":{"locked":true,"value":true,' +
      `"dockerSocketMount":{"imageList":{"images":["r.example/k/desktop-cloud-provider-kind@${digest}",` +
      '"r.example/k/desktop-containerd-registry-mirror:1"]}}}}',
    [
      'warning kubernetes-images-not-allowed /kubernetes/imagesRepository',
      'note socket-image-mutable-tag /enhancedContainerIsolation/dockerSocketMount/imageList/images/1',
    ],
    null,
    desktop,
  ],
  [
    'a list that an old Docker Desktop reads over',
    images(`docker@${digest}`),
    ['warning desktop-version-too-old /enhancedContainerIsolation/dockerSocketMount'],
    null,
    { ...desktop, desktop: { version: '4.26.1', virtualMachine: 'vm' } },
  ],
  [
    'the same on WSL 2, one version later',
    images(`docker@${digest}`),
    ['warning desktop-version-too-old /enhancedContainerIsolation/dockerSocketMount'],
    null,
    { ...desktop, platform: 'win32', desktop: { version: '4.27.0', virtualMachine: 'wsl2' } },
  ],
  [
    'a new enough one',
    images(`docker@${digest}`),
    [],
    null,
    { ...desktop, desktop: { version: '4.27.0', virtualMachine: 'vm' } },
  ],
  [
    'derived images before 4.34',
    eci(`"imageList":{"images":["docker@${digest}"],"allowDerivedImages":true}`),
    [
      'warning desktop-version-too-old /enhancedContainerIsolation/dockerSocketMount/imageList/' +
        'allowDerivedImages',
    ],
    null,
    { ...desktop, desktop: { version: '4.33.2', virtualMachine: 'vm' } },
  ],
  [
    'any image before 4.36',
    images('*'),
    [`warning socket-image-any ${image0}`, `warning desktop-version-too-old ${image0}`],
    null,
    { ...desktop, desktop: { version: '4.35.1', virtualMachine: 'vm' } },
  ],
  [
    'any image from 4.36 on',
    images('*'),
    [`warning socket-image-any ${image0}`],
    null,
    { ...desktop, desktop: { version: '4.36.0', virtualMachine: 'vm' } },
  ],
  [
    'a version nobody could learn',
    images('*'),
    [`warning socket-image-any ${image0}`],
    null,
    { ...desktop, desktop: { version: null, virtualMachine: 'vm' } },
  ],
  [
    'daemon options broken, there',
    `{${version},"linuxVM":{"dockerDaemonOptions":{"value":"{debug}"}}}`,
    ['error embedded-json-invalid /linuxVM/dockerDaemonOptions/value'],
    null,
    desktop,
  ],
  [
    'daemon options no object',
    `{${version},"linuxVM":{"dockerDaemonOptions":{"value":"[]"}}}`,
    ['error embedded-json-invalid /linuxVM/dockerDaemonOptions/value'],
    null,
    desktop,
  ],
  [
    'daemon options good',
    `{${version},"linuxVM":{"dockerDaemonOptions":{"value":"{\\"debug\\": false}"}}}`,
    [],
    null,
    desktop,
  ],
];

const fixAll = (text: string, context: LintContext): string | null => {
  let current = text;
  for (let round = 0; round < 10; round++) {
    const fixable = lintSettings(current, context).find((f) => f.fix !== undefined);
    if (fixable === undefined) return current === text ? null : current;
    current = applyFix(current, fixable);
  }
  throw new Error(`fixing does not end: ${current}`);
};

describe('lintSettings', () => {
  it.each(
    table.map(([what, text, findings, fixed, context = embedded]) => ({
      what,
      text,
      findings,
      fixed,
      context,
    })),
  )('$what', ({ text, findings, fixed, context }) => {
    const found = lintSettings(text, context);
    expect(brief(found)).toEqual(findings);
    expect(fixAll(text, context)).toBe(fixed);
  });

  it('has a row for every code that depends only on the text', () => {
    const codes = new Set(
      table.flatMap(([, text, , , context]) => lintSettings(text, context ?? embedded).map((f) => f.code)),
    );
    expect(findingCodes.filter((code) => !codes.has(code))).toEqual(['socket-image-no-digest']);
  });

  it('gives each finding a position in the text, in order, and a message', () => {
    for (const [, text, , , context] of table) {
      const found = lintSettings(text, context ?? embedded);
      for (const f of found) {
        expect(findingSchema.safeParse(f).success).toBe(true);
        expect(f.range.offset >= 0 && f.range.offset + f.range.length <= text.length).toBe(true);
        expect(f.message).toMatch(/^.{8,}[.!?:)…]/s);
        expect(parsePointer(f.pointer).ok).toBe(true);
      }
      expect(found.map((f) => f.range.offset)).toEqual(
        found.map((f) => f.range.offset).toSorted((a, b) => a - b),
      );
    }
  });

  it('points at the line and column of the value', () => {
    const text =
      `{\n  ${version},\n  "enhancedContainerIsolation": {\n` + '    "locked": false, "value": true\n  }\n}';
    const [f] = lintSettings(text, embedded);
    expect(f?.range).toEqual({ offset: text.indexOf('false'), length: 5, line: 4, column: 15 });
  });

  it("names both ways to Docker's images for Kubernetes", () => {
    const [, text, , , context] = table.find(([what]) => what === 'Kubernetes images missing') ??
      table[0] ?? ['', '', [], null];
    expect(lintSettings(text, context ?? embedded)[0]?.params['images']).toBe(
      'r.example/k/desktop-cloud-provider-kind:* r.example/k/desktop-containerd-registry-mirror:*',
    );
  });

  it('finds an error on our engine exactly if the policy cannot be read', () => {
    const leaf = fc.constantFrom(
      'true',
      'false',
      'null',
      '1',
      '2',
      '"x"',
      '"deny"',
      '"auto"',
      '[]',
      '["a"]',
      '{}',
      '[{"path":"/a"}]',
      '{"value":true}',
      '{"value":"x"}',
      '{"VALUE":true}',
      '{"value":true,"value":false}',
      '{"dockerSocketMount":{"imageList":{"images":["x"]}}}',
      '{"dockerSocketMount":{"commandList":{"type":"x"}}}',
      '{"perImageCommandLists":[{"image":1}]}',
      '{"perImageCommandLists":[{"image":"a"}]}',
      '{"mode":"audit"}',
      '{"MODE":"audit"}',
    );
    const key = fc.constantFrom(
      'configurationFileVersion',
      'enhancedContainerIsolation',
      'filesharingAllowedDirectories',
      'blockDockerLoad',
      'bulkhead',
      'proxy',
      'zebra',
      'Bulkhead',
      'BlockDockerLoad',
      'linuxVM',
      'scout',
    );
    const docs = fc
      .array(fc.tuple(key, leaf), { maxLength: 4 })
      .map((members) => `{${members.map(([k, v]) => `"${k}":${v}`).join(',')}}`);
    fc.assert(
      fc.property(docs, (text) => {
        const findings = lintSettings(text, embedded);
        const hasErrors = findings.some(({ severity }) => severity === 'error');
        expect(hasErrors).toBe(!effectiveSettings(text, { exists: true }).ok);
      }),
      { numRuns: 3000 },
    );
  });

  it('never throws, whatever the text', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json({ maxDepth: 5 }),
      fc.jsonValue().map((v) =>
        JSON.stringify({
          enhancedContainerIsolation: v,
          filesharingAllowedDirectories: v,
          bulkhead: { perImageCommandLists: v },
          linuxVM: v,
          kubernetes: v,
        }),
      ),
    );
    fc.assert(
      fc.property(texts, fc.constantFrom(embedded, desktop), (text, context) => {
        expect(Array.isArray(lintSettings(text, context))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('suggests a bounded number of names, and still finds every unknown one', () => {
    const found = lintSettings(
      `{${version},${Array.from({ length: 1000 }, (_, i) => `"blockDockerLo${i}":1`).join(',')}}`,
      embedded,
    );
    expect([found.length, found.filter((f) => f.params['suggestion'] === 'blockDockerLoad').length]).toEqual([
      1000, 200,
    ]);
  });

  it('reads a large document', () => {
    const text = images(...Array.from({ length: 5000 }, (_, i) => `Image${i}:*`));
    expect(lintSettings(text, embedded).length).toBe(5000);
  });
});

describe('known keys', () => {
  it('describes keys at any depth, with who reads them', () => {
    expect(
      knownKeyAt(['enhancedContainerIsolation', 'dockerSocketMount', 'imageList', 'images', 3]),
    ).toMatchObject({ type: 'string', usedBy: 'both' });
    expect(knownKeyAt(['linuxVM', 'wslEngineEnabled', 'value'])).toMatchObject({
      type: 'boolean',
      usedBy: 'desktop',
      platforms: ['win32'],
    });
    expect([
      knownKeyAt(['constructor']),
      knownKeyAt(['bulkhead', 'x']),
      knownKeyAt(['configurationFileVersion', 'x']),
    ]).toEqual([null, null, null]);
  });

  it('suggests near names only', () => {
    const names = ['push', 'pull', 'images', 'enhancedContainerIsolation'];
    expect([
      closestName('psuh', names),
      closestName('image', names),
      closestName('enhancedContanerIsolaton', names),
      closestName('xyz', names),
      closestName('a', names),
      closestName('', names),
    ]).toEqual(['push', 'images', 'enhancedContainerIsolation', null, null, null]);
  });
});

describe('results of registries (B3)', () => {
  const findings = (answers: LintContext['registryAnswers']) =>
    lintSettings(images('docker:cli'), {
      ...embedded,
      ...(answers === undefined ? {} : { registryAnswers: answers }),
    }).filter((f) => f.code === 'socket-image-no-digest');
  const about = (answer: EntryDigest): LintContext['registryAnswers'] => new Map([['docker:cli', answer]]);
  it.each<[string, LintContext['registryAnswers'], number]>([
    ['nothing asked', undefined, 0],
    ['served', about({ kind: 'served' }), 0],
    ['not asked about this one', new Map(), 0],
    ['absent', about({ kind: 'absent' }), 1],
    ['unanswered', about({ kind: 'unanswered', why: 'no connection' }), 1],
  ])('%s: an entry that lets nothing in is a warning', (_, answers, count) => {
    const found = findings(answers);
    expect(brief(found)).toEqual(
      Array.from({ length: count }, () => `warning socket-image-no-digest ${image0}`),
    );
  });
  it('reports what failed', () => {
    expect(findings(about({ kind: 'unanswered', why: 'no connection' }))[0]?.message).toContain(
      'no connection',
    );
  });
});
