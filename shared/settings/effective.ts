import { fail, ok, type AppError, type Result } from '../result.ts';
import { parseSettings, type ParsedSettings } from './parse.ts';
import { syntaxAppError } from './syntax-errors.ts';
import type { MessageLanguage } from '../language.ts';
import {
  settingDefaults,
  settingsFileVersion,
  type backendChoices,
  type deviceAccessChoices,
  type existingContainersChoices,
  type hideEnvironmentChoices,
  type policyModes,
  type socketScopes,
} from './schema/index.ts';
import { joinMessages } from '../messages/join-messages.ts';
import { message, type Message, withReference } from '../messages/message.ts';
import type { AllowedNetworkVolume } from './network-share.ts';
import { isEnginePointer, misspeltCriticalKey } from './known-keys.ts';

/** Commands a container may (not) send through a mounted socket (B5). */
export interface CommandList {
  readonly type: 'deny' | 'allow';
  readonly commands: readonly string[];
}

/** What a container sees through its mounted socket: everything, or what was made through it only. */
export type SocketScope = (typeof socketScopes)[number];

export interface SharedDirectory {
  readonly path: string;
  readonly sharedByDefault: boolean;
}

/** A device of the machine that containers may have (A5), and who may have it. */
export interface AllowedDevice {
  /**
   * Path below /dev, in which `*` and `?` are wildcards within one component, or the name of a CDI device.
   */
  readonly device: string;
  readonly access: (typeof deviceAccessChoices)[number];
  /** Images whose containers may have it, by content; null: all. An empty list: none. */
  readonly images: readonly string[] | null;
  /** Names or numbers of users who may give it to a container; null with `groups` null: all. */
  readonly users: readonly string[] | null;
  /** The same for groups: being in one of the two lists is enough. */
  readonly groups: readonly string[] | null;
}

/** The policy, with every default filled in. */
export interface EffectiveSettings {
  readonly eci: { readonly value: boolean; readonly locked: boolean };
  /** Which isolation backend; 'auto' is `exclusive` (`chosenBackend`). */
  readonly backend: (typeof backendChoices)[number];
  /** Socket mounts (B1, B2, B4, B5, B7). Locked by the main ECI toggle. */
  readonly socket: {
    readonly locked: boolean;
    readonly images: readonly string[];
    readonly allowDerivedImages: boolean;
    readonly commands: CommandList;
    /** The first match applies; an image without one of its own is under `commands`. */
    readonly perImage: readonly (CommandList & { readonly image: string; readonly scope: SocketScope })[];
    readonly scope: SocketScope;
  };
  /** 'default' = the key is missing: $HOME and $TMP. An empty list = nothing may be bind-mounted. */
  readonly fileSharing:
    | { readonly kind: 'default' }
    | { readonly kind: 'list'; readonly directories: readonly SharedDirectory[] };
  readonly blockDockerLoad: { readonly value: boolean; readonly locked: boolean };
  readonly existingContainers: (typeof existingContainersChoices)[number];
  readonly mode: (typeof policyModes)[number];
  /** The callers from whom the values of containers' environment variables are hidden. */
  readonly hideEnvironment: (typeof hideEnvironmentChoices)[number];
  /** Devices that containers may have, in addition to those that act in the opener's own namespaces. */
  readonly devices: readonly AllowedDevice[];
  /** Shares of other machines that containers may have as volumes. */
  readonly networkVolumes: readonly AllowedNetworkVolume[];
  /** Of the texts that Docker clients show when something is refused. */
  readonly language: MessageLanguage;
}

/** A user's own preferences. Effective only if the administrator's `locked` is not true. */
export interface UserOverrides {
  readonly eci?: boolean;
  readonly blockDockerLoad?: boolean;
  readonly socket?: {
    readonly images?: readonly string[];
    readonly allowDerivedImages?: boolean;
    readonly commands?: CommandList;
  };
}

export interface EffectiveOptions {
  readonly overrides?: UserOverrides;
  /**
   * The text was read from an existing file: an empty text is then a broken file, not "no file". Default
   * false.
   */
  readonly exists?: boolean;
}

