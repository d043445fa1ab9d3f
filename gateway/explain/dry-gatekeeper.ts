import type { ImageLookup, ExplainedRequest } from '../../shared/explain/explanation.ts';
import { chosenBackend, runtimeNameOf } from '../../shared/isolation/backends.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';
import type { Gatekeeper } from '../http/exchange.ts';
import { fixedSettings } from '../settings/fixed-settings.ts';
import type { ImageTrust } from '../trust/image-verdict.ts';
import { dryRun, type DryRunOptions } from './dry-run.ts';
import { dryRunSockets } from './dry-run-sockets.ts';
import { recordCommands } from './recorded-facts.ts';

/** The settings, sockets and directories of the gateway that a dry run stands for. */
export interface GatewayContext {
  readonly settings: EffectiveSettings;
  readonly clientSocket: string;
  readonly engineSockets: readonly string[];
  readonly engineDirectories: readonly string[];
  readonly stateDirectory: string;
}

export interface DryGatekeeperParts extends Pick<DryRunOptions, 'continueAfterDenial' | 'parts'> {
  readonly facts: EngineFacts;
  readonly trust: ImageTrust;
  /** Images that request the socket; receives what they may do with it. */
  readonly images?: Map<string, ImageLookup>;
}

/**
 * The gatekeeper of a gateway under these settings that changes nothing; passes its decisions to `explained`.
 */
export function dryGatekeeper(
  { settings, clientSocket, engineSockets, engineDirectories, stateDirectory }: GatewayContext,
  { facts, trust, images = new Map(), ...how }: DryGatekeeperParts,
  explained: (request: ExplainedRequest) => void,
): Gatekeeper {
  return dryRun(
    {
      // Elsewhere the engine is on another machine, whose files cannot be read from here.
      ...(process.platform === 'linux'
        ? {}
        : { machineNetworks: () => Promise.resolve({ used: [], interfaces: new Set<string>() }) }),
      settings: fixedSettings(settings),
      facts,
      runtime: runtimeNameOf(chosenBackend(settings.backend)),
      requireUserNamespace: true,
      engineDirectories,
      engineSockets,
      clientSocket,
      sockets: dryRunSockets(stateDirectory, trust, (mount) => {
        recordCommands(images, mount, settings);
      }),
      ...how,
    },
    explained,
  );
}
