import { messageLanguages } from '../language.ts';
import {
  backendChoices,
  existingContainersChoices,
  hideEnvironmentChoices,
  policyModes,
  socketScopes,
} from './schema.ts';
import { jsonType } from './parse.ts';
import { childPointer } from './pointer.ts';

/** What a key holds. `keys` describes an object's members, `items` a list's elements. */
export interface KnownKey {
  readonly type: 'boolean' | 'string' | 'number' | 'object' | 'list' | 'any';
  /** One English sentence for the editor. */
  readonly description: string;
  /**
   * Who reads it: `engine` = this project's gateway and engines, `desktop` = Docker Desktop, `both`. Members
   * inherit it.
   */
  readonly usedBy?: 'engine' | 'desktop' | 'both';
  /** Docker Desktop reads it only there. */
  readonly platform?: 'darwin' | 'win32' | 'linux';
  /** The only strings allowed. */
  readonly values?: readonly string[];
  readonly keys?: Readonly<Record<string, KnownKey>>;
  readonly items?: KnownKey;
  /** What a missing one means, as JSON, where the engines of this project act on it. */
  readonly missing?: string;
  /** The string is a JSON document of its own. */
  readonly embeddedJson?: true;
}

const bool = (description: string, missing?: boolean): KnownKey => ({
  type: 'boolean',
  description,
  ...(missing === undefined ? {} : { missing: String(missing) }),
});
const text = (description: string, values?: readonly string[], missing?: string): KnownKey => ({
  type: 'string',
  description,
  ...(values === undefined ? {} : { values }),
  ...(missing === undefined ? {} : { missing: JSON.stringify(missing) }),
});
const lockedKey = bool('true: users cannot change it. false: a default that a user may override.');

type EntryExtras = Pick<KnownKey, 'usedBy' | 'platform'> & {
  readonly valueKey?: Pick<KnownKey, 'values' | 'embeddedJson'>;
};

/** A `{ "locked": …, "value": … }` entry that Docker Desktop reads. */
function entry(type: 'boolean' | 'string' | 'number', description: string, more: EntryExtras = {}): KnownKey {
  const { valueKey, ...rest } = more;
  return {
    type: 'object',
    description,
    usedBy: 'desktop',
    keys: { locked: lockedKey, value: { type, description, ...valueKey } },
    ...rest,
  };
}

const daemonOptions = (engine: string): KnownKey =>
  entry(
    'string',
    `Options for ${engine}, as a JSON document inside a string. Some are overridden while Enhanced Container Isolation is on.`,
    { valueKey: { embeddedJson: true } },
  );
const stringItem = (description: string): KnownKey => ({ type: 'string', description });

const proxyKeys = (what: string): Readonly<Record<string, KnownKey>> => ({
  locked: lockedKey,
  mode: text(`Where ${what} takes its proxy from.`, ['system', 'manual']),
  http: text('Proxy for HTTP.'),
  https: text('Proxy for HTTPS.'),
  exclude: { type: 'any', description: 'Hosts reached without the proxy.' },
  pac: text('Address of a proxy auto-configuration file.'),
  embeddedPac: text('A proxy auto-configuration script.'),
  windowsDockerdPort: {
    type: 'number',
    description: 'Local port of the internal proxy for the Windows Docker daemon; 0 picks one.',
  },
  enableKerberosNtlm: bool('Kerberos and NTLM authentication at the proxy.'),
  transparentPorts: text('Ports proxied transparently, such as "80,443".'),
});

const commandListKeys: Readonly<Record<string, KnownKey>> = {
  type: text(
    'deny: everything but the listed commands; allow: only the listed commands.',
    ['deny', 'allow'],
    'deny',
  ),
  commands: {
    type: 'list',
    description: 'Docker commands (push, build) or groups (image*).',
    items: stringItem('A Docker command or group.'),
  },
};

/**
 * Every key of admin-settings.json that is known, by name. Unknown ones are kept and mentioned, never
 * dropped.
 */