/** The directories that may be mounted, as written in the settings. */
export const listedPaths = ({ fileSharing }: Pick<EffectiveSettings, 'fileSharing'>): readonly string[] =>
  fileSharing.kind === 'default' ? ['$HOME', '$TMP'] : fileSharing.directories.map(({ path }) => path);

/** Whether any image may mount the Docker socket. */
export const allowsSocketMounts = ({ socket }: Pick<EffectiveSettings, 'socket'>): boolean =>
  socket.images.length > 0;

/** No settings file: ECI off. */
export const defaultSettings: EffectiveSettings = {
  eci: settingDefaults.eci,
  backend: settingDefaults.backend,
  socket: {
    locked: settingDefaults.eci.locked,
    images: [],
    allowDerivedImages: settingDefaults.allowDerivedImages,
    commands: { type: settingDefaults.commandListType, commands: [] },
    perImage: [],
    scope: settingDefaults.socketScope,
  },
  fileSharing: { kind: 'default' },
  blockDockerLoad: { value: false, locked: false },
  existingContainers: settingDefaults.existingContainers,
  mode: settingDefaults.mode,
  hideEnvironment: settingDefaults.hideEnvironment,
  devices: [],
  networkVolumes: [],
  language: settingDefaults.language,
};

/**
 * Replaces an unreadable policy: isolation on, no image may have the socket, nothing may be bind-mounted or
 * loaded.
 */
export const lockedDownSettings: EffectiveSettings = {
  eci: { value: true, locked: true },
  backend: 'auto',
  socket: {
    locked: true,
    images: [],
    allowDerivedImages: false,
    commands: { type: 'allow', commands: [] },
    perImage: [],
    scope: 'own',
  },
  fileSharing: { kind: 'list', directories: [] },
  blockDockerLoad: { value: true, locked: true },
  existingContainers: 'block',
  mode: 'enforce',
  hideEnvironment: 'always',
  devices: [],
  networkVolumes: [],
  language: 'en',
};

/**
 * The policy of a settings text. '' is "no file": ECI off (see EffectiveOptions.exists). Anything ambiguous
 * is an error, never a default: invalid JSON (settings.syntax), a wrong type, a duplicated or differently
 * cased key that the engine reads (settings.findings), another format version (settings.version-unknown).
 */
export function effectiveSettings(
  input: string | ParsedSettings,
  options: EffectiveOptions = {},
): Result<EffectiveSettings> {
  if (input === '' && options.exists !== true) return ok(override(defaultSettings, options.overrides));
  let parsed: ParsedSettings;
  if (typeof input === 'string') {
    const result = parseSettings(input);
    if (!result.ok) return { ok: false, error: syntaxAppError(result.error) };
    parsed = result.value;
  } else parsed = input;

  const usable = usableSettings(parsed);
  return usable.ok ? ok(override(withDefaults(usable.value), options.overrides)) : usable;
}

type Settings = NonNullable<ParsedSettings['settings']>;

/** The parsed settings, unless anything in them is ambiguous. */
function usableSettings(parsed: ParsedSettings): Result<Settings> {
  const settings = parsed.settings;
  if (settings === null) return unusable(describeTypeErrors(parsed), parsed.typeErrors[0]?.pointer ?? '');
  const duplicate = parsed.duplicates.find((d) => isEnginePointer(d.pointer));
  if (duplicate !== undefined)
    return unusable(message('settings.key-duplicated', { pointer: duplicate.pointer }), duplicate.pointer);
  const misspelt = misspeltCriticalKey(parsed.value);
  if (misspelt !== null)
    return unusable(
      message('settings.key-letter-case', { found: misspelt.found, known: misspelt.known }),
      misspelt.pointer,
    );
  const version = settings.configurationFileVersion;
  if (version !== undefined && version !== settingsFileVersion) {
    return fail(
      'settings.version-unknown',
      message('settings.format-version-unsupported', { version, settingsFileVersion }),
      {
        hint: message('settings.set-format-version', { settingsFileVersion }),
        params: { version },
      },
    );
  }
  return ok(settings);
}

