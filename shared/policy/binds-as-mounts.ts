import { defaultDeviceAt } from '../isolation/default-devices.ts';
import { cleanPath } from './bind-source.ts';
import { parseBind } from './bind-spec.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { parseJson } from './json-parser.ts';
import { parseVolumesFrom, type ContainerReference } from './references.ts';
import { listAt, objectAt, textAt, textsAt } from './shape.ts';

// The engine creates a missing source of `Binds` itself, whenever it starts the container: as root, and
// following links. For a mount of type bind without CreateMountpoint it does not. So binds are sent as such
// mounts, with the client's original in a field that has no meaning on Linux and that the engine keeps:
// `Consistency`. Inspect responses contain the original again.

/**
 * What a mount was converted from, in its `Consistency`: an entry of `Binds` with its place there, one of
 * another container's, a mount.
 */
const bindMark = 'bulkhead-bind:';
const inheritedMark = 'bulkhead-inherited';
const createdMark = 'bulkhead-made:';
/**
 * As above for a volume that is a directory of the machine (`bind-volumes.ts`): an entry of `Binds` with its
 * place among all, a mount as it was sent. Their sources are not created.
 */
export const boundVolumeMark = 'bulkhead-volume:';
export const mountOfVolumeMark = 'bulkhead-volume-mount:';

/** Prefix of every mark. */
const markPrefix = 'bulkhead-';
/** A response of the engine without this text contains no bind to restore. */
export const convertedBindText = `"Consistency":"${markPrefix}`;

/** Consistencies that a client may request; the engine would accept any text. */
export const consistencies: ReadonlySet<string> = new Set([
  '',
  'default',
  'consistent',
  'cached',
  'delegated',
]);

/**
 * Whether a mount of a container's `HostConfig` was converted from a bind (or a mount whose source is
 * created).
 */
export const isConvertedBind = (consistency: string): boolean =>
  consistency.startsWith(markPrefix) && !isBoundVolume(consistency);
const isBoundVolume = (consistency: string): boolean =>
  consistency.startsWith(boundVolumeMark) || consistency.startsWith(mountOfVolumeMark);

export interface BindsToMountsOptions {
  /**
   * SELinux is enabled: for a source that is bound with z or Z the engine sets the container's label, for
   * `Binds` only.
   */
  readonly relabels: boolean;
  /** Containers that the request references, by name or id as in the request. */
  readonly containers: ReadonlyMap<string, ContainerReference | null>;
}

/**
 * A create request's `HostConfig` with its binds, and those from `VolumesFrom`, as mounts whose source the
 * engine does not create.
 */
export function bindsToMounts(host: JsonObject, options: BindsToMountsOptions): JsonObject {
  const unconverted: string[] = [];
  const converted: Json[] = [];
  textsAt(host, 'Binds').forEach((text, index) => {
    const mount = convertBind(text, index, options);
    if (mount === null) unconverted.push(text);
    else converted.push(mount);
  });
  const mounts = [...listAt(host, 'Mounts').map(convertMount), ...converted];
  const written = new Map(host);
  if (unconverted.length > 0) written.set('Binds', unconverted);
  else written.delete('Binds');
  const all = [...mounts, ...inherited(host, mounts, unconverted, options)];
  if (all.length > 0) written.set('Mounts', all);
  return written;
}

/**
 * Options that exclude each other; the engine refuses a bind with two of one group, or with an option for
 * volumes only.
 */
const optionGroups: readonly ReadonlySet<string>[] = [
  new Set(['ro', 'rw', 'rro']),
  new Set(['z', 'Z']),
  new Set(['private', 'rprivate', 'slave', 'rslave']),
  new Set(['default', 'consistent', 'cached', 'delegated']),
];
const isRefused = (options: readonly string[]): boolean =>
  options.includes('nocopy') ||
  optionGroups.some((group) => options.filter((option) => group.has(option)).length > 1);

