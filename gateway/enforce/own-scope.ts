import { readCreateBody } from '../../shared/policy/create-container.ts';
import { createNetworkBody, createVolumeBody } from '../../shared/policy/docker-bodies.ts';
import { notOwnDenial, ownerLabel } from '../../shared/policy/owner.ts';
import { builtInNetworkModes } from '../../shared/policy/references.ts';
import { readBodyAs } from '../../shared/policy/request-body.ts';
import type { SocketMount } from '../base/socket-mount.ts';
import { parameter } from '../http/message/target.ts';
import type { Route } from '../routes/route.ts';
import { type InspectionContext, type InspectionResult, passedAsIs } from './inspection-context.ts';
import { OwnScope } from './owned-objects.ts';
import type { SocketClient } from './socket-client.ts';

/**
 * The owner of objects that are created through this mount. A container that was itself created through such
 * a mount has the same owner, so that helpers (Testcontainers' reaper) see the objects they manage. Throws
 * EngineUnreachable.
 */
export async function ownerOf(
  client: SocketClient,
  context: Pick<InspectionContext, 'facts'>,
): Promise<string> {
  const cached = owners.get(client.mount);
  if (cached !== undefined) return cached;
  const container =
    client.mount.container === null ? null : await context.facts.container(client.mount.container.id);
  const label = container?.labels[ownerLabel];
  const owner = label === undefined || label === '' ? client.mount.id : label;
  if (container !== null) owners.set(client.mount, owner);
  return owner;
}
/** Labels of a container never change. Keyed by the mount, so that an entry goes with it. */
const owners = new WeakMap<SocketMount, string>();

/** Checks a request by a socket with the scope `own`. Throws EngineUnreachable. */
export async function inOwnScope(
  context: InspectionContext,
  client: SocketClient,
  owner: string,
  route: Route,
  body: Buffer | null,
): Promise<InspectionResult> {
  const scope = new OwnScope(context, client, owner);
  const { subject } = context.request.match ?? { subject: '' };
  switch (route.ownScope) {
    case 'open':
      return passedAsIs;
    case 'refused':
      return {
        kind: 'denied',
        denial: notOwnDenial(`docker ${route.commands[0] ?? route.pattern}`, client.list.scopeSetting),
      };
    case 'filtered':
      return scope.filterList();
    case 'networks':
      return { ...passedAsIs, createResponseTransform: () => scope.filterNetworks() };
    case 'container':
      return scope.checkContainer(subject);
    case 'exec':
      return scope.checkExec(subject);
    case 'commit': {
      const checked = await scope.checkContainer(parameter(context.request.target, 'container') ?? '');
      return checked.kind === 'passed' ? passedAsIs : checked;
    }
    case 'volume':
      return scope.checkVolume(subject);
    case 'network':
      return scope.checkNetwork(subject, false);
    case 'read-network':
      return scope.checkNetwork(subject, true);
    case 'join-network':
      return scope.checkJoin(subject, body);
    case 'create-volume':
      return scope.addOwnerLabel(
        body,
        (value) => readBodyAs(value, createVolumeBody),
        () => Promise.resolve(passedAsIs),
      );
    case 'create-network':
      return scope.addOwnerLabel(
        body,
        (value) => readBodyAs(value, createNetworkBody),
        (written) => scope.checkReferences(written, []),
      );
    case 'create-container':
      return scope.addOwnerLabel(body, readCreateBody, (written) => scope.checkCreate(written));
    case 'build': {
      const mode = parameter(context.request.target, 'networkmode') ?? '';
      const container = mode.startsWith('container:') ? mode.slice('container:'.length) : null;
      if (container !== null) {
        const checked = await scope.checkContainer(container);
        return checked.kind === 'passed' ? passedAsIs : checked;
      }
      return scope.checkReferences(new Map(), builtInNetworkModes.has(mode) ? [] : [mode]);
    }
  }
}
