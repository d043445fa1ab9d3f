import {
  countByProtection,
  isUnprotected,
  type Container,
  type ContainerScan,
} from '../shared/containers/protection.ts';
import { renderList, type ListDefinition } from './list.ts';
import type { ListFormat } from './list-format.ts';
import { styled } from './style.ts';
import { about, listText, text, translate } from './text.ts';

/** A container that could not be inspected counts as unprotected, with a label of its own. */
const protectionOf = ({ protected: isProtected, reason }: Container) =>
  isProtected ? 'protected' : reason === 'unknown' || reason === 'replaced' ? reason : 'unprotected';

const protectionTexts = {
  protected: () => text('cli-output.protected'),
  unprotected: () => text('cli-output.unprotected'),
  replaced: () => text('cli-output.replaced'),
  unknown: () => text('cli-output.protection-unknown'),
};
const protectionTones = {
  protected: 'good',
  unprotected: 'bad',
  replaced: null,
  unknown: 'warning',
} as const;

const rangeText = ({ range }: Container): string => (range === null ? '' : `${range.first}-${range.last}`);

function reasonText(container: Container): string {
  const { reason, obstacles, unsharedMounts = [], whyUnknown, whyUnknownSentence } = container;
  const withRange = `${text(`cli-output.reason-${reason}`)} ${rangeText(container)}`.trimEnd();
  if (whyUnknown !== undefined) return about(withRange, translate(whyUnknown, whyUnknownSentence));
  if (!isUnprotected(container)) return withRange;
  const options = listText(
    obstacles.map((one) => (one === 'docker-socket' ? text('cli-output.docker-socket') : `--${one}`)),
  );
  const withOptions =
    options === '' ? withRange : text('cli-output.reason-with-options', { reason: withRange, options });
  const count = unsharedMounts.length;
  return count === 0
    ? withOptions
    : text('cli-output.reason-with-mounts', { reason: withOptions, paths: listText(unsharedMounts), count });
}

/** What `bulkhead containers list` prints. */
export const containerList: ListDefinition<Container> = {
  fields: {
    ID: { head: () => text('cli-list.id'), value: ({ id }) => id.slice(0, 12) },
    Name: { head: () => text('cli-list.name'), value: ({ name }) => name },
    Image: { head: () => text('cli-list.image'), value: ({ image }) => image },
    State: {
      head: () => text('cli-list.state'),
      value: ({ state }) => state,
      display: ({ state }) => text(`cli-output.state-${state}`),
    },
    Status: { head: () => text('cli-list.status'), value: ({ status }) => status },
    Protection: {
      head: () => text('cli-list.protection'),
      value: protectionOf,
      display: (container) => protectionTexts[protectionOf(container)](),
      tone: (container) => protectionTones[protectionOf(container)],
    },
    Reason: {
      head: () => text('cli-list.reason'),
      value: ({ reason }) => reason,
      display: reasonText,
    },
    Range: { head: () => text('cli-list.range'), value: rangeText },
    Runtime: { head: () => text('cli-list.runtime'), value: ({ runtime }) => runtime },
    CreatedAt: { head: () => text('cli-list.created'), value: ({ createdAt }) => createdAt },
  },
  columns: ['ID', 'Name', 'State', 'Protection', 'Reason'],
  key: 'ID',
};

/** The containers in a format; without one, a table and how many are not protected. */
export function describeScan(
  { containers }: ContainerScan,
  format: ListFormat = { kind: 'default' },
): string {
  if (format.kind !== 'default') return renderList(containers, containerList, format);
  if (containers.length === 0) return text('cli-output.no-containers');
  const { protected: isolated, unprotected: count } = countByProtection(containers);
  const sum =
    count === 0
      ? styled('good', text('cli-output.all-protected'))
      : styled('bad', text('cli-output.not-protected', { count, total: isolated + count }));
  return `${renderList(containers, containerList, format)}\n${sum}`;
}