export const knownKeys: Readonly<Record<string, KnownKey>> = {
  configurationFileVersion: { type: 'number', usedBy: 'both', description: 'Version of the file format: 2.' },
  enhancedContainerIsolation: {
    type: 'object',
    usedBy: 'both',
    description: 'Runs every container in a user namespace of its own.',
    keys: {
      locked: bool('true: users can change neither this nor its sub-settings.', false),
      value: bool('Turns Enhanced Container Isolation on.', false),
      dockerSocketMount: {
        type: 'object',
        description:
          'Which containers may mount the Docker socket, and what they may do through it. By default none may.',
        keys: {
          imageList: {
            type: 'object',
            description: 'Images that may mount the Docker socket.',
            keys: {
              images: {
                type: 'list',
                description:
                  'name[:tag] (no tag means latest, tag * means any), name@sha256:…, or * for any image.',
                items: stringItem('An image reference.'),
              },
              allowDerivedImages: bool('Also allow local images built FROM an allowed one.', true),
            },
          },
          commandList: {
            type: 'object',
            description: 'Docker commands that may be sent through a mounted socket.',
            keys: commandListKeys,
          },
        },
      },
    },
  },
  filesharingAllowedDirectories: {
    type: 'list',
    usedBy: 'both',
    description:
      'Host directories that may be bind-mounted, with everything below them. Missing: the default shares; empty: none.',
    items: {
      type: 'object',
      description: 'A shared directory.',
      keys: {
        path: text('Absolute path; $HOME, $TMP and $TEMP are replaced.'),
        sharedByDefault: bool('Shared without the user asking for it.', false),
      },
    },
  },
  blockDockerLoad: entry(
    'boolean',
    'Refuses `docker load`: every image has to come from a registry or a build.',
    { usedBy: 'both' },
  ),
  bulkhead: {
    type: 'object',
    usedBy: 'engine',
    description: 'What only engines guarded by Bulkhead understand. Never written for Docker Desktop.',
    keys: {
      backend: text('Isolation backend.', backendChoices, 'auto'),
      mode: text('audit: what would be denied is logged and let through.', policyModes, 'enforce'),
      existingContainers: text(
        'Containers made before ECI was turned on: block their start, exec and copy, or only warn.',
        existingContainersChoices,
        'block',
      ),
      perImageCommandLists: {
        type: 'list',
        description: 'Command lists for single images, instead of the general one; the first match counts.',
        items: {
          type: 'object',
          description: 'A command list for one image.',
          keys: {
            image: text('The image reference it is for.'),
            ...commandListKeys,
            scope: text(
              'What its containers see through their socket. Default: what socketMounts.scope says.',
              socketScopes,
            ),
          },
        },
      },
      socketMounts: {
        type: 'object',
        description: 'What containers may do with the Docker socket they mount.',
        keys: {
          scope: text(
            'own: a container sees and touches only what was made through its own socket; all: everything.',
            socketScopes,
            'all',
          ),
        },
      },
      hideEnvironment: text(
        "From whom `docker inspect` hides the values of containers' environment variables: socket-mounts = from containers with the Docker socket, always = from everyone. Tools that copy a container's configuration can't do so then.",
        hideEnvironmentChoices,
        'never',
      ),
      language: text(
        'Language of the texts that Docker clients show when something is refused. They begin with "enhanced container isolation:" in every language.',
        messageLanguages,
        'en',
      ),
    },
  },
  exposeDockerAPIOnTCP2375: entry(
    'boolean',
    'Exposes the Docker API without authentication on TCP port 2375.',
    { platform: 'win32' },
  ),
  proxy: {
    type: 'object',
    usedBy: 'desktop',
    description: 'Proxy for Docker Desktop itself.',
    keys: proxyKeys('Docker Desktop'),
  },
  containersProxy: {
    type: 'object',
    usedBy: 'desktop',
    description: 'Proxy for containers.',
    keys: proxyKeys('a container'),
  },
  linuxVM: {
    type: 'object',
    usedBy: 'desktop',
    description: 'The Linux machine the engine runs in.',
    keys: {
      wslEngineEnabled: entry('boolean', 'Uses the WSL 2 based engine.', { platform: 'win32' }),
      dockerDaemonOptions: daemonOptions('the Linux engine'),
      vpnkitCIDR: entry('string', 'Network of the virtual machine.'),
    },
  },
  kubernetes: {
    type: 'object',
    usedBy: 'desktop',
    description: "Docker Desktop's Kubernetes.",
    keys: {
      locked: lockedKey,
      enabled: bool('Starts Kubernetes with Docker Desktop.'),
      showSystemContainers: bool('Shows its system containers.'),
      imagesRepository: text('Registry and repository prefix to pull the Kubernetes images from.'),
      mode: { type: 'any', description: 'Cluster provisioner.' },
      version: { type: 'any', description: 'Kubernetes version.' },
      nodeCount: { type: 'any', description: 'Number of nodes.' },
    },
  },
  windowsContainers: {
    type: 'object',
    usedBy: 'desktop',
    platform: 'win32',
    description: 'The engine for Windows containers.',
    keys: { dockerDaemonOptions: daemonOptions('the Windows engine') },
  },
  disableUpdate: entry('boolean', 'Turns off update checks and notifications.'),
  analyticsEnabled: entry('boolean', 'Sends usage statistics to Docker.'),
  extensionsEnabled: entry(
    'boolean',
    'Allows Docker extensions. Extension containers are not protected by ECI.',
  ),
  onlyMarketplaceExtensions: entry('boolean', 'Allows only extensions from the marketplace.'),
  extensionsPrivateMarketplace: entry('boolean', 'Uses a private extensions marketplace.'),
  extensionsPrivateMarketplaceAdminContactURL: entry(
    'string',
    'Where to ask for extensions of the private marketplace.',
  ),
  scout: {
    type: 'object',
    usedBy: 'desktop',
    description: 'Docker Scout.',
    keys: {
      locked: lockedKey,
      sbomIndexing: bool('Indexes images when they are looked at.'),
      useBackgroundIndexing: bool('Indexes images after a build or pull.'),
    },
  },
  allowBetaFeatures: entry('boolean', 'Allows beta features.'),
  allowExperimentalFeatures: entry('boolean', 'Allows experimental features.'),
  useVirtualizationFrameworkVirtioFS: entry('boolean', 'Shares files through VirtioFS.', {
    platform: 'darwin',
  }),
  useVirtualizationFrameworkRosetta: entry('boolean', 'Runs x86-64 programs through Rosetta.', {
    platform: 'darwin',
  }),
  useGrpcfuse: entry('boolean', 'Shares files through gRPC FUSE.', { platform: 'darwin' }),
  displayedOnboarding: entry('boolean', 'Skips the onboarding survey.'),
  desktopTerminalEnabled: entry('boolean', 'Offers a terminal on the host inside Docker Desktop.'),
  silentModulesUpdate: entry('boolean', 'Updates components without asking, where no restart is needed.'),
  enableInference: entry('boolean', 'Docker Model Runner.'),
  enableInferenceTCP: entry('boolean', 'Reaches Docker Model Runner over TCP.'),
  enableInferenceTCPPort: entry('number', 'TCP port of Docker Model Runner.'),
  enableInferenceCORS: {
    type: 'any',
    usedBy: 'desktop',
    description: 'Web origins that may reach Docker Model Runner.',
  },
  enableInferenceGPUVariant: entry('boolean', 'Docker Model Runner on the GPU.', { platform: 'win32' }),
  enableDockerAI: entry('boolean', 'Docker AI features.'),
  enableDockerMCPToolkit: entry('boolean', 'Docker MCP Toolkit.'),
  defaultNetworkingMode: entry('string', 'IP versions of new networks.', {
    valueKey: { values: ['dual-stack', 'ipv4only', 'ipv6only'] },
  }),
  dnsInhibition: entry('string', 'Which DNS record types are held back from containers.', {
    valueKey: { values: ['auto', 'ipv4', 'ipv6', 'none'] },
  }),
  portBindingBehavior: entry('string', 'Which addresses published ports are bound to.', {
    valueKey: { values: ['default-port-binding', 'default-local-port-binding', 'local-only-port-binding'] },
  }),
};