/** Null: not converted, for the engine to refuse or to label. */
function convertBind(text: string, index: number, { relabels }: BindsToMountsOptions): JsonObject | null {
  const parsed = parseBind(text);
  if (!parsed.ok || parsed.spec.kind !== 'path') return null;
  const { source, destination, options } = parsed.spec;
  // The engine must not relabel a device of the machine.
  const isLabelled =
    relabels &&
    options.some((option) => option === 'z' || option === 'Z') &&
    defaultDeviceAt(source) === null;
  if (isRefused(options) || isLabelled) return null;
  const propagation = options.find((option) => /^r?(?:private|slave)$/.test(option));
  const bindOptions = new Map<string, Json>([
    ...(propagation === undefined ? [] : [['Propagation', propagation] as const]),
    ...(options.includes('rro') ? [['ReadOnlyForceRecursive', true] as const] : []),
  ]);
  return bindMount(source, destination, `${bindMark}${index}:${text}`, {
    readOnly: options.includes('ro') || options.includes('rro'),
    bindOptions,
  });
}

function bindMount(
  source: string,
  target: string,
  consistency: string,
  { readOnly, bindOptions }: { readonly readOnly: boolean; readonly bindOptions: JsonObject },
): JsonObject {
  return new Map<string, Json>([
    ['Type', 'bind'],
    ['Source', source],
    ['Target', target],
    ['Consistency', consistency],
    ...(readOnly ? [['ReadOnly', true] as const] : []),
    ...(bindOptions.size > 0 ? [['BindOptions', bindOptions] as const] : []),
  ]);
}

/** Converts a mount with CreateMountpoint, whose source the gateway creates instead. */
function convertMount(mount: Json): Json {
  if (!isObject(mount) || textAt(mount, 'Type') !== 'bind') return mount;
  const options = new Map(objectAt(mount, 'BindOptions'));
  if (options.get('CreateMountpoint') !== true) return mount;
  options.delete('CreateMountpoint');
  return new Map(mount)
    .set('BindOptions', options)
    .set('Consistency', `${createdMark}${textAt(mount, 'Consistency')}`);
}

/**
 * Binds of other containers: the engine copies them as binds whose source it creates, unless the request has
 * a mount there.
 */
function inherited(
  host: JsonObject,
  mounts: readonly Json[],
  binds: readonly string[],
  { containers }: BindsToMountsOptions,
): Json[] {
  const usedDestinations = new Set(
    [
      ...mounts.map((mount) => (isObject(mount) ? textAt(mount, 'Target') : '')),
      ...binds.map((text) => {
        const parsed = parseBind(text);
        return parsed.ok ? parsed.spec.destination : '';
      }),
      ...objectAt(host, 'Tmpfs').keys(),
    ].map((destination) => cleanPath(destination) ?? ''),
  );
  const found = new Map<string, Json>();
  for (const text of textsAt(host, 'VolumesFrom')) {
    const parsed = parseVolumesFrom(text);
    const container =
      parsed === null ? undefined : [...containers.values()].find((one) => one?.id === parsed.container);
    if (parsed === null || !container) continue;
    for (const { type, source, destination, readOnly, propagation = '' } of container.mounts) {
      // A later one replaces an earlier one, of whatever type.
      found.delete(destination);
      if (type !== 'bind' || usedDestinations.has(destination)) continue;
      found.set(
        destination,
        bindMount(source, destination, inheritedMark, {
          readOnly: readOnly || parsed.mode.split(',').includes('ro'),
          bindOptions: new Map<string, Json>(propagation === '' ? [] : [['Propagation', propagation]]),
        }),
      );
    }
  }
  return [...found.values()];
}

/**
 * A container's inspect response with the binds and mounts that the client sent. Everything else is
 * unchanged.
 */
