import type { PlanEffect } from '../../shared/apply/plan.ts';
import { allowsSocketMounts, listedPaths, type EffectiveSettings } from '../../shared/settings/effective.ts';
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
  before: EffectiveSettings,
  after: EffectiveSettings,
  dangerous: readonly DangerousShare[],
  add: AddEffect,
  mounting: Mounting,
): void {
  addShareEffects(before, after, dangerous, add, mounting);
  addSocketImages(before, after, add);
  addSocketCommands(before, after, add);
}

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
  if (after.socket.images.length === 0 || !differ(before, after, ({ socket }) => socket.commands)) return;
  const { commands } = after.socket;
  const couldSend = before.eci.value && allowsSocketMounts(before);
  if (!couldSend && !restricts(commands)) return;
  const refusesMore = !couldSend || restrictsMore(before.socket.commands, commands);
  add(refusesMore ? 'new-rule' : 'allowed', 'socket-commands', {
    type: commands.type,
    commands: firstFew(commands.commands),
  });
}

type CommandList = EffectiveSettings['socket']['commands'];

const restricts = ({ type, commands }: CommandList): boolean => type === 'allow' || commands.length > 0;

/** Whether a list may refuse a command that the earlier one did not. Patterns are compared as written. */
function restrictsMore(before: CommandList, after: CommandList): boolean {
  if (before.type !== after.type) return restricts(after);
  return after.type === 'deny'
    ? without(after.commands, before.commands).length > 0
    : without(before.commands, after.commands).length > 0;
}
