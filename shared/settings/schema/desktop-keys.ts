import * as z from 'zod';
import { message, type Message } from '../../messages/message.ts';
import { anything, bool, entry, group, key, locked, oneOf, text, type KeyFacts } from './key.ts';

const usedBy = 'desktop';
type Facts = Omit<Partial<KeyFacts>, 'usedBy'>;

const desktopEntry = <T extends z.ZodType>(
  type: T,
  description: Message,
  more: Facts = {},
  valueFacts: Facts = {},
) => entry(type, description, { ...more, usedBy }, valueFacts);
const toggle = (description: Message, more: Facts = {}) => desktopEntry(z.boolean(), description, more);
const desktopGroup = (shape: z.ZodRawShape, description: Message, more: Facts = {}) =>
  group(shape, description, { ...more, usedBy });

const daemonOptions = (description: Message) =>
  entry(z.string(), description, { usedBy }, { content: 'json' });

const highestPort = 65_535;

/** What both proxies have. */
const commonProxyKeys = (mode: Message) => ({
  locked,
  mode: oneOf(['system', 'manual'], mode),
  http: text(message('settings-keys.proxy.http'), { content: 'proxy-address' }),
  https: text(message('settings-keys.proxy.https'), { content: 'proxy-address' }),
  exclude: key(z.union([z.array(z.string()), z.string()]), {
    description: message('settings-keys.proxy.exclude'),
  }).optional(),
  pac: text(message('settings-keys.proxy.pac'), { content: 'pac-address' }),
  embeddedPac: text(message('settings-keys.proxy.embeddedPac'), { content: 'pac-script' }),
});

const proxyKeys = {
  ...commonProxyKeys(message('settings-keys.proxy.mode')),
  windowsDockerdPort: key(z.int().min(-1).max(highestPort), {
    description: message('settings-keys.proxy.windowsDockerdPort'),
    platforms: ['win32'],
  }).optional(),
  enableKerberosNtlm: bool(message('settings-keys.proxy.enableKerberosNtlm')),
};

const containersProxyKeys = {
  ...commonProxyKeys(message('settings-keys.containersProxy.mode')),
  transparentPorts: text(message('settings-keys.proxy.transparentPorts'), { content: 'port-list' }),
};

const kubernetesKeys = {
  locked,
  enabled: bool(message('settings-keys.kubernetes.enabled')),
  showSystemContainers: bool(message('settings-keys.kubernetes.showSystemContainers')),
  imagesRepository: text(message('settings-keys.kubernetes.imagesRepository')),
  mode: anything(message('settings-keys.kubernetes.mode')),
  version: anything(message('settings-keys.kubernetes.version')),
  nodeCount: anything(message('settings-keys.kubernetes.nodeCount')),
};

/**
 * The keys that only Docker Desktop reads. Engines of this project keep and ignore them; a wrong type is only
 * a finding.
 */
export const desktopKeys = {
  exposeDockerAPIOnTCP2375: toggle(message('settings-keys.exposeDockerAPIOnTCP2375'), {
    platforms: ['win32'],
  }),
  proxy: desktopGroup(proxyKeys, message('settings-keys.proxy')),
  containersProxy: desktopGroup(containersProxyKeys, message('settings-keys.containersProxy')),
  linuxVM: desktopGroup(
    {
      wslEngineEnabled: toggle(message('settings-keys.linuxVM.wslEngineEnabled'), { platforms: ['win32'] }),
      dockerDaemonOptions: daemonOptions(message('settings-keys.linuxVM.dockerDaemonOptions')),
      vpnkitCIDR: desktopEntry(
        z.string(),
        message('settings-keys.linuxVM.vpnkitCIDR'),
        { platforms: ['darwin'] },
        { content: 'ipv4-network' },
      ),
    },
    message('settings-keys.linuxVM'),
  ),
  kubernetes: desktopGroup(kubernetesKeys, message('settings-keys.kubernetes')),
  windowsContainers: desktopGroup(
    { dockerDaemonOptions: daemonOptions(message('settings-keys.windowsContainers.dockerDaemonOptions')) },
    message('settings-keys.windowsContainers'),
    { platforms: ['win32'] },
  ),
  disableUpdate: toggle(message('settings-keys.disableUpdate')),
  analyticsEnabled: toggle(message('settings-keys.analyticsEnabled')),
  extensionsEnabled: toggle(message('settings-keys.extensionsEnabled')),
  onlyMarketplaceExtensions: toggle(message('settings-keys.onlyMarketplaceExtensions')),
  extensionsPrivateMarketplace: toggle(message('settings-keys.extensionsPrivateMarketplace')),
  extensionsPrivateMarketplaceAdminContactURL: desktopEntry(
    z.string(),
    message('settings-keys.extensionsPrivateMarketplaceAdminContactURL'),
    {},
    { content: 'contact-address' },
  ),
  scout: desktopGroup(
    {
      locked,
      sbomIndexing: bool(message('settings-keys.scout.sbomIndexing')),
      useBackgroundIndexing: bool(message('settings-keys.scout.useBackgroundIndexing')),
    },
    message('settings-keys.scout'),
  ),
  allowBetaFeatures: toggle(message('settings-keys.allowBetaFeatures')),
  allowExperimentalFeatures: toggle(message('settings-keys.allowExperimentalFeatures')),
  useVirtualizationFrameworkVirtioFS: toggle(message('settings-keys.useVirtualizationFrameworkVirtioFS'), {
    platforms: ['darwin'],
  }),
  useVirtualizationFrameworkRosetta: toggle(message('settings-keys.useVirtualizationFrameworkRosetta'), {
    platforms: ['darwin'],
  }),
  useGrpcfuse: toggle(message('settings-keys.useGrpcfuse'), { platforms: ['darwin'] }),
  displayedOnboarding: toggle(message('settings-keys.displayedOnboarding')),
  desktopTerminalEnabled: toggle(message('settings-keys.desktopTerminalEnabled')),
  silentModulesUpdate: toggle(message('settings-keys.silentModulesUpdate')),
  enableInference: toggle(message('settings-keys.enableInference')),
  enableInferenceTCP: toggle(message('settings-keys.enableInferenceTCP')),
  enableInferenceTCPPort: desktopEntry(
    z.int().min(1).max(highestPort),
    message('settings-keys.enableInferenceTCPPort'),
  ),
  enableInferenceCORS: desktopEntry(z.string(), message('settings-keys.enableInferenceCORS')),
  enableInferenceGPUVariant: toggle(message('settings-keys.enableInferenceGPUVariant'), {
    platforms: ['win32'],
  }),
  enableDockerAI: toggle(message('settings-keys.enableDockerAI')),
  enableDockerMCPToolkit: toggle(message('settings-keys.enableDockerMCPToolkit')),
  enableCloud: toggle(message('settings-keys.enableCloud')),
  defaultNetworkingMode: desktopEntry(
    z.enum(['dual-stack', 'ipv4only', 'ipv6only']),
    message('settings-keys.defaultNetworkingMode'),
    { platforms: ['win32', 'darwin'] },
  ),
  dnsInhibition: desktopEntry(
    z.enum(['auto', 'ipv4', 'ipv6', 'none']),
    message('settings-keys.dnsInhibition'),
    { platforms: ['win32', 'darwin'] },
  ),
  portBindingBehavior: desktopEntry(
    z.enum(['default-port-binding', 'default-local-port-binding', 'local-only-port-binding']),
    message('settings-keys.portBindingBehavior'),
    { since: { version: '4.52' } },
  ),
};
