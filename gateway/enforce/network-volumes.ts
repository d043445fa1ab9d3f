import { capabilitiesOfRuntime } from '../../shared/isolation/backends.ts';
import { deny, type Denial } from '../../shared/policy/decision.ts';
import { networkVolumeType } from '../../shared/policy/network-volumes.ts';
import type { AllowedNetworkVolume } from '../../shared/settings/network-share.ts';
import { message } from '../../shared/messages/message.ts';
import type { ContainerFacts, EngineFacts } from '../engine-api/engine-facts.ts';
import type { GatewayRequest } from '../http/exchange.ts';
import { isRootClient } from '../http/root-client.ts';
import type { InspectionContext } from './inspection-context.ts';

/**
 * Shares of other machines that containers may have as volumes, by the settings. None with a runtime whose
 * containers' mounts the planner does not make.
 */
export const allowedNetworkVolumes = ({
  runtime,
  settings,
}: Pick<InspectionContext, 'runtime' | 'settings'>): readonly AllowedNetworkVolume[] =>
  capabilitiesOfRuntime(runtime)?.needsPlanner === true ? settings.networkVolumes : [];

interface CopyContext {
  readonly facts: Pick<EngineFacts, 'volume'>;
  readonly request: Pick<GatewayRequest, 'origin' | 'peer'>;
}

/**
 * The refusal of a copy from or into a container that has a share of another machine: the engine mounts it
 * for the copy and goes through it as root, where the container has the ids of its range. Root may copy.
 * Rejects with EngineUnreachable.
 */
export async function networkVolumeCopyDenial(
  { facts, request }: CopyContext,
  { name, mounts }: Pick<ContainerFacts, 'name' | 'mounts'>,
  command: string,
): Promise<Denial | null> {
  if (isRootClient(request)) return null;
  for (const mount of mounts) {
    const volume = mount.type === 'volume' && mount.name !== '' ? await facts.volume(mount.name) : null;
    if (volume === null) continue;
    if (networkVolumeType({ ...volume, options: new Map(Object.entries(volume.options)) }) !== null)
      return deny(
        'copy-mounts',
        message('gateway.container-which-mounts', { command, name, source: mount.name }),
        {
          detail: message('gateway.network-volume-as-root'),
        },
      );
  }
  return null;
}
