/**
 * A decision as data: the gateway enforces it, the simulator explains it, the plan previews it. Words are rendered from the codes by
 * `refusalText` (English, for Docker clients) or by the app in its own languages.
 */

export const ruleCodes = [
  'runtime-forced', 'userns-ignored', 'privileged-by-runtime',
  'host-namespace', 'foreign-namespace', 'unmodelled-value', 'unmodelled-field', 'unreadable-body',
  'host-device', 'security-option', 'cgroup-parent', 'annotation', 'log-driver', 'environment-switch', 'volume-plugin', 'network-plugin',
  'bind-engine-directory', 'bind-not-shared', 'bind-unresolvable', 'bind-propagation', 'socket-mount', 'volume-options', 'volume-unknown',
  'container-unprotected', 'command-blocked', 'socket-holder', 'not-own', 'owner-label', 'environment-hidden', 'container-name', 'copy-mounts', 'share-missing', 'host-network-build', 'build-entitlement', 'build-source', 'grpc-method', 'docker-load', 'swarm', 'plugin', 'checkpoint', 'debug', 'removed-endpoint', 'unknown-endpoint', 'form-body',
  'pinned-reference', 'cleaned-path', 'own-socket', 'parameter-dropped',
] as const;
export type RuleCode = (typeof ruleCodes)[number];

/** JSON pointer of the setting that would allow what was refused; null when none does. */
export type SettingPointer =
  | '/enhancedContainerIsolation/dockerSocketMount/imageList'
  | '/filesharingAllowedDirectories'
  | '/blockDockerLoad'
  | '/bulkhead/existingContainers'
  | '/enhancedContainerIsolation/dockerSocketMount/commandList'
  | `/bulkhead/perImageCommandLists/${number}`
  | '/bulkhead/socketMounts/scope'
  | '/bulkhead/hideEnvironment'
  | null;

/** What a denial is about, as data: for whoever looks for the setting that would allow it. The words are `what`. */
export interface DenialSubject {
  /** Directory or file on the engine's machine, symbolic links followed. */
  readonly path?: string;
  /** Docker command, as a command list names it. */
  readonly command?: string;
  /** Image whose right it is about. */
  readonly image?: string;
}

