import * as z from 'zod';
import { backendIds } from '../../isolation/backends.ts';
import { messageLanguages } from '../../language.ts';
import { message } from '../../messages/message.ts';
import { bool, entry, group, key, list, object, oneOf } from './key.ts';

export const backendChoices = ['auto', ...backendIds] as const;
export const policyModes = ['enforce', 'audit'] as const;
export const existingContainersChoices = ['block', 'warn'] as const;
export const socketScopes = ['all', 'own'] as const;
/** What a container may do with a listed device: read, write, create nodes (no container can do that). */
export const deviceAccessChoices = ['r', 'w', 'rw', 'rwm'] as const;
/** File systems of other machines that volumes may be. */
export const networkVolumeTypes = ['nfs', 'cifs'] as const;
export const hideEnvironmentChoices = ['never', 'socket-mounts', 'always'] as const;

/** Variables a shared directory may start with. */
export const shareVariables = ['$HOME', '$TMP', '$TEMP'] as const;

/** The only supported version of the format. */
export const settingsFileVersion = 2;

/** The meaning of a missing key, if that is a single value. */
export const settingDefaults = {
  eci: { locked: false, value: false },
  allowDerivedImages: true,
  commandListType: 'deny',
  sharedByDefault: false,
  backend: 'auto',
  mode: 'enforce',
  existingContainers: 'block',
  socketScope: 'all',
  hideEnvironment: 'never',
  deviceAccess: 'rwm',
  language: 'en',
} as const;

const commandListKeys = {
  type: oneOf(
    ['deny', 'allow'],
    message('settings-keys.enhancedContainerIsolation.dockerSocketMount.commandList.type'),
    settingDefaults.commandListType,
  ),
  commands: list(
    key(z.string(), {
      description: message(
        'settings-keys.enhancedContainerIsolation.dockerSocketMount.commandList.commands.item',
      ),
      content: 'docker-command',
    }),
    message('settings-keys.enhancedContainerIsolation.dockerSocketMount.commandList.commands'),
  ),
};

const socketMountKeys = {
  imageList: group(
    {
      images: list(
        key(z.string(), {
          description: message(
            'settings-keys.enhancedContainerIsolation.dockerSocketMount.imageList.images.item',
          ),
        }),
        message('settings-keys.enhancedContainerIsolation.dockerSocketMount.imageList.images'),
      ),
      allowDerivedImages: key(z.boolean(), {
        description: message(
          'settings-keys.enhancedContainerIsolation.dockerSocketMount.imageList.allowDerivedImages',
        ),
        default: settingDefaults.allowDerivedImages,
        since: { version: '4.34' },
      }).optional(),
    },
    message('settings-keys.enhancedContainerIsolation.dockerSocketMount.imageList'),
  ),
  commandList: group(
    commandListKeys,
    message('settings-keys.enhancedContainerIsolation.dockerSocketMount.commandList'),
  ),
};

/** A command list for one image, replacing the general one (B7). */
const perImageCommandList = object(
  {
    image: key(z.string(), {
      description: message('settings-keys.bulkhead.perImageCommandLists.item.image'),
    }),
    ...commandListKeys,
    scope: oneOf(socketScopes, message('settings-keys.bulkhead.perImageCommandLists.item.scope')),
  },
  message('settings-keys.bulkhead.perImageCommandLists.item'),
);

/** A device that containers may have (A5). */
const allowedDevice = object(
  {
    device: key(z.string(), {
      description: message('settings-keys.bulkhead.devices.item.device'),
      examples: ['/dev/kvm', '/dev/ttyUSB*', 'nvidia.com/gpu=*'],
    }),
    permissions: oneOf(
      deviceAccessChoices,
      message('settings-keys.bulkhead.devices.item.permissions'),
      settingDefaults.deviceAccess,
    ),
    images: list(
      key(z.string(), { description: message('settings-keys.bulkhead.devices.item.images.item') }),
      message('settings-keys.bulkhead.devices.item.images'),
    ),
    users: list(
      key(z.string(), { description: message('settings-keys.bulkhead.devices.item.users.item') }),
      message('settings-keys.bulkhead.devices.item.users'),
    ),
    groups: list(
      key(z.string(), { description: message('settings-keys.bulkhead.devices.item.groups.item') }),
      message('settings-keys.bulkhead.devices.item.groups'),
    ),
  },
  message('settings-keys.bulkhead.devices.item'),
);

