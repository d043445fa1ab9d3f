import * as z from 'zod';
import { anything, bool, entry, group, key, locked, oneOf, text, type KeyFacts } from './key.ts';

const usedBy = 'desktop';
type Facts = Omit<Partial<KeyFacts>, 'usedBy'>;

const desktopEntry = <T extends z.ZodType>(type: T, description: string, more: Facts = {}) =>
  entry(type, description, { ...more, usedBy });
const toggle = (description: string, more: Facts = {}) => desktopEntry(z.boolean(), description, more);
const desktopGroup = (shape: z.ZodRawShape, description: string, more: Facts = {}) =>
  group(shape, description, { ...more, usedBy });

const daemonOptions = (engine: string) =>
  entry(
    z.string(),
    `Options for ${engine}, as a JSON document inside a string. Some are overridden while Enhanced Container Isolation is on.`,
    { usedBy },
    { content: 'json' },
  );

const proxyKeys = (what: string) => ({
  locked,
  mode: oneOf(['system', 'manual'], `Where ${what} takes its proxy from.`),
  http: text('Proxy for HTTP.'),
  https: text('Proxy for HTTPS.'),
  exclude: anything('Hosts reached without the proxy.'),
  pac: text('Address of a proxy auto-configuration file.'),
  embeddedPac: text('A proxy auto-configuration script.'),
  windowsDockerdPort: key(z.number(), {
    description: 'Local port of the internal proxy for the Windows Docker daemon; 0 picks one.',
  }).optional(),
  enableKerberosNtlm: bool('Kerberos and NTLM authentication at the proxy.'),
  transparentPorts: text('Ports proxied transparently, such as "80,443".'),
});

const kubernetesKeys = {
  locked,
  enabled: bool('Starts Kubernetes with Docker Desktop.'),
  showSystemContainers: bool('Shows its system containers.'),
  imagesRepository: text('Registry and repository prefix to pull the Kubernetes images from.'),
  mode: anything('Cluster provisioner.'),
  version: anything('Kubernetes version.'),
  nodeCount: anything('Number of nodes.'),
};

/**
 * The keys that only Docker Desktop reads. Engines of this project keep them and look at none; a wrong type is
 * a finding, and nothing else.
 */
export const desktopKeys = {
  exposeDockerAPIOnTCP2375: toggle('Exposes the Docker API without authentication on TCP port 2375.', {
    platform: 'win32',
  }),
  proxy: desktopGroup(proxyKeys('Docker Desktop'), 'Proxy for Docker Desktop itself.'),
  containersProxy: desktopGroup(proxyKeys('a container'), 'Proxy for containers.'),
  linuxVM: desktopGroup(
    {
      wslEngineEnabled: toggle('Uses the WSL 2 based engine.', { platform: 'win32' }),
      dockerDaemonOptions: daemonOptions('the Linux engine'),
      vpnkitCIDR: desktopEntry(z.string(), 'Network of the virtual machine.'),
    },
    'The Linux machine the engine runs in.',
  ),
  kubernetes: desktopGroup(kubernetesKeys, "Docker Desktop's Kubernetes."),
  windowsContainers: desktopGroup(
    { dockerDaemonOptions: daemonOptions('the Windows engine') },
    'The engine for Windows containers.',
    { platform: 'win32' },
  ),
  disableUpdate: toggle('Turns off update checks and notifications.'),
  analyticsEnabled: toggle('Sends usage statistics to Docker.'),
  extensionsEnabled: toggle('Allows Docker extensions. Extension containers are not protected by ECI.'),
  onlyMarketplaceExtensions: toggle('Allows only extensions from the marketplace.'),
  extensionsPrivateMarketplace: toggle('Uses a private extensions marketplace.'),
  extensionsPrivateMarketplaceAdminContactURL: desktopEntry(
    z.string(),
    'Where to ask for extensions of the private marketplace.',
  ),
  scout: desktopGroup(
    {
      locked,
      sbomIndexing: bool('Indexes images when they are looked at.'),
      useBackgroundIndexing: bool('Indexes images after a build or pull.'),
    },
    'Docker Scout.',
  ),
  allowBetaFeatures: toggle('Allows beta features.'),
  allowExperimentalFeatures: toggle('Allows experimental features.'),
  useVirtualizationFrameworkVirtioFS: toggle('Shares files through VirtioFS.', { platform: 'darwin' }),
  useVirtualizationFrameworkRosetta: toggle('Runs x86-64 programs through Rosetta.', { platform: 'darwin' }),
  useGrpcfuse: toggle('Shares files through gRPC FUSE.', { platform: 'darwin' }),
  displayedOnboarding: toggle('Skips the onboarding survey.'),
  desktopTerminalEnabled: toggle('Offers a terminal on the host inside Docker Desktop.'),
  silentModulesUpdate: toggle('Updates components without asking, where no restart is needed.'),
  enableInference: toggle('Docker Model Runner.'),
  enableInferenceTCP: toggle('Reaches Docker Model Runner over TCP.'),
  enableInferenceTCPPort: desktopEntry(z.number(), 'TCP port of Docker Model Runner.'),
  enableInferenceCORS: anything('Web origins that may reach Docker Model Runner.', { usedBy }),
  enableInferenceGPUVariant: toggle('Docker Model Runner on the GPU.', { platform: 'win32' }),
  enableDockerAI: toggle('Docker AI features.'),
  enableDockerMCPToolkit: toggle('Docker MCP Toolkit.'),
  defaultNetworkingMode: desktopEntry(
    z.enum(['dual-stack', 'ipv4only', 'ipv6only']),
    'IP versions of new networks.',
  ),
  dnsInhibition: desktopEntry(
    z.enum(['auto', 'ipv4', 'ipv6', 'none']),
    'Which DNS record types are held back from containers.',
  ),
  portBindingBehavior: desktopEntry(
    z.enum(['default-port-binding', 'default-local-port-binding', 'local-only-port-binding']),
    'Which addresses published ports are bound to.',
    { since: { version: '4.52' } },
  ),
};