/** One thing the gateway writes differently from what the client sent. */
export interface Change {
  readonly rule: RuleCode;
  /** Field, dotted: 'HostConfig.Runtime'. */
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

export interface Denial {
  readonly outcome: 'deny';
  readonly rule: RuleCode;
  /** What was blocked, as the user would name it: '--pid=host', 'bind mount of /etc'. */
  readonly what: string;
  /** Spec id of the requirement (A7, B1, …) the rule comes from; '' where it is the message model's own. */
  readonly spec: string;
  readonly setting: SettingPointer;
  /** Detail for the sentence, e.g. the field's right spelling or the engine's socket. */
  readonly detail?: string;
  readonly subject?: DenialSubject;
}
export type Decision =
  | { readonly outcome: 'allow'; readonly changes: readonly [] }
  | { readonly outcome: 'rewrite'; readonly changes: readonly Change[] }
  | Denial;

export const allow: Decision = { outcome: 'allow', changes: [] };

/** `allow`, or `rewrite` when there are changes. */
export function passed(changes: readonly Change[]): Decision {
  return changes.length === 0 ? allow : { outcome: 'rewrite', changes };
}

export function deny(rule: RuleCode, what: string, more: { spec?: string; setting?: SettingPointer; detail?: string; subject?: DenialSubject } = {}): Denial {
  return { outcome: 'deny', rule, what, spec: more.spec ?? '', setting: more.setting ?? null, ...(more.detail === undefined ? {} : { detail: more.detail }), ...(more.subject === undefined ? {} : { subject: more.subject }) };
}

const ruleTexts: Readonly<Record<RuleCode, string>> = {
  'runtime-forced': 'every container runs with the isolation runtime',
  'userns-ignored': 'every container has a user namespace of its own',
  'privileged-by-runtime': 'Sysbox takes no privileged containers; root in its containers has every capability there anyway',
  'host-namespace': 'a container may not share a namespace with the engine',
  'foreign-namespace': 'a namespace may be shared with a protected container only',
  'unmodelled-value': 'this value is not one the gateway knows to be safe',
  'unmodelled-field': 'the request has a field the gateway does not know, so it cannot tell what it does',
  'unreadable-body': 'the request\'s body cannot be read without doubt',
  'host-device': 'devices of the engine are not given to containers',
  'security-option': 'this security option is not one the gateway knows to be safe',
  'cgroup-parent': 'a container\'s cgroup parent may only be a single plain name',
  annotation: 'this annotation changes how the runtime treats the container',
  'log-driver': 'this log driver or option reaches files, sockets or plugins of the engine',
  'environment-switch': 'this variable changes how the isolation runtime treats the container',
  'volume-plugin': 'volume plugins run outside isolation; only the "local" driver is allowed',
  'network-plugin': 'network plugins run outside isolation; only the engine\'s own drivers are allowed',
  'bind-engine-directory': 'directories that hold the engine\'s own data or sockets are never mounted',
  'bind-not-shared': 'the directory is not shared with containers',
  'bind-unresolvable': 'it cannot be told which directory this is',
  'bind-propagation': 'mounts made in a container may not appear in the engine',
  'socket-mount': 'the Docker socket may be mounted by allowed images only',
  'volume-options': 'a local volume with these options mounts something of the engine; only tmpfs is allowed',
  'volume-unknown': 'the volume could not be looked at',
  'container-unprotected': 'the container was not created under enhanced container isolation',
  'command-blocked': 'the command list of the mounted socket does not let it through',
  'socket-holder': 'the container has a Docker socket under another command list',
  'not-own': 'through this socket only what was made through it may be seen and touched',
  'owner-label': 'the label says who made it, and only the gateway may set it',
  'environment-hidden': 'values of environment variables are hidden',
  'container-name': 'a container\'s name may not look like a container id',
  'copy-mounts': 'the engine would follow a link that anybody may put there at that moment; copy in the shared directory itself, or with tar over docker exec',
  'share-missing': 'a directory that is not there is made by the user who shares it',
  'host-network-build': 'builds do not get the engine\'s network',
  'build-entitlement': 'builds get no rights beyond isolation',
  'build-source': 'what a build is made of must be visible in the request, and lie outside the engine\'s own directories',
  'grpc-method': 'the gateway does not know this call of the build service, so it cannot tell what it does',
  'docker-load': 'loading images from archives is blocked',
  swarm: 'Swarm services run outside isolation',
  plugin: 'engine plugins run as root outside isolation',
  checkpoint: 'checkpoints are written to and read from directories of the engine',
  debug: 'debug endpoints show the engine\'s memory',
  'removed-endpoint': 'the endpoint was removed from the API',
  'unknown-endpoint': 'the gateway does not know this endpoint, so it cannot tell what it does',
  'form-body': 'form bodies override what the request\'s address says',
  'pinned-reference': 'names of containers are replaced by their ids',
  'cleaned-path': 'paths are written without dot segments and symbolic links',
  'own-socket': 'an allowed image gets a Docker socket of its own',
  'parameter-dropped': 'parameters without meaning are left away',
};

const settingTexts: Readonly<Record<Exclude<SettingPointer, null | `/bulkhead/perImageCommandLists/${number}`>, string>> = {
  '/enhancedContainerIsolation/dockerSocketMount/imageList': 'an administrator can allow it with an entry of enhancedContainerIsolation.dockerSocketMount.imageList that covers the image',
  '/filesharingAllowedDirectories': 'an administrator can allow it by listing the directory in filesharingAllowedDirectories',
  '/blockDockerLoad': 'an administrator can allow it with blockDockerLoad',
  '/enhancedContainerIsolation/dockerSocketMount/commandList': 'an administrator can allow it in enhancedContainerIsolation.dockerSocketMount.commandList',
  '/bulkhead/socketMounts/scope': 'an administrator can allow it with bulkhead.socketMounts.scope: "all"',
  '/bulkhead/hideEnvironment': 'an administrator can allow it with bulkhead.hideEnvironment',
  '/bulkhead/existingContainers': 'recreate the container (bulkhead containers recreate), or an administrator can allow it with bulkhead.existingContainers: "warn"',
};

/** The text Docker clients show (B6): what was blocked, by which rule, and which setting would allow it. */
export function refusalText(denial: Denial): string {
  const spec = denial.spec === '' ? '' : ` (${denial.spec})`;
  const detail = denial.detail === undefined || denial.detail === '' ? '' : ` (${denial.detail})`;
  const setting = denial.setting === null ? 'no setting allows it' : settingText(denial.setting);
  return `enhanced container isolation: ${denial.what} is blocked: ${ruleTexts[denial.rule]}${detail}${spec}; ${setting}`;
}

function settingText(setting: Exclude<SettingPointer, null>): string {
  const index = /^\/bulkhead\/perImageCommandLists\/(\d+)$/.exec(setting)?.[1];
  if (index !== undefined) return `an administrator can allow it in bulkhead.perImageCommandLists[${index}]`;
  return settingTexts[setting as keyof typeof settingTexts]; // the one family of pointers without a text of its own is dealt with above
}

/** Requirement behind what is written differently; '' where it is the message model's own. */
export function ruleSpec(rule: RuleCode): string {
  switch (rule) {
    case 'runtime-forced': return 'A6';
    case 'privileged-by-runtime': return 'A4';
    case 'userns-ignored': case 'pinned-reference': return 'A7';
    case 'own-socket': return 'B2';
    case 'cleaned-path': return 'A8';
    default: return '';
  }
}

/** The rule alone, as a sentence without a capital. */
export function ruleText(rule: RuleCode): string {
  return ruleTexts[rule];
}
