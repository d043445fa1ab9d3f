import { cgroupParentDenial } from './cgroup-parent.ts';
import { capabilitiesOfRuntime, everyBackend } from '../isolation/backends.ts';
import { deviceDenial, deviceLimitDenial } from './create-devices.ts';
import { deny, type Denial } from './decision.ts';
import { invalidSecurityOption, isGoBoolean, type EngineError } from './engine-errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { parseJson } from './json-parser.ts';
import { objectAt, textAt, textMapAt, textsAt } from './shape.ts';
import { message } from '../messages/message.ts';
import type { CreateContext } from './create-context.ts';
import type { CreateFacts } from './references.ts';

/** An action of a log tag's template: a field, `index` or `slice` of one, JSON or its upper or lower case. */
const tagAction = new RegExp(
  String.raw`^\(?(?:(?:index|slice|json|lower|upper|title|truncate) )?\.[A-Za-z]+` +
    String.raw`(?: (?:"[^"\\]*"|[0-9]{1,3}))*\)?(?: ?\| ?(?:json|lower|upper|title))?$`,
);
const longestTagAction = 200;
const logDrivers = new Set([
  '',
  'none',
  'json-file',
  'local',
  'journald',
  'syslog',
  'fluentd',
  'gelf',
  'splunk',
  'awslogs',
  'gcplogs',
]);

/**
 * Devices, security options, cgroup parent, annotations, log driver, switches of the runtime: what reaches
 * past a user namespace.
 */
export function decideConfinement(
  host: ReadonlyMap<string, Json>,
  body: JsonObject,
  context: CreateContext,
  devices: CreateFacts['devices'] = undefined,
): Denial | null {
  return (
    resourceDenial(host, devices) ??
    securityOptions(host) ??
    annotations(host) ??
    logConfig(host) ??
    environment(body, context) ??
    storage(host)
  );
}

/** Devices and cgroup parent: also in `POST /containers/{id}/update`, where no device is listed. */
export function resourceDenial(
  host: ReadonlyMap<string, Json>,
  devices: CreateFacts['devices'] = undefined,
): Denial | null {
  const device = deviceDenial(host, devices) ?? deviceLimitDenial(host);
  if (device !== null) return device;
  return cgroupParentDenial(textAt(host, 'CgroupParent'), '--cgroup-parent');
}

const given = (engineError: EngineError | undefined) => (engineError === undefined ? {} : { engineError });

function securityOptions(host: ReadonlyMap<string, Json>): Denial | null {
  for (const option of textsAt(host, 'SecurityOpt')) {
    if (!safeSecurityOption(option))
      return deny(
        'security-option',
        `--security-opt ${option.length > 80 ? `${option.slice(0, 80)}…` : option}`,
        given(invalidSecurityOption(option)),
      );
  }
  return null;
}

function safeSecurityOption(option: string): boolean {
  // `disable` is `label=disable`.
  if (['no-new-privileges', 'writable-cgroups', 'disable'].includes(option)) return true;
  const found = /^([a-z-]+)[=:]([\s\S]*)$/.exec(option);
  if (!found) return false;
  const [, name, value = ''] = found;
  switch (name) {
    case 'apparmor':
    case 'label':
    case 'systempaths':
      return /^[A-Za-z0-9][A-Za-z0-9_.:,/+-]*$/.test(value) && !value.includes('..');
    // `writable-cgroups` (Docker 28): a container writes in cgroups below its own, as a privileged one does.
    case 'no-new-privileges':
    case 'writable-cgroups':
      return isGoBoolean(value);
    case 'seccomp':
      return value === 'unconfined' || value === 'builtin' || value === '' || safeSeccompProfile(value);
    default:
      return false;
  }
}

/** A profile that does not pass a listener's descriptor to a socket of the engine. */
function safeSeccompProfile(text: string): boolean {
  const profile = parseJson(text);
  return (
    profile.ok &&
    isObject(profile.value) &&
    ![...profile.value.keys()].some((key) => /listener|\u017f/i.test(key))
  );
}

