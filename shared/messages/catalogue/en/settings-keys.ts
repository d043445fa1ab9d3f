import { concat } from '../concat.ts';

/**
 * The meaning of the keys of a settings file, by their place in it; a sentence for several places is under
 * the first.
 */
export const settingsKeys = {
  'settings-keys.document': 'The settings document.',
  'settings-keys.locked': 'true: users cannot change it. false: a default that a user may override.',
  'settings-keys.configurationFileVersion': 'Version of the file format: 2.',
  'settings-keys.enhancedContainerIsolation': 'Runs every container in a user namespace of its own.',
  'settings-keys.enhancedContainerIsolation.locked':
    'true: users can change neither this nor its sub-settings.',
  'settings-keys.enhancedContainerIsolation.value': 'Turns Enhanced Container Isolation on.',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount':
    'Which containers may mount the Docker socket, and what they may do through it. By default none may.',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount.imageList':
    'Images that may mount the Docker socket.',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount.imageList.images':
    'name[:tag] (no tag means latest, tag * means any), name@sha256:…, or * for any image.',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount.imageList.images.item': 'An image reference.',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount.imageList.allowDerivedImages':
    'Also allow local images built FROM an allowed one.',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount.commandList':
    'Docker commands that may be sent through a mounted socket.',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount.commandList.type':
    'deny: everything but the listed commands; allow: only the listed commands.',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount.commandList.commands':
    'Docker commands (push, build) or groups (image*).',
  'settings-keys.enhancedContainerIsolation.dockerSocketMount.commandList.commands.item':
    'A Docker command or group.',
  'settings-keys.filesharingAllowedDirectories': concat(
    'Host directories that may be bind-mounted, with everything below them. Missing: ',
    'the default shares; empty: none.',
  ),
  'settings-keys.filesharingAllowedDirectories.item': 'A shared directory.',
  'settings-keys.filesharingAllowedDirectories.item.path':
    'Absolute path; $HOME, $TMP and $TEMP are replaced.',
  'settings-keys.filesharingAllowedDirectories.item.sharedByDefault':
    'Shared without the user asking for it.',
  'settings-keys.blockDockerLoad':
    'Denies `docker load`: every image has to come from a registry or a build.',
  'settings-keys.bulkhead':
    'What only engines guarded by Bulkhead understand. Never written for Docker Desktop.',
  'settings-keys.bulkhead.backend': 'Isolation backend.',
  'settings-keys.bulkhead.mode': 'audit: what would be denied is logged and let through.',
  'settings-keys.bulkhead.existingContainers':
    'Containers made before ECI was turned on: block their start, exec and copy, or only warn.',
  'settings-keys.bulkhead.perImageCommandLists':
    'Command lists for single images, instead of the general one; the first match counts.',
  'settings-keys.bulkhead.perImageCommandLists.item': 'A command list for one image.',
  'settings-keys.bulkhead.perImageCommandLists.item.image': concat(
    'The image it is for: what its registry has under this name, and images built from that, not images ',
    'made or loaded here.',
  ),
  'settings-keys.bulkhead.perImageCommandLists.item.scope':
    'What its containers see through their socket. Default: the value of socketMounts.scope.',
  'settings-keys.bulkhead.socketMounts': 'What containers may do with the Docker socket they mount.',
  'settings-keys.bulkhead.socketMounts.scope':
    'own: a container sees and changes only objects created through its own socket; all: everything.',
  'settings-keys.bulkhead.hideEnvironment': concat(
    "From whom `docker inspect` hides the values of containers' environment variables: ",
    'socket-mounts = from containers with the Docker socket, always = from everyone. ',
    "Tools that copy a container's configuration can't do so then.",
  ),
  'settings-keys.bulkhead.devices': concat(
    'Devices of the host that containers may have: by `--device`, `--gpus` or `devices:` in Compose. ',
    'Missing or empty: none, but those that act in the own namespaces of who opens them (/dev/fuse, ',
    '/dev/net/tun).',
  ),
  'settings-keys.bulkhead.devices.item': 'A device, and who may have it.',
  'settings-keys.bulkhead.devices.item.device': concat(
    'Path below /dev, where * and ? stand for a part of a name ("/dev/ttyUSB*"), or name of a CDI device ',
    '("nvidia.com/gpu=0", "nvidia.com/gpu=*"). A mounted block device needs its exact path.',
  ),
  'settings-keys.bulkhead.devices.item.permissions':
    'r: read, w: write. Containers can never make device files (m).',
  'settings-keys.bulkhead.devices.item.images': concat(
    'Images whose containers may have it, matched by content as in ',
    'enhancedContainerIsolation.dockerSocketMount.imageList. Missing: every image.',
  ),
  'settings-keys.bulkhead.devices.item.images.item': 'An image reference.',
  'settings-keys.bulkhead.devices.item.users':
    'Users who may give it to a container. Missing, and no groups: everybody.',
  'settings-keys.bulkhead.devices.item.users.item': 'Name or number of a user.',
  'settings-keys.bulkhead.devices.item.groups': 'Groups whose members may give it to a container.',
  'settings-keys.bulkhead.devices.item.groups.item': 'Name or number of a group.',
  'settings-keys.bulkhead.networkVolumes': concat(
    'Shares of other machines that containers may have as volumes of the `local` driver with `type` nfs or ',
    'cifs. Missing or empty: none. The engine mounts them; whoever may use its socket may mount them.',
  ),
  'settings-keys.bulkhead.networkVolumes.item': 'A share of another machine.',
  'settings-keys.bulkhead.networkVolumes.item.type': 'nfs (also for `type` nfs4) or cifs.',
  'settings-keys.bulkhead.networkVolumes.item.source': concat(
    '"server:/path" (NFS) or "//server/share/path" (CIFS): the server as volumes name it, and exactly this ',
    'directory; * and ? stand for a part of one name.',
  ),
  'settings-keys.bulkhead.language': concat(
    'Language of the texts that Docker clients show when something is denied. ',
    'They begin with "enhanced container isolation:" in every language.',
  ),
  'settings-keys.exposeDockerAPIOnTCP2375': 'Exposes the Docker API without authentication on TCP port 2375.',
  'settings-keys.proxy': 'Proxy for Docker Desktop itself.',
  'settings-keys.proxy.mode': 'Where Docker Desktop takes its proxy from.',
  'settings-keys.proxy.http': 'Proxy for HTTP.',
  'settings-keys.proxy.https': 'Proxy for HTTPS.',
  'settings-keys.proxy.exclude': 'Hosts reached without the proxy, as a list.',
  'settings-keys.proxy.pac': 'Address of a proxy auto-configuration file.',
  'settings-keys.proxy.embeddedPac': 'A proxy auto-configuration script.',
  'settings-keys.proxy.windowsDockerdPort':
    'Local port of the internal proxy for the Windows Docker daemon; 0 picks one, -1 turns it off.',
  'settings-keys.proxy.enableKerberosNtlm': 'Kerberos and NTLM authentication at the proxy.',
  'settings-keys.proxy.transparentPorts': 'Ports proxied transparently, such as "80,443".',
  'settings-keys.containersProxy': 'Proxy for containers.',
  'settings-keys.containersProxy.mode': 'Where a container takes its proxy from.',
  'settings-keys.linuxVM': 'The Linux virtual machine that the engine runs in.',
  'settings-keys.linuxVM.wslEngineEnabled': 'Uses the WSL 2 based engine.',
  'settings-keys.linuxVM.dockerDaemonOptions': concat(
    'Options for the Linux engine, as a JSON document inside a string. ',
    'Some are overridden while Enhanced Container Isolation is on.',
  ),
  'settings-keys.linuxVM.vpnkitCIDR': 'Network of the virtual machine.',
  'settings-keys.kubernetes': "Docker Desktop's Kubernetes.",
  'settings-keys.kubernetes.enabled': 'Starts Kubernetes with Docker Desktop.',
  'settings-keys.kubernetes.showSystemContainers': 'Shows its system containers.',
  'settings-keys.kubernetes.imagesRepository':
    'Registry and repository prefix to pull the Kubernetes images from.',
  'settings-keys.kubernetes.mode': 'Cluster provisioner.',
  'settings-keys.kubernetes.version': 'Kubernetes version.',
  'settings-keys.kubernetes.nodeCount': 'Number of nodes.',
  'settings-keys.windowsContainers': 'The engine for Windows containers.',
  'settings-keys.windowsContainers.dockerDaemonOptions': concat(
    'Options for the Windows engine, as a JSON document inside a string. ',
    'Some are overridden while Enhanced Container Isolation is on.',
  ),
  'settings-keys.disableUpdate': 'Turns off update checks and notifications.',
  'settings-keys.analyticsEnabled': 'Sends usage statistics to Docker.',
  'settings-keys.extensionsEnabled':
    'Allows Docker extensions. Extension containers are not protected by ECI.',
  'settings-keys.onlyMarketplaceExtensions': 'Allows only extensions from the marketplace.',
  'settings-keys.extensionsPrivateMarketplace': 'Uses a private extensions marketplace.',
  'settings-keys.extensionsPrivateMarketplaceAdminContactURL':
    'Where to request extensions of the private marketplace.',
  'settings-keys.scout': 'Docker Scout.',
  'settings-keys.scout.sbomIndexing': 'Indexes images when they are viewed.',
  'settings-keys.scout.useBackgroundIndexing': 'Indexes images after a build or pull.',
  'settings-keys.allowBetaFeatures': 'Allows beta features.',
  'settings-keys.allowExperimentalFeatures': 'Allows experimental features.',
  'settings-keys.useVirtualizationFrameworkVirtioFS': 'Shares files through VirtioFS.',
  'settings-keys.useVirtualizationFrameworkRosetta': 'Runs x86-64 programs through Rosetta.',
  'settings-keys.useGrpcfuse': 'Shares files through gRPC FUSE.',
  'settings-keys.displayedOnboarding': 'Skips the onboarding survey.',
  'settings-keys.desktopTerminalEnabled': 'Offers a terminal on the host inside Docker Desktop.',
  'settings-keys.silentModulesUpdate': 'Updates components without asking, where no restart is needed.',
  'settings-keys.enableInference': 'Docker Model Runner.',
  'settings-keys.enableInferenceTCP': 'Reaches Docker Model Runner over TCP.',
  'settings-keys.enableInferenceTCPPort': 'TCP port of Docker Model Runner.',
  'settings-keys.enableInferenceCORS':
    'Web origins that may reach Docker Model Runner: none if empty, "*" for all, or a comma-separated list.',
  'settings-keys.enableInferenceGPUVariant': 'Docker Model Runner on the GPU.',
  'settings-keys.enableDockerAI': 'Docker AI features.',
  'settings-keys.enableDockerMCPToolkit': 'Docker MCP Toolkit.',
  'settings-keys.enableCloud': 'Docker Offload: runs builds and containers in the cloud.',
  'settings-keys.defaultNetworkingMode': 'IP versions of new networks.',
  'settings-keys.dnsInhibition': 'Which DNS record types are held back from containers.',
  'settings-keys.portBindingBehavior': 'Which addresses published ports are bound to.',
  'settings-keys.schema': 'Address or path of the JSON Schema of this file.',
} as const;
