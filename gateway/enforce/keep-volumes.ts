import { message } from '../../shared/messages/message.ts';
import { deny, type Denial } from '../../shared/policy/decision.ts';
import { namedVolume } from '../../shared/policy/mount-sources.ts';
import { denied, type InspectionContext, type InspectionResult } from './inspection-context.ts';
import { allowedNetworkVolumes } from './network-volumes.ts';
import type { UsesBefore } from './volume-uses.ts';

/**
 * Keeps the volumes of a request that passed as they are until the engine is done with it. If volumes were
 * made as directories since its look-ups began (`before`), those that the engine mounts are looked up
 * once more. Throws EngineUnreachable.
 */
export async function withVolumesKept(
  context: InspectionContext,
  before: UsesBefore,
  result: Extract<InspectionResult, { kind: 'passed' }>,
): Promise<InspectionResult> {
  const { volumes } = result;
  if (volumes === undefined || volumes.names.length === 0) return result;
  const settled = context.volumeUses.begin(volumes);
  if (typeof settled !== 'function')
    return denied(
      deny('volume-options', message('policy.volume', { name: settled.conflict }), {
        detail: message('gateway.volume-of-other-request'),
      }),
    );
  try {
    const mayHaveChanged = volumes.as === 'mounted' && context.volumeUses.mayHaveChanged(before);
    const denial = mayHaveChanged ? await changedVolumeDenial(context, volumes.names) : null;
    if (denial === null) return { ...result, settled };
    settled();
    return denied(denial);
  } catch (error) {
    settled();
    throw error;
  }
}

async function changedVolumeDenial(
  context: InspectionContext,
  names: readonly string[],
): Promise<Denial | null> {
  const networkVolumes = allowedNetworkVolumes(context);
  for (const name of names) {
    const found = await context.facts.volume(name);
    const facts =
      found === null ? null : { driver: found.driver, options: new Map(Object.entries(found.options)) };
    const denial = namedVolume(name, { volumes: new Map([[name, facts]]), networkVolumes });
    if (denial !== null) return denial;
  }
  return null;
}