/**
 * Annotations interpreted by systemd, runc, CRIU, containerd, device plugins or isolation runtimes, also by
 * one that is not in use.
 */
const refusedAnnotation = new RegExp(
  String.raw`^(?:org\.systemd\.|run\.oci\.|org\.opencontainers\.runc|org\.criu\.|io\.containerd\.|` +
    String.raw`io\.kubernetes\.|nvidia\.|cdi\.|${everyBackend.map((one) => one.annotationPrefix).join('|')})`,
  'i',
);

function annotations(host: ReadonlyMap<string, Json>): Denial | null {
  for (const key of objectAt(host, 'Annotations').keys()) {
    if (refusedAnnotation.test(key)) {
      return deny('annotation', message('policy.the-annotation', { key }));
    }
  }
  return null;
}

/** The log driver of a create body if it is not one of the engine's own that are allowed; null otherwise. */
export function unknownLogDriver(body: JsonObject): string | null {
  const type = textAt(objectAt(objectAt(body, 'HostConfig'), 'LogConfig'), 'Type');
  return logDrivers.has(type) ? null : type;
}

function logConfig(host: ReadonlyMap<string, Json>): Denial | null {
  const config = objectAt(host, 'LogConfig');
  const type = textAt(config, 'Type');
  if (!logDrivers.has(type)) return deny('log-driver', `--log-driver ${type}`);
  for (const [key, value] of textMapAt(config, 'Config')) {
    if (/(?:^|-)tag$/.test(key) && !isSafeTag(value))
      return deny('log-driver', `--log-opt ${key}=${value.slice(0, 100)}`);
    if (
      /^\s*(?:unix|unixgram|file):/i.test(value) ||
      /(?:-ca-cert|-capath|-cert|-key|credentials-endpoint|credentials)$/.test(key) ||
      // The driver would send requests with the machine's identity there.
      key === 'awslogs-endpoint'
    )
      return deny('log-driver', `--log-opt ${key}=${value}`);
  }
  return null;
}

/**
 * The engine evaluates a tag's template as it starts the container: a loop, or padding, could use unlimited
 * time and memory.
 */
function isSafeTag(tag: string): boolean {
  return tag
    .split('{{')
    .slice(1)
    .every((rest) => {
      const end = rest.indexOf('}}');
      if (end < 0 || end > longestTagAction) return false;
      return tagAction.test(
        rest
          .slice(0, end)
          .replace(/^-(?= )/, '')
          .replace(/ -$/, '')
          .split(' ')
          .filter((word) => word !== '')
          .join(' '),
      );
    });
}

function environment(body: JsonObject, context: CreateContext): Denial | null {
  const reserved = capabilitiesOfRuntime(context.runtime)?.reservedEnvironment ?? null;
  if (reserved === null) return null;
  const found = textsAt(body, 'Env').find((entry) => reserved.test(entry));
  return found === undefined
    ? null
    : deny('environment-switch', message('policy.the-variable', { variable: found.split('=', 1)[0] ?? '' }));
}

/** An option of storage drivers in a create body that is none of those that are allowed; null otherwise. */
export function unknownStorageKey(body: JsonObject): string | null {
  return firstUnknownStorageKey(objectAt(body, 'HostConfig')) ?? null;
}

const firstUnknownStorageKey = (host: ReadonlyMap<string, Json>): string | undefined =>
  [...objectAt(host, 'StorageOpt').keys()].find((name) => name !== 'size');

/** How a denial names an option of storage drivers. */
export const storageOption = (key: string): string => `--storage-opt ${key}`;

function storage(host: ReadonlyMap<string, Json>): Denial | null {
  const key = firstUnknownStorageKey(host);
  return key === undefined ? null : deny('unmodelled-value', storageOption(key));
}
