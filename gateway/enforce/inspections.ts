import { deny } from '../../shared/policy/decision.ts';
import { loadDenial } from '../../shared/policy/load.ts';
import { writeTarget } from '../http/message/target.ts';
import type { Inspection } from '../routes/route.ts';
import { inspectBuild } from './builds.ts';
import {
  commit,
  copyContainer,
  enterContainer,
  execCreate,
  execStart,
  listProcesses,
  renameContainer,
  startContainer,
  updateContainer,
} from './inspect-containers.ts';
import { createContainer } from './inspect-create.ts';
import {
  connectNetwork,
  createNetwork,
  createVolume,
  disconnectNetwork,
} from './inspect-volumes-networks.ts';
import { readLayers } from './read-layers.ts';
import { denied, passedAsIs, type InspectionContext, type InspectionResult } from './inspection-context.ts';

type Inspect = (
  context: InspectionContext,
  body: Buffer | null,
) => InspectionResult | Promise<InspectionResult>;

const pass: Inspect = () => passedAsIs;
const refuse: Inspect = (context) => denied(deny('unknown-endpoint', context.request.target.path));

/** The response is the same for every path: the engine gets one that is known. */
const inspectOptions: Inspect = ({ request }) => ({
  ...passedAsIs,
  target: writeTarget(request.target.version, '/_ping', ''),
});

/** The function of each inspection of the route table. */
const inspections: Readonly<Record<Inspection, Inspect>> = {
  none: pass,
  'create-container': createContainer,
  'enter-container': enterContainer,
  'start-container': startContainer,
  'copy-container': copyContainer,
  'update-container': updateContainer,
  'rename-container': renameContainer,
  'exec-create': execCreate,
  'exec-start': execStart,
  'list-processes': listProcesses,
  commit,
  'create-volume': createVolume,
  'create-network': createNetwork,
  'connect-network': connectNetwork,
  'disconnect-network': disconnectNetwork,
  build: inspectBuild,
  // Nothing about the request itself: the calls on the connection are decided one by one.
  grpc: pass,
  session: pass,
  'load-images': ({ settings }) => (settings.blockDockerLoad.value ? denied(loadDenial) : passedAsIs),
  'read-layers': readLayers,
  options: inspectOptions,
  'refused-swarm': refuse,
  'refused-plugin': refuse,
  'refused-checkpoint': refuse,
  'refused-debug': refuse,
  'refused-removed': refuse,
};

/**
 * Inspects a request. `body` is the whole body of `json` endpoints, null elsewhere. Throws
 * EngineUnreachable.
 */
export async function inspect(
  kind: Inspection,
  context: InspectionContext,
  body: Buffer | null,
): Promise<InspectionResult> {
  return inspections[kind](context, body);
}
