import { ResponseReplacedError } from '../http/exchange.ts';
import {
  normalizeContainerPath,
  asBytes,
  components,
  ContainerView,
  joinComponents,
} from './container-view.ts';
import type { IsolatedContainer } from './isolated.ts';

/**
 * The path with links in volumes resolved, since the engine can't follow them there: volumes are mounted
 * `nosymfollow` for it (planner/binds.ts), and its view of a container for a copy uses the same mounts. Null
 * where `requestedPath` needs no change, or does not exist. `end`: whether a link at the end is followed too;
 * with `/.` it always is.
 */
export async function withoutVolumeLinks(
  container: IsolatedContainer,
  requestedPath: string,
  end: 'followed' | 'itself',
): Promise<string | null> {
  if (!container.facts.mounts.some(({ type }) => type === 'volume')) return null;
  const names = components(asBytes(normalizeContainerPath(requestedPath)));
  const last = names.at(-1);
  if (last === undefined) return null;
  const suffix = /\/\.?$/.exec(requestedPath)?.[0] ?? '';
  const whole = end === 'followed' || suffix === '/.';
  try {
    const view = await ContainerView.open(container);
    const { real, missing } = await view.resolve(
      joinComponents(whole ? names : names.slice(0, -1)),
      new Map(),
    );
    const found = whole ? real : joinComponents([...components(real), last]);
    if (missing.length > 0 || view.isStable || found === joinComponents(names)) return null;
    const text = Buffer.from(found, 'latin1').toString('utf8');
    return asBytes(text) === found ? text + suffix : null; // a query can't contain other bytes
  } catch (error) {
    // its files can't be found: the engine reports the error
    if (error instanceof ResponseReplacedError) return null;
    throw error;
  }
}
