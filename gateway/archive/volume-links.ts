import { ResponseReplacedError } from '../http/exchange.ts';
import { cleanContainerPath, asBytes, components, ContainerView, joined } from './container-view.ts';
import type { IsolatedContainer } from './isolated.ts';

/**
 * A path in a container that the engine finds without following a link in a volume, which it can't: links
 * there are no way out for what it does by itself (planner/binds.ts), and its view of a
 * container for a copy is made of the same mounts. Null where `asked` is one, or leads nowhere. `end`:
 * whether a link at the end is followed too; with `/.` it is in any case.
 */
export async function withoutVolumeLinks(
  container: IsolatedContainer,
  requestedPath: string,
  end: 'followed' | 'itself',
): Promise<string | null> {
  if (!container.facts.mounts.some(({ type }) => type === 'volume')) return null;
  const names = components(asBytes(cleanContainerPath(requestedPath)));
  const last = names.at(-1);
  if (last === undefined) return null;
  const suffix = /\/\.?$/.exec(requestedPath)?.[0] ?? '';
  const whole = end === 'followed' || suffix === '/.';
  try {
    const view = await ContainerView.open(container);
    const { real, missing } = await view.resolve(joined(whole ? names : names.slice(0, -1)), new Map());
    const found = whole ? real : joined([...components(real), last]);
    if (missing.length > 0 || view.isStable || found === joined(names)) return null;
    const text = Buffer.from(found, 'latin1').toString('utf8');
    return asBytes(text) === found ? text + suffix : null; // no query can say other bytes
  } catch (error) {
    // where its files are can't be told: the engine says what it thinks
    if (error instanceof ResponseReplacedError) return null;
    throw error;
  }
}