/**
 * The known key at a path, with who reads it and on which platform (inherited from its parents); null when it
 * is not known.
 */
export function knownKeyAt(path: readonly (string | number)[]): KnownKey | null {
  let at: KnownKey = { type: 'object', description: 'The settings document.', keys: knownKeys };
  for (const segment of path) {
    const next: KnownKey | undefined = at.type === 'list' ? at.items : own(at.keys, String(segment));
    if (next === undefined) return null;
    const usedBy = next.usedBy ?? at.usedBy;
    const platform = next.platform ?? at.platform;
    at = {
      ...next,
      ...(usedBy === undefined ? {} : { usedBy }),
      ...(platform === undefined ? {} : { platform }),
    };
  }
  return at;
}

/**
 * Keys the engine acts on; what of it is written in the wrong case would be honoured by Docker Desktop (Go
 * folds case) and ignored here.
 */
const criticalKeys: readonly string[] = [
  'configurationFileVersion',
  'enhancedContainerIsolation',
  'filesharingAllowedDirectories',
  'blockDockerLoad',
  'bulkhead',
];

/**
 * A key that differs from one the engine acts on only in upper and lower case, at any level below it, or
 * null. Such a file means different things to different readers, so nobody may guess.
 */
export function misspeltCriticalKey(
  root: Readonly<Record<string, unknown>>,
): { readonly found: string; readonly known: string; readonly pointer: string } | null {
  const search = (
    value: unknown,
    key: KnownKey,
    pointer: string,
  ): { found: string; known: string; pointer: string } | null => {
    if (Array.isArray(value)) {
      for (const [index, element] of value.entries()) {
        const hit = key.items === undefined ? null : search(element, key.items, childPointer(pointer, index));
        if (hit !== null) return hit;
      }
      return null;
    }
    if (jsonType(value) !== 'object') return null;
    for (const [name, member] of Object.entries(value as Record<string, unknown>)) {
      // jsonType says object
      const keys = key.keys ?? {};
      const at = childPointer(pointer, name);
      const exact = own(keys, name);
      if (exact !== undefined) {
        const hit = pointer === '' && !criticalKeys.includes(name) ? null : search(member, exact, at);
        if (hit !== null) return hit;
        continue;
      }
      const known = Object.keys(keys).find((k) => foldCase(k) === foldCase(name));
      if (known !== undefined && (pointer !== '' || criticalKeys.includes(known)))
        return { found: name, known, pointer: at };
    }
    return null;
  };
  return search(root, { type: 'object', description: '', keys: knownKeys }, '');
}

/** Case folding as Go's JSON decoder does it: simple folding, where U+017F is an s and U+212A a k. */
export const foldCase = (name: string): string =>
  name.replaceAll('\u017F', 's').replaceAll('\u212A', 'k').toLowerCase();

/** An own member only: a key named "constructor" is not known. */
function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