/** How many values of wrong types are named. */
const namedTypeErrors = 3;

function describeTypeErrors({ typeErrors }: ParsedSettings): string | Message {
  if (typeErrors.length === 0) return message('settings.key-type-wrong');
  const named = typeErrors
    .slice(0, namedTypeErrors)
    .map((error) => withReference(error.message, error.sentence));
  const more = typeErrors.length - named.length;
  return joinMessages('sentences', [
    ...named,
    ...(more === 0 ? [] : [message('settings.more-wrong', { count: more })]),
  ]);
}

function withDefaults(settings: Settings): EffectiveSettings {
  const eci = settings.enhancedContainerIsolation;
  const mount = eci?.dockerSocketMount;
  const directories = settings.filesharingAllowedDirectories;
  const own = settings.bulkhead;
  const locked = eci?.locked ?? settingDefaults.eci.locked;
  const scope = own?.socketMounts?.scope ?? settingDefaults.socketScope;
  return {
    eci: { value: eci?.value ?? settingDefaults.eci.value, locked },
    backend: own?.backend ?? settingDefaults.backend,
    socket: {
      locked,
      images: mount?.imageList?.images ?? [],
      allowDerivedImages: mount?.imageList?.allowDerivedImages ?? settingDefaults.allowDerivedImages,
      commands: {
        type: mount?.commandList?.type ?? settingDefaults.commandListType,
        commands: mount?.commandList?.commands ?? [],
      },
      perImage: (own?.perImageCommandLists ?? []).map((list) => ({
        image: list.image,
        type: list.type ?? settingDefaults.commandListType,
        commands: list.commands ?? [],
        scope: list.scope ?? scope,
      })),
      scope,
    },
    fileSharing:
      directories === undefined
        ? { kind: 'default' }
        : {
            kind: 'list',
            directories: directories.map((d) => ({
              path: d.path,
              sharedByDefault: d.sharedByDefault ?? settingDefaults.sharedByDefault,
            })),
          },
    blockDockerLoad: {
      value: settings.blockDockerLoad?.value === true,
      locked: settings.blockDockerLoad?.locked === true,
    },
    existingContainers: own?.existingContainers ?? settingDefaults.existingContainers,
    mode: own?.mode ?? settingDefaults.mode,
    hideEnvironment: own?.hideEnvironment ?? settingDefaults.hideEnvironment,
    devices: (own?.devices ?? []).filter(hasNoMembersBut(deviceMembers)).map((entry) => ({
      device: entry.device,
      access: entry.permissions ?? settingDefaults.deviceAccess,
      images: entry.images ?? null,
      users: entry.users ?? null,
      groups: entry.groups ?? null,
    })),
    networkVolumes: (own?.networkVolumes ?? [])
      .filter(hasNoMembersBut(networkVolumeMembers))
      .map(({ type, source }) => ({ type, source })),
    language: own?.language ?? settingDefaults.language,
  };
}

const deviceMembers = new Set(['device', 'permissions', 'images', 'users', 'groups']);
const networkVolumeMembers = new Set(['type', 'source']);
/** An entry with a member that this version does not know could be narrower than what is known of it. */
const hasNoMembersBut =
  (known: ReadonlySet<string>) =>
  (entry: object): boolean =>
    Object.keys(entry).every((name) => known.has(name));

function unusable(reason: string | Message, pointer: string): Result<never, AppError> {
  return fail('settings.findings', message('settings.file-not-a-policy'), {
    reason,
    hint: message('settings.correct-with-lint'),
    params: { pointer },
  });
}

function override(settings: EffectiveSettings, overrides: UserOverrides | undefined): EffectiveSettings {
  if (overrides === undefined) return settings;
  return {
    ...settings,
    eci: settings.eci.locked ? settings.eci : { value: overrides.eci ?? settings.eci.value, locked: false },
    socket: settings.socket.locked ? settings.socket : { ...settings.socket, ...overrides.socket },
    blockDockerLoad: settings.blockDockerLoad.locked
      ? settings.blockDockerLoad
      : { value: overrides.blockDockerLoad ?? settings.blockDockerLoad.value, locked: false },
  };
}
