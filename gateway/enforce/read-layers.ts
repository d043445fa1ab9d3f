import { deny, type Denial } from '../../shared/policy/decision.ts';
import { denied, passedAsIs, type InspectionContext, type InspectionResult } from './inspection-context.ts';

/** `docker push` and `docker save`: the engine reads the layers of images. Throws EngineUnreachable. */
export async function readLayers(context: InspectionContext): Promise<InspectionResult> {
  const isPush = context.request.match?.route.method === 'POST';
  const denial = await layerLinksDenial(context, isPush ? 'docker push' : 'docker save');
  return denial === null ? passedAsIs : denied(denial);
}

/** The denial of a request that has the engine read layers, if it may follow links there; else null. */
export async function layerLinksDenial(
  { layerGuard }: Pick<InspectionContext, 'layerGuard'>,
  what: string,
): Promise<Denial | null> {
  // A simulation reads nothing.
  const reason = (await layerGuard?.guard()) ?? null;
  return reason === null ? null : deny('layer-links', what, { detail: reason });
}
