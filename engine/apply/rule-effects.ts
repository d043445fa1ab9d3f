import type { PlanEffect } from '../../shared/apply/plan.ts';
import {
  isUsedByAllowedImage,
  parseImageReference,
  referenceCovers,
} from '../../shared/settings/image-reference.ts';
import {
  allowsSocketMounts,
  listedPaths,
  type AllowedDevice,
  type EffectiveSettings,
} from '../../shared/settings/effective.ts';
import { missingBecause, type TargetCapabilities } from '../../shared/targets/capabilities.ts';

/** Maximum number of names in a line, next to the count of all. */
export const maxNames = 50;

/** Adds a line about what is so afterwards. */
type AddEffect = (kind: PlanEffect['kind'], code: PlanEffect['code'], params?: PlanEffect['params']) => void;

export interface DangerousShare {
  readonly path: string;
  readonly everything: boolean;
}

/** Whether a part of the settings differs from what was enforced before. Without ECI nothing was. */
export const differ = (
  before: EffectiveSettings,
  after: EffectiveSettings,
  part: (settings: EffectiveSettings) => unknown,
): boolean => !before.eci.value || JSON.stringify(part(before)) !== JSON.stringify(part(after));

/** Containers that mount what is not shared any more: all, and the names of the first ones. */
interface Mounting {
  readonly count: number;
  readonly names: readonly string[];
}

/**
 * What is refused or allowed from now on and was not before: if ECI is turned on, every rule; otherwise those
 * that change.
 */
export function addRuleEffects(
  capabilities: TargetCapabilities,
  before: EffectiveSettings,
  after: EffectiveSettings,
  dangerous: readonly DangerousShare[],
  add: AddEffect,
  mounting: Mounting,
): void {
  addShareEffects(before, after, dangerous, add, mounting);
  if (capabilities.enforcedByGateway && before.eci.value) addListed(before, after, add);
  addSocketImages(before, after, add);
  const isOffered = missingBecause(capabilities, 'per-image-lists') === null;
  if (isOffered) addSocketCommands(before, after, add);
  else addSocketCommands(withoutImageLists(before), withoutImageLists(after), add);
}

const withoutImageLists = (settings: EffectiveSettings): EffectiveSettings => ({
  ...settings,
  socket: { ...settings.socket, perImage: [] },
});

/** That refusals end or begin because of audit mode. */
export function addAuditEffect(
  capabilities: TargetCapabilities,
  before: EffectiveSettings,
  after: EffectiveSettings,
  add: AddEffect,
): void {
  if (missingBecause(capabilities, 'audit-mode') !== null || !after.eci.value) return;
  const wasAudit = before.eci.value && before.mode === 'audit';
  if (after.mode === 'audit' && !wasAudit) add('unprotected', 'audit-on');
  else if (after.mode !== 'audit' && wasAudit) add('new-rule', 'audit-off');
}

const firstFew = (names: readonly string[]) => names.slice(0, maxNames);
const without = (names: readonly string[], others: readonly string[]) =>
  names.filter((name) => !others.includes(name));

function addShareEffects(
  before: EffectiveSettings,
  after: EffectiveSettings,
  dangerous: readonly DangerousShare[],
  add: AddEffect,
  mounting: Mounting,
): void {
  // Nothing is outside of the whole file system.
  if (!differ(before, after, listedPaths) || dangerous.some(({ everything }) => everything)) return;
  const permitted = listedPaths(before);
  const first = dangerous.map(({ path }) => path);
  const shares = [...first, ...without(listedPaths(after), first)];
  if (!before.eci.value || without(permitted, shares).length > 0)
    add('new-rule', 'mounts-outside-shares-refused', {
      count: shares.length,
      paths: firstFew(shares),
      ...(mounting.count === 0 ? {} : { mounting: mounting.count, mountingNames: [...mounting.names] }),
    });
  // Dangerous ones have a line of their own.
  const added = before.eci.value ? without(without(shares, permitted), first) : [];
  if (added.length > 0)
    add('allowed', 'directories-allowed', { count: added.length, paths: firstFew(added) });
}

/** Devices and shares of other machines that containers may have from now on. */
function addListed(before: EffectiveSettings, after: EffectiveSettings, add: AddEffect): void {
  const added = after.devices.filter((entry) => !before.devices.some((earlier) => covers(earlier, entry)));
  const forAll = devicesOf(added.filter(isUnlimited));
  const limited = without(devicesOf(added), forAll);
  for (const [limits, devices] of [
    ['none', forAll],
    ['rule', limited],
  ] as const)
    if (devices.length > 0)
      add('allowed', 'devices-allowed', { count: devices.length, devices: firstFew(devices), limits });
  const sources = after.networkVolumes
    .filter(({ type, source }) => !before.networkVolumes.some((e) => e.type === type && e.source === source))
    .map(({ source }) => source);
  if (sources.length > 0)
    add('allowed', 'network-volumes-allowed', { count: sources.length, sources: firstFew(sources) });
}

const devicesOf = (entries: readonly AllowedDevice[]): readonly string[] => [
  ...new Set(entries.map(({ device }) => device)),
];

