import type { ContainerInspection } from './container-inspection.ts';
import { originalName } from '../policy/retained-name.ts';

interface NamedInspection {
  readonly inspected: ContainerInspection;
  readonly isProtected: boolean;
}

/**
 * In the engine a link refers to a container, not to a name: it follows a recreated container to the name
 * under which the old one is kept, and remains when that one is gone; then the linking container can't be
 * entered or started any more. Returns that container as if its links referred to the successors; the same
 * object if nothing changes.
 */
export function withCurrentLinks(
  inspected: ContainerInspection,
  all: readonly NamedInspection[],
): ContainerInspection {
  const { HostConfig: host } = inspected.view;
  const links = host.Links.map((link) => {
    const [path = '', ...rest] = link.split(':');
    const name = originalName(path.replace(/^\//, ''));
    const led =
      name !== null &&
      all.some((one) => one.isProtected && one.inspected.name === name) &&
      !all.some((one) => `/${one.inspected.name}` === path && one.inspected.view.State.Running);
    return led ? [`/${name}`, ...rest].join(':') : link;
  });
  return links.every((link, index) => link === host.Links[index])
    ? inspected
    : { ...inspected, view: { ...inspected.view, HostConfig: { ...host, Links: links } } };
}
