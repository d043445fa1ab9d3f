import * as z from 'zod';
import { backendIds } from '../../isolation/backends.ts';
import { messageLanguages } from '../../language.ts';
import { bool, entry, group, key, list, object, oneOf } from './key.ts';

export const backendChoices = ['auto', ...backendIds] as const;
export const policyModes = ['enforce', 'audit'] as const;
export const existingContainersChoices = ['block', 'warn'] as const;
export const socketScopes = ['all', 'own'] as const;
export const hideEnvironmentChoices = ['never', 'socket-mounts', 'always'] as const;

/** Variables a shared directory may start with. */
export const shareVariables = ['$HOME', '$TMP', '$TEMP'] as const;

/** The only version of the format there is. */
export const settingsFileVersion = 2;

/** What a missing key means, where that is one value. */
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
  language: 'en',
} as const;

const commandListKeys = {
  type: oneOf(
    ['deny', 'allow'],
    'deny: everything but the listed commands; allow: only the listed commands.',
    settingDefaults.commandListType,
  ),
  commands: list(
    key(z.string(), { description: 'A Docker command or group.', content: 'docker-command' }),
    'Docker commands (push, build) or groups (image*).',
  ),
};

const socketMountKeys = {
  imageList: group(
    {
      images: list(
        key(z.string(), { description: 'An image reference.' }),
        'name[:tag] (no tag means latest, tag * means any), name@sha256:…, or * for any image.',
      ),
      allowDerivedImages: key(z.boolean(), {
        description: 'Also allow local images built FROM an allowed one.',
        default: settingDefaults.allowDerivedImages,
        since: { version: '4.34' },
      }).optional(),
    },
    'Images that may mount the Docker socket.',
  ),
  commandList: group(commandListKeys, 'Docker commands that may be sent through a mounted socket.'),
};

/** A command list for one image, instead of the general one (B7). */
const perImageCommandList = object(
  {
    image: key(z.string(), { description: 'The image reference it is for.' }),
    ...commandListKeys,
    scope: oneOf(
      socketScopes,
      'What its containers see through their socket. Default: what socketMounts.scope says.',
    ),
  },
  'A command list for one image.',
);

const bulkheadKeys = {
  backend: oneOf(backendChoices, 'Isolation backend.', settingDefaults.backend),
  mode: oneOf(policyModes, 'audit: what would be denied is logged and let through.', settingDefaults.mode),
  existingContainers: oneOf(
    existingContainersChoices,
    'Containers made before ECI was turned on: block their start, exec and copy, or only warn.',
    settingDefaults.existingContainers,
  ),
  perImageCommandLists: list(
    perImageCommandList,
    'Command lists for single images, instead of the general one; the first match counts.',
  ),
  socketMounts: group(
    {
      scope: oneOf(
        socketScopes,
        'own: a container sees and touches only what was made through its own socket; all: everything.',
        settingDefaults.socketScope,
      ),
    },
    'What containers may do with the Docker socket they mount.',
  ),
  hideEnvironment: oneOf(
    hideEnvironmentChoices,
    "From whom `docker inspect` hides the values of containers' environment variables: socket-mounts = from containers with the Docker socket, always = from everyone. Tools that copy a container's configuration can't do so then.",
    settingDefaults.hideEnvironment,
  ),
  language: oneOf(
    messageLanguages,
    'Language of the texts that Docker clients show when something is refused. They begin with "enhanced container isolation:" in every language.',
    settingDefaults.language,
  ),
};

/**
 * The keys the engine acts on. A wrong type in one of them makes the policy unreadable: it fails closed, it
 * never becomes a default.
 */
export const engineKeys = {
  configurationFileVersion: key(z.number(), {
    description: 'Version of the file format: 2.',
    usedBy: 'both',
    constant: settingsFileVersion,
  }).optional(),
  enhancedContainerIsolation: group(
    {
      locked: bool('true: users can change neither this nor its sub-settings.', settingDefaults.eci.locked),
      value: bool('Turns Enhanced Container Isolation on.', settingDefaults.eci.value),
      dockerSocketMount: group(
        socketMountKeys,
        'Which containers may mount the Docker socket, and what they may do through it. By default none may.',
        { since: { version: '4.27', wsl2: '4.28' } },
      ),
    },
    'Runs every container in a user namespace of its own.',
    { usedBy: 'both' },
  ),
  filesharingAllowedDirectories: list(
    object(
      {
        path: key(z.string(), {
          description: 'Absolute path; $HOME, $TMP and $TEMP are replaced.',
          examples: shareVariables,
        }),
        sharedByDefault: bool('Shared without the user asking for it.', settingDefaults.sharedByDefault),
      },
      'A shared directory.',
    ),
    'Host directories that may be bind-mounted, with everything below them. Missing: the default shares; empty: none.',
    { usedBy: 'both' },
  ),
  blockDockerLoad: entry(
    z.boolean(),
    'Refuses `docker load`: every image has to come from a registry or a build.',
    { usedBy: 'both' },
  ),
  bulkhead: group(
    bulkheadKeys,
    'What only engines guarded by Bulkhead understand. Never written for Docker Desktop.',
    { usedBy: 'engine' },
  ),
};
