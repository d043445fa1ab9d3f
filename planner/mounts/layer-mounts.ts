import { realpathSync } from 'node:fs';
import path from 'node:path';
import type { OciMount, OciSpec } from '../base/oci-spec.ts';
import { isWithin, type Mount } from '../../engine/base/mountinfo.ts';
import { refuse } from '../base/refuse.ts';
import { isCarriedOption, planShifted, type Overlay } from './overlay.ts';
import type { NamespaceNumber, PlanBuilder } from '../base/plan.ts';

export interface LayerMountContext {
  readonly mounts: readonly Mount[];
  readonly namespace: NamespaceNumber;
  readonly base: number;
  /** Where the engine keeps its layers: nothing else is mounted this way. */
  readonly engineRoots: readonly string[];
}

/**
 * Plans the overlays among the mounts (BuildKit's `RUN --mount=from=…` with containerd's store, whose
 * BuildKit leaves it to the runtime to mount layers): the container could not access the layers, which would
 * have the machine's ids. Returns where runc finds them, by index in the spec's mounts.
 */
export function planLayerMounts(
  spec: OciSpec,
  plan: PlanBuilder,
  context: LayerMountContext,
): Map<number, string> {
  const sources = new Map<number, string>();
  for (const [index, mount] of (spec.mounts ?? []).entries()) {
    if (mount.type !== 'overlay') continue;
    const options = mount.options ?? [];
    const tree = planShifted(plan, overlayOf(options, context.engineRoots), {
      ...context,
      readOnly: options.includes('ro'),
    });
    sources.set(index, plan.place(tree));
  }
  return sources;
}

/** The mount that replaces an overlay by what is attached at `source`. */
export function boundLayers(mount: OciMount, source: string): OciMount {
  return {
    ...mount,
    type: 'bind',
    source,
    options: [
      'bind',
      ...(mount.options ?? []).filter((option) => !option.includes('=') && !isCarriedOption(option)),
    ],
  };
}

function overlayOf(options: readonly string[], engineRoots: readonly string[]): Overlay {
  const value = (key: string) =>
    options.find((option) => option.startsWith(`${key}=`))?.slice(key.length + 1) ?? null;
  const layer = (given: string): string => {
    if (!path.isAbsolute(given) || given.includes('\\'))
      refuse('planner-refusals.layers-unknown', { path: given });
    const real = realpathSync.native(given);
    if (!engineRoots.some((root) => isWithin(real, root)))
      refuse('planner-refusals.not-a-layer', { path: given });
    return real;
  };
  const lowers = (value('lowerdir') ?? '').split(':').map(layer);
  const carried = options.filter(isCarriedOption);
  const [upper, work] = [value('upperdir'), value('workdir')];
  if (upper === null || work === null) return { lowers, upper: null, options: carried };
  const [realUpper, realWork] = [layer(upper), layer(work)];
  const parent = path.dirname(realUpper);
  if (path.dirname(realWork) !== parent) refuse('planner-refusals.layers-misplaced', { path: upper });
  return {
    lowers,
    upper: { parent, name: path.basename(realUpper), work: path.basename(realWork) },
    options: carried,
  };
}