/** A share of another machine that containers may mount as a volume (A8). */
const allowedNetworkVolume = object(
  {
    type: key(z.enum(networkVolumeTypes), {
      description: message('settings-keys.bulkhead.networkVolumes.item.type'),
    }),
    source: key(z.string(), {
      description: message('settings-keys.bulkhead.networkVolumes.item.source'),
      examples: ['nas.example.com:/exports/team', '//files.example.com/team'],
    }),
  },
  message('settings-keys.bulkhead.networkVolumes.item'),
);

const bulkheadKeys = {
  backend: oneOf(backendChoices, message('settings-keys.bulkhead.backend'), settingDefaults.backend),
  mode: oneOf(policyModes, message('settings-keys.bulkhead.mode'), settingDefaults.mode),
  existingContainers: oneOf(
    existingContainersChoices,
    message('settings-keys.bulkhead.existingContainers'),
    settingDefaults.existingContainers,
  ),
  perImageCommandLists: list(perImageCommandList, message('settings-keys.bulkhead.perImageCommandLists')),
  socketMounts: group(
    {
      scope: oneOf(
        socketScopes,
        message('settings-keys.bulkhead.socketMounts.scope'),
        settingDefaults.socketScope,
      ),
    },
    message('settings-keys.bulkhead.socketMounts'),
  ),
  hideEnvironment: oneOf(
    hideEnvironmentChoices,
    message('settings-keys.bulkhead.hideEnvironment'),
    settingDefaults.hideEnvironment,
  ),
  devices: list(allowedDevice, message('settings-keys.bulkhead.devices')),
  networkVolumes: list(allowedNetworkVolume, message('settings-keys.bulkhead.networkVolumes')),
  language: oneOf(messageLanguages, message('settings-keys.bulkhead.language'), settingDefaults.language),
};

/**
 * The keys that the engine reads. A wrong type in one of them makes the policy unreadable: it fails closed,
 * and is never replaced by a default.
 */
export const engineKeys = {
  configurationFileVersion: key(z.number(), {
    description: message('settings-keys.configurationFileVersion'),
    usedBy: 'both',
    constant: settingsFileVersion,
  }).optional(),
  enhancedContainerIsolation: group(
    {
      locked: bool(message('settings-keys.enhancedContainerIsolation.locked'), settingDefaults.eci.locked),
      value: bool(message('settings-keys.enhancedContainerIsolation.value'), settingDefaults.eci.value),
      dockerSocketMount: group(
        socketMountKeys,
        message('settings-keys.enhancedContainerIsolation.dockerSocketMount'),
        { since: { version: '4.27', wsl2: '4.28' } },
      ),
    },
    message('settings-keys.enhancedContainerIsolation'),
    { usedBy: 'both' },
  ),
  filesharingAllowedDirectories: list(
    object(
      {
        path: key(z.string(), {
          description: message('settings-keys.filesharingAllowedDirectories.item.path'),
          examples: shareVariables,
        }),
        sharedByDefault: bool(
          message('settings-keys.filesharingAllowedDirectories.item.sharedByDefault'),
          settingDefaults.sharedByDefault,
        ),
      },
      message('settings-keys.filesharingAllowedDirectories.item'),
    ),
    message('settings-keys.filesharingAllowedDirectories'),
    { usedBy: 'both' },
  ),
  blockDockerLoad: entry(z.boolean(), message('settings-keys.blockDockerLoad'), { usedBy: 'both' }),
  bulkhead: group(bulkheadKeys, message('settings-keys.bulkhead'), { usedBy: 'engine' }),
};
