import type { SharingSources } from './sharing-view.ts';
import type { IsolatedContainer } from './isolated.ts';
import type { Layers } from './layer-ids.ts';
import { layersOf, runStateOf } from './runtime-state.ts';

/**
 * The container as the engine sees its files. While it runs, the engine sees its overlay with shifted ids; a
 * plain directory (vfs, btrfs, zfs, an image without layers) is shifted for the container only.
 */
export async function withEngineView(
  container: IsolatedContainer,
  sources: SharingSources | null,
): Promise<IsolatedContainer> {
  const state =
    container.run === null || sources === null ? null : await runStateOf(sources.root, container.facts.id);
  if (container.run === null || state === null) return container;
  return {
    ...container,
    merged: state.enginePoints[0],
    run: state.overlay !== null ? container.run : { ...container.run, base: 0 },
  };
}

/** A container's layers; null where unknown. */
export async function layersIn(
  { facts, run }: IsolatedContainer,
  sharing: SharingSources | null,
): Promise<Layers | null> {
  return (
    facts.layers ??
    (run === null || sharing === null ? null : layersOf(await runStateOf(sharing.root, facts.id)))
  );
}

/** The layers of a running container whose ids the engine sees shifted; null for any other. */
export async function overlayLayers(
  container: IsolatedContainer,
  sharing: SharingSources | null,
): Promise<Layers | null> {
  return container.run === null || container.run.base === 0 ? null : layersIn(container, sharing);
}
