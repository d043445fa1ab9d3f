import type { TFunction } from 'i18next';
import { parseTargetId, rootOf, type TargetRef } from '../../shared/targets/target-id.ts';
import { embeddedName } from '../../shared/targets/embedded-name.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';

type OpenEngine = Pick<AppState, 'target' | 'engine'>;

interface TitledEngine {
  readonly ref: TargetRef;
  /** The host's name. */
  readonly name: string;
}

/**
 * The kind of the engine, with what distinguishes it from others of its kind: `roots` are those of the
 * embedded engines that are listed with it.
 */
export function engineTitle(t: TFunction, { ref, name }: TitledEngine, roots: readonly string[]): string {
  const root = rootOf(ref);
  const own = root === null ? null : embeddedName(root, roots);
  if (own !== null) return t('frame.engine.embeddedNamed', { name: own });
  return t(`frame.engine.kind.${ref.kind}`, { name });
}

/** The title of the open engine. */
export function openEngineTitle(
  t: TFunction,
  { target, engine }: OpenEngine,
  roots: readonly string[] = [],
): string {
  const ref = parseTargetId(target.id);
  return ref === null ? engine.name : engineTitle(t, { ref, name: engine.name }, roots);
}

function rootOfOpen({ target }: OpenEngine): string | null {
  const ref = parseTargetId(target.id);
  return ref === null ? null : rootOf(ref);
}

/** The shortest title: of an embedded engine with a name of its own the name alone. */
export function shortEngineTitle(t: TFunction, app: OpenEngine, roots: readonly string[]) {
  const root = rootOfOpen(app);
  return (root === null ? null : embeddedName(root, roots)) ?? openEngineTitle(t, app, roots);
}

/** The root directories of the embedded engines among `targets`. */
export const rootsOf = (targets: readonly { readonly ref: TargetRef }[]): readonly string[] =>
  targets.map(({ ref }) => rootOf(ref)).filter((root) => root !== null);
