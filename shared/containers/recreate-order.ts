import { joinedContainer, type ContainerInspection } from './container-inspection.ts';

const composeLabel = 'com.docker.compose.';

/** Ids or names of the containers whose namespaces it shares. */
export const joins = ({ view: { HostConfig: host } }: ContainerInspection): string[] => [
  ...new Set([host.NetworkMode, host.PidMode, host.IpcMode].flatMap((mode) => joinedContainer(mode) ?? [])),
];

/** Names of the containers it links to. */
export function links({ view }: ContainerInspection): string[] {
  const names = [
    ...view.HostConfig.Links,
    ...Object.values(view.NetworkSettings.Networks).flatMap((endpoint) => endpoint.Links),
  ];
  return names.map((link) => (link.split(':')[0] ?? '').replace(/^\//, ''));
}

/**
 * Whether `reference`, in the form of modes and links, is this container: its name, its id or a prefix of
 * that.
 */
export const isCalled = (container: ContainerInspection, reference: string): boolean =>
  reference !== '' &&
  (reference === container.name || (reference.length >= 12 && container.view.Id.startsWith(reference)));

/** Whether `one` must exist before `other`: shared namespaces, links, Compose's dependencies. */
function precedes(one: ContainerInspection, other: ContainerInspection): boolean {
  if (one === other) return false;
  if ([...joins(other), ...links(other)].some((reference) => isCalled(one, reference))) return true;
  const label = (of: ContainerInspection, key: string) =>
    of.view.Config.Labels[`${composeLabel}${key}`] ?? '';
  if (label(one, 'project') === '' || label(one, 'project') !== label(other, 'project')) return false;
  return label(other, 'depends_on')
    .split(',')
    .some((entry) => entry.split(':')[0] === label(one, 'service'));
}

/** Networks on which a container has a fixed address. */
const fixedAddressNetworks = ({ view }: ContainerInspection): string[] =>
  Object.entries(view.NetworkSettings.Networks)
    .filter(([, { IPAMConfig: config }]) => Object.keys(config).length > 0)
    .map(([network]) => network);

/**
 * Whether a group has to wait for the end of an earlier one: it depends on a container in it, or one has a
 * fixed address on a network of the other, which no other container may get while its container is stopped.
 */
export const waitsFor = (
  group: readonly ContainerInspection[],
  earlier: readonly ContainerInspection[],
): boolean =>
  group.some((container) =>
    earlier.some(
      (other) =>
        precedes(other, container) ||
        fixedAddressNetworks(other).some((network) => network in container.view.NetworkSettings.Networks) ||
        fixedAddressNetworks(container).some((network) => network in other.view.NetworkSettings.Networks),
    ),
  );

/**
 * The order in which containers are recreated: dependencies first. Those that share namespaces are one group,
 * since a container's namespaces are removed with it: they stop together and, if one fails, are restored
 * together. Circular dependencies are ordered by name.
 */
export function recreateOrder(containers: readonly ContainerInspection[]): ContainerInspection[][] {
  const byName = containers.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const groups: ContainerInspection[][] = [];
  for (const container of byName) {
    const mine = groups.filter((group) =>
      group.some(
        (member) =>
          joins(member).some((reference) => isCalled(container, reference)) ||
          joins(container).some((reference) => isCalled(member, reference)),
      ),
    );
    for (const group of mine) groups.splice(groups.indexOf(group), 1);
    groups.push([...mine.flat(), container]);
  }
  return inOrder(
    groups.map((group) => inOrder(group, precedes)),
    (one, other) => one.some((a) => other.some((b) => precedes(a, b))),
  );
}

/** A topological order; of the independent ones, and in a cycle, the first is taken. */
function inOrder<T>(items: readonly T[], before: (one: T, other: T) => boolean): T[] {
  const remaining = [...items];
  const ordered: T[] = [];
  while (remaining.length > 0) {
    const free = remaining.findIndex(
      (item) => !remaining.some((other) => other !== item && before(other, item)),
    );
    ordered.push(...remaining.splice(Math.max(free, 0), 1));
  }
  return ordered;
}
