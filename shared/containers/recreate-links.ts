import type { Inspected } from './inspected.ts';
import { originalName } from './retained-name.ts';

interface InspectedContainer {
  readonly inspected: Inspected;
  readonly isProtected: boolean;
}

/**
 * A link is the engine's to a container, not to a name: it follows one that was recreated to its kept name,
 * and stays when that one is gone; the container that has it can't be entered or started again. This is that
 * container as if its links led to the successors. The same object where they lead nowhere else.
 */
export function withCurrentLinks(inspected: Inspected, all: readonly InspectedContainer[]): Inspected {
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