export function restoreBinds(inspected: Json): Json {
  if (!isObject(inspected)) return inspected;
  const host = objectAt(inspected, 'HostConfig');
  const mounts = listAt(host, 'Mounts');
  if (!mounts.some((mount) => isObject(mount) && textAt(mount, 'Consistency').startsWith(markPrefix)))
    return inspected;
  const { binds, modes } = decodeBinds(
    mounts.map((mount) => (isObject(mount) ? textAt(mount, 'Consistency') : '')),
    textsAt(host, 'Binds'),
  );
  const sent = mounts.flatMap((mount): Json[] => {
    if (!isObject(mount)) return [mount];
    const consistency = textAt(mount, 'Consistency');
    if (consistency.startsWith(createdMark))
      return [restoreMount(mount, consistency.slice(createdMark.length))];
    if (consistency.startsWith(mountOfVolumeMark)) return [mountAsSent(mount)];
    return consistency.startsWith(markPrefix) ? [] : [mount];
  });
  const hostAsSent = new Map(host);
  if (binds.length > 0) hostAsSent.set('Binds', binds);
  if (sent.length > 0) hostAsSent.set('Mounts', sent);
  else hostAsSent.delete('Mounts');
  const volumes = boundVolumes(mounts);
  const points = listAt(inspected, 'Mounts').map((point) => {
    if (!isObject(point)) return point;
    const destination = textAt(point, 'Destination');
    const mode = modes.get(destination);
    const restored = mode === undefined ? point : new Map(point).set('Mode', mode);
    const volume = volumes.get(destination);
    return volume === undefined ? restored : volumePoint(restored, volume);
  });
  const restored = new Map(inspected).set('HostConfig', hostAsSent);
  return inspected.has('Mounts') ? restored.set('Mounts', points) : restored;
}

/** A mount of a volume as the client sent it. */
function mountAsSent(mount: JsonObject): Json {
  const parsed = parseJson(textAt(mount, 'Consistency').slice(mountOfVolumeMark.length));
  return parsed.ok ? parsed.value : mount;
}

/** Names of the volumes that are bound as directories, by cleaned destination. */
function boundVolumes(mounts: readonly Json[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const mount of mounts) {
    if (!isObject(mount)) continue;
    const consistency = textAt(mount, 'Consistency');
    const destination = cleanPath(textAt(mount, 'Target')) ?? '';
    if (consistency.startsWith(boundVolumeMark)) {
      const parsed = parseBind(markedBind(boundVolumeMark, consistency)?.text ?? '');
      if (parsed.ok) names.set(destination, parsed.spec.source);
    } else if (consistency.startsWith(mountOfVolumeMark)) {
      const sent = mountAsSent(mount);
      if (isObject(sent)) names.set(destination, textAt(sent, 'Source'));
    }
  }
  return names;
}

/** A mount point in the engine's form for a volume; its source stays the directory. */
function volumePoint(point: JsonObject, name: string): JsonObject {
  const { Type: _, ...others } = Object.fromEntries(point);
  return new Map<string, Json>(Object.entries({ Type: 'volume', Name: name, ...others, Driver: 'local' }));
}

function restoreMount(mount: JsonObject, consistency: string): JsonObject {
  const written = new Map(mount).set(
    'BindOptions',
    new Map(objectAt(mount, 'BindOptions')).set('CreateMountpoint', true),
  );
  if (consistency === '') written.delete('Consistency');
  else written.set('Consistency', consistency);
  return written;
}

/**
 * `Binds` as they were sent, and the options of the converted ones, by cleaned destination. `consistencies`
 * in any order.
 */
export function decodeBinds(
  consistencies: readonly string[],
  unconverted: readonly string[],
): { readonly binds: string[]; readonly modes: ReadonlyMap<string, string> } {
  const marked = (mark: string) =>
    consistencies
      .flatMap((consistency) => markedBind(mark, consistency) ?? [])
      .sort((a, b) => a.index - b.index);
  // Volumes were removed first, by their places among all.
  const converted = [...marked(bindMark), ...marked(boundVolumeMark)];
  const binds = [...unconverted];
  for (const { index, text } of converted) binds.splice(index, 0, text);
  const modes = new Map(
    converted.map(({ text }) => {
      const parsed = parseBind(text);
      return parsed.ok
        ? ([cleanPath(parsed.spec.destination) ?? '', parsed.spec.options.join(',')] as const)
        : (['', ''] as const);
    }),
  );
  return { binds, modes };
}

/** An entry of `Binds` and its place, from a mark; null for another mark. */
function markedBind(
  mark: string,
  consistency: string,
): { readonly index: number; readonly text: string } | null {
  const found = consistency.startsWith(mark)
    ? /^(\d{1,6}):(.*)$/s.exec(consistency.slice(mark.length))
    : null;
  return found === null ? null : { index: Number(found[1]), text: found[2] ?? '' };
}