const isForEverybody = ({ users, groups }: AllowedDevice): boolean => users === null && groups === null;

/** Whether containers of every image may have it, whoever makes them. */
const isUnlimited = (entry: AllowedDevice): boolean => entry.images === null && isForEverybody(entry);

/** Whether an entry allows what another one does. Patterns are compared as written. */
function covers(entry: AllowedDevice, other: AllowedDevice): boolean {
  const lists = (all: readonly string[] | null, some: readonly string[] | null): boolean =>
    without(some ?? [], all ?? []).length === 0;
  return (
    entry.device === other.device &&
    [...other.access].every((right) => entry.access.includes(right)) &&
    (entry.images === null || (other.images !== null && lists(entry.images, other.images))) &&
    (isForEverybody(entry) ||
      (!isForEverybody(other) && lists(entry.users, other.users) && lists(entry.groups, other.groups)))
  );
}

function addSocketImages(before: EffectiveSettings, after: EffectiveSettings, add: AddEffect): void {
  const { images, allowDerivedImages } = after.socket;
  const hadNone = before.eci.value && before.socket.images.length === 0;
  if (hadNone && images.length === 0) return;
  if (!differ(before, after, ({ socket }) => [socket.images, socket.allowDerivedImages])) return;
  if (images.includes('*')) {
    // With every image allowed, it does not matter what else is listed.
    if (before.eci.value && before.socket.images.includes('*')) return;
    add('dangerous', 'socket-images', { count: images.length, images: ['*'] });
    return;
  }
  const refusesMore =
    !before.eci.value ||
    without(before.socket.images, images).length > 0 ||
    (before.socket.allowDerivedImages && !allowDerivedImages);
  add(refusesMore ? 'new-rule' : 'allowed', 'socket-images', {
    count: images.length,
    images: firstFew(images),
  });
}

/** No effects about commands if no image may mount the socket. */
function addSocketCommands(before: EffectiveSettings, after: EffectiveSettings, add: AddEffect): void {
  if (!allowsSocketMounts(after)) return;
  addDefaultCommands(before, after, add);
  const listed = [...(before.eci.value ? before.socket.perImage : []), ...after.socket.perImage];
  for (const image of new Set(listed.map((list) => list.image)))
    if (isUsedByAllowedImage(image, after.socket.images)) addImageCommands(image, before, after, add);
}

/** The list for all images without one of their own. */
function addDefaultCommands(before: EffectiveSettings, after: EffectiveSettings, add: AddEffect): void {
  if (!differ(before, after, ({ socket }) => socket.commands)) return;
  const { commands, perImage, images } = after.socket;
  const couldSend = before.eci.value && allowsSocketMounts(before);
  if (!couldSend && !restricts(commands)) return;
  const refusesMore = !couldSend || restrictsMore(before.socket.commands, commands);
  const isOneOfMany = perImage.some(({ image }) => isUsedByAllowedImage(image, images));
  add(refusesMore ? 'new-rule' : 'allowed', 'socket-commands', {
    ...(isOneOfMany ? { list: 'default' } : {}),
    ...listParams(commands),
  });
}

/** Which list an image has that has, or had, one of its own. */
function addImageCommands(
  image: string,
  before: EffectiveSettings,
  after: EffectiveSettings,
  add: AddEffect,
): void {
  const own = firstListOf(image, after);
  // Under a wider list its own one has no effect.
  if (own !== undefined && own.image !== image) return;
  const commands = own ?? after.socket.commands;
  const couldSend = before.eci.value && isUsedByAllowedImage(image, before.socket.images);
  const earlier = firstListOf(image, before) ?? before.socket.commands;
  const isUnchanged = couldSend
    ? isSameList(earlier, commands)
    : !restricts(commands) && !restricts(after.socket.commands);
  if (isUnchanged) return;
  const refusesMore = couldSend ? restrictsMore(earlier, commands) : restricts(commands);
  add(refusesMore ? 'new-rule' : 'allowed', 'socket-commands', {
    image,
    list: own === undefined ? 'default' : 'own',
    ...listParams(commands),
  });
}

type CommandList = EffectiveSettings['socket']['commands'];

const listParams = ({ type, commands }: CommandList) => ({ type, commands: firstFew(commands) });

/** The list of single images that counts for an image of this name; undefined: the default one does. */
const firstListOf = (image: string, { socket }: EffectiveSettings) => {
  const parsed = parseImageReference(image);
  return socket.perImage.find((list) => {
    const listed = parseImageReference(list.image);
    return parsed.ok && listed.ok && referenceCovers(listed.value, parsed.value);
  });
};

const restricts = ({ type, commands }: CommandList): boolean => type === 'allow' || commands.length > 0;

/** Whether a list may refuse a command that the earlier one did not. Patterns are compared as written. */
function restrictsMore(before: CommandList, after: CommandList): boolean {
  if (before.type !== after.type) return restricts(after);
  return after.type === 'deny'
    ? without(after.commands, before.commands).length > 0
    : without(before.commands, after.commands).length > 0;
}

const isSameList = (before: CommandList, after: CommandList): boolean =>
  before.type === after.type && !restrictsMore(before, after) && !restrictsMore(after, before);
