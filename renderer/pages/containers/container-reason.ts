import type { TFunction } from 'i18next';
import { obstacleNames } from '../../components/container-status.ts';
import type { Formats } from '../../i18n/format.ts';
import { labelled } from '../../i18n/lists.ts';
import { translateText } from '../../i18n/translate.ts';
import { originalName } from '../../../shared/policy/retained-name.ts';
import type { Container } from '../../../shared/containers/protection.ts';

/** A range of host ids as shown in the list. */
export const rangeText = (range: { readonly first: number; readonly last: number }): string =>
  `${range.first}–${range.last}`;

/** Why a container is protected or not: a line, and a second one if needed. */
export function containerReason(
  t: TFunction,
  formats: Formats,
  container: Container,
): { readonly first: string; readonly second: string | null } {
  const first = firstLine(t, formats, container);
  // Refused options and mounts of an unprotected container take precedence over other reasons.
  const refused = [usedText(t, container), mountsText(t, container)].filter((text) => text !== null);
  const used = refused.length === 0 ? null : refused.join(' · ');
  switch (container.reason) {
    case 'past-gateway':
      return { first, second: used ?? t('containers.reasonMore.past-gateway') };
    case 'audit-mode':
    case 'no-user-namespace':
      return {
        first,
        second: used ?? t(`containers.reasonMore.${container.reason}`, { runtime: container.runtime }),
      };
    case 'unknown':
      return { first, second: unknownReason(t, container) };
    case 'before-eci':
    case 'eci-off':
      return { first, second: used };
    case 'own-range':
    case 'own-range-stopped':
    case 'replaced':
      return { first, second: null };
  }
}

/** Its options that ECI refuses; null for none. */
export const usedText = (t: TFunction, { obstacles }: Container): string | null =>
  obstacles.length === 0 ? null : t('containers.reasonMore.obstacle', { what: obstacleNames(t, obstacles) });

/** Its bind mounts of directories that are not shared; null for none. */
function mountsText(t: TFunction, { unsharedMounts: [first, ...others] = [] }: Container): string | null {
  if (first === undefined) return null;
  return others.length === 0
    ? t('containers.reasonMore.mount', { path: first })
    : t('containers.reasonMore.mounts', { path: first, count: others.length });
}

function firstLine(t: TFunction, formats: Formats, container: Container): string {
  const { reason, range, obstacles, unsharedMounts = [] } = container;
  if (reason === 'own-range' && range === null) return t('containers.reason.own-range-unknown');
  // With a second line the first has no room for the date; the details show it.
  if (reason === 'before-eci' && obstacles.length + unsharedMounts.length > 0)
    return t('containers.reason.before-eci-short');
  return t(`containers.reason.${reason}`, {
    range: range === null ? '' : rangeText(range),
    date: formats.date(container.createdAt),
    runtime: container.runtime,
    name: originalName(container.name) ?? '',
  });
}

function unknownReason(t: TFunction, { whyUnknown: reason, whyUnknownSentence }: Container): string {
  const counts = t('containers.reasonMore.unknown');
  return reason === undefined ? counts : labelled(t, counts, translateText(reason, whyUnknownSentence));
}
