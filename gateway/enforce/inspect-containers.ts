import { resourceDenial } from '../../shared/policy/create-confinement.ts';
import { decideExistingMounts } from '../../shared/policy/existing-mounts.ts';
import { deny } from '../../shared/policy/decision.ts';
import {
  commitBody,
  execCreateBody,
  execStartBody,
  updateContainerBody,
} from '../../shared/policy/docker-bodies.ts';
import { execUserDenial } from '../../shared/policy/exec-user.ts';
import { processListDenial } from '../../shared/policy/process-list.ts';
import { inheritedLookups } from '../../shared/policy/references.ts';
import type { SocketDecision } from '../../shared/policy/socket-mount.ts';
import type { ContainerFacts } from '../engine-api/engine-facts.ts';
import { parameter, writeTarget } from '../http/message/target.ts';
import { bindSourceEnvironment } from './bind-environment.ts';
import { isRootControlled } from './bind-sources.ts';
import { checkEntry, checkProtected, pinnedTarget, commandOf } from './container-access.ts';
import { grantDevices } from './devices.ts';
import { gatherMountFacts, toContainerReference } from './create-container.ts';
import { recordIdsInside } from './ids-inside.ts';
import { refuseIdLikeName } from './inspect-create.ts';
import { readBody, withBody } from './inspection-body.ts';
import {
  type InspectionContext,
  type InspectionResult,
  denied,
  passedAsIs,
  subjectOf,
} from './inspection-context.ts';
import { recordKernelSettings } from './record-kernel-settings.ts';
import { allowedNetworkVolumes, networkVolumeCopyDenial } from './network-volumes.ts';
import { retainedSocketDenials } from './own-sockets.ts';
import { hasUnknownOwner, recreateBindSources } from './shares.ts';
import { message } from '../../shared/messages/message.ts';
import { isRemovedWithoutStart } from './runs-in-flight.ts';
import { userFilesDenial } from './user-files.ts';

/** The container in the path must be protected. */
export async function enterContainer(context: InspectionContext): Promise<InspectionResult> {
  const name = subjectOf(context);
  const container = await context.facts.container(name);
  if (container === null) return { kind: 'missing', what: 'container', name };
  const result = await checkEntry(context, container, commandOf(context));
  if (result.kind === 'denied') return { ...result, framed: !container.terminal };
  return result.kind === 'passed' ? { ...result, target: pinnedTarget(context, container.id) } : result;
}

/**
 * Same, and its mounts are checked again. Where its first start is refused, a container of `docker run --rm`
 * is removed, as the engine does after a failed start: the client waits for the removal, however long it
 * takes.
 */
export async function startContainer(context: InspectionContext): Promise<InspectionResult> {
  const container = await context.facts.container(subjectOf(context));
  const result = await checkStart(context, container);
  if (
    container !== null &&
    result.kind === 'denied' &&
    context.settings.mode !== 'audit' &&
    isRemovedWithoutStart(container)
  )
    await context.removeContainer?.(container.id);
  return result;
}

async function checkStart(
  context: InspectionContext,
  container: ContainerFacts | null,
): Promise<InspectionResult> {
  // It restores state from a directory of the caller's choice.
  if (context.request.target.query.some(({ key, value }) => /^checkpoint/i.test(key) && value !== ''))
    return denied(deny('checkpoint', 'docker start --checkpoint'));
  if (container === null) return { kind: 'missing', what: 'container', name: subjectOf(context) };
  const result = await recheckMounts(
    context,
    container,
    await checkProtected(context, container, commandOf(context)),
  );
  const isRunning = context.request.match?.route.pattern.endsWith('/unpause') === true;
  if (result.kind !== 'passed' || isRunning) return result;
  const special = await userFilesDenial(
    container,
    message('gateway.use-of-container', { command: commandOf(context), name: container.name }),
  );
  const about = { container: container.name, image: container.image };
  if (special !== null) return denied(special, about);
  if (result.warning !== undefined) return result;
  if (!(await hasUnknownOwner(context, container))) {
    const startDenial =
      (await grantDevices(context, container)) ??
      (await recordIdsInside(context, container)) ??
      (await recordKernelSettings(context, container));
    return startDenial === null ? result : denied(startDenial, about);
  }
  const denial = deny(
    'container-unprotected',
    message('gateway.use-of-container', { command: commandOf(context), name: container.name }),
    {
      spec: 'A3',
      detail: message('gateway.creator-unknown'),
      subject: { container: container.name },
    },
  );
  return context.settings.existingContainers === 'warn'
    ? { ...result, warning: denial, ...about }
    : denied(denial, about);
}

/**
 * For a copy the engine mounts a container's directories itself and follows links; the runtime, which does
 * not, is not involved. So the mounts are checked again. A container with a socket could by itself replace a
 * directory with a link between this check and the engine's mount: for it, the sources must also be
 * root-controlled. Users of the machine are exempt: otherwise `docker cp` would fail for every container with
 * a directory of a home (SECURITY.md says what that leaves open). What they may copy is decided with the copy
 * (archive/).
 */
export async function copyContainer(context: InspectionContext): Promise<InspectionResult> {
  const name = subjectOf(context);
  const container = await context.facts.container(name);
  if (container === null) return { kind: 'missing', what: 'container', name };
  const result = await recheckMounts(
    context,
    container,
    await checkEntry(context, container, commandOf(context)),
  );
  if (result.kind !== 'passed' || result.warning !== undefined) return result;
  const about = { container: container.name, image: container.image };
  const networkVolume = await networkVolumeCopyDenial(context, container, commandOf(context));
  if (networkVolume !== null) return denied(networkVolume, about);
  if (context.request.origin.kind === 'clients') return result;
  const { shares, account } = await bindSourceEnvironment(context);
  for (const { type, source } of container.mounts) {
    if (type === 'bind' && !(await isRootControlled(source, shares, account)))
      return denied(
        deny(
          'copy-mounts',
          message('gateway.container-which-mounts', {
            command: commandOf(context),
            name: container.name,
            source,
          }),
        ),
        about,
      );
  }
  return result;
}

/**
 * Checks the mounts of a container again: symbolic links, settings and volumes may have changed since its
 * creation. `soFar`: the result of the other checks.
 */
async function recheckMounts(
  context: InspectionContext,
  container: ContainerFacts,
  soFar: InspectionResult,
): Promise<InspectionResult> {
  if (soFar.kind !== 'passed') return soFar;
  // With "warn" an unprotected container may start as it is, with the mounts it was created with.
  if (soFar.warning === undefined && container.mounts.length > 0) {
    const containerReference = await toContainerReference(container, context);
    const facts = await gatherMountFacts(
      inheritedLookups([containerReference]),
      context.facts,
      await bindSourceEnvironment(context),
      context.request.clientGone?.(),
    );
    const noSocket: SocketDecision = {
      kind: 'refused',
      remedy: 'none',
      detail: message('gateway.created-without-own-socket'),
    };
    const denial = decideExistingMounts(
      containerReference,
      { ...facts, networkVolumes: allowedNetworkVolumes(context) },
      { image: container.image, socket: noSocket },
      await retainedSocketDenials(context, container, facts),
    );
    if (denial !== null) return denied(denial, { container: container.name, image: container.image });
    const sourceDenial = await recreateBindSources(context, container);
    if (sourceDenial !== null)
      return denied(sourceDenial, { container: container.name, image: container.image });
  }
  return { ...soFar, target: pinnedTarget(context, container.id) };
}

export async function execStart(context: InspectionContext, body: Buffer | null): Promise<InspectionResult> {
  const read = await readBody(context, body, execStartBody);
  if (!read.ok) return denied(read.denial);
  const id = subjectOf(context);
  const owner = await context.facts.execContainer(id);
  const container = owner === null ? null : await context.facts.container(owner);
  if (container === null) return { kind: 'missing', what: 'exec instance', name: id };
  const result = await checkEntry(context, container, 'docker exec');
  // `docker exec` is two requests, and one entry in the log.
  const isLogged = context.auditedCreates.includes(id);
  return withBody(
    context,
    result.kind === 'denied' && isLogged
      ? { ...result, followsFromCreate: true }
      : result.kind === 'passed' && isLogged
        ? { ...result, warningIsLogged: true }
        : result,
    read,
  );
}

/** New limits of a container. */
export async function updateContainer(
  context: InspectionContext,
  body: Buffer | null,
): Promise<InspectionResult> {
  const read = await readBody(context, body, updateContainerBody);
  if (!read.ok) return denied(read.denial);
  const denial = resourceDenial(read.body);
  return denial === null ? withBody(context, await enterContainer(context), read) : denied(denial);
}

export function renameContainer(context: InspectionContext): InspectionResult {
  return refuseIdLikeName(parameter(context.request.target, 'name')) ?? passedAsIs;
}

export async function execCreate(context: InspectionContext, body: Buffer | null): Promise<InspectionResult> {
  const read = await readBody(context, body, execCreateBody);
  if (!read.ok) return denied(read.denial);
  const entered = await enterContainer(context);
  // A container that is entered with a warning may be unprotected: it has all ids then.
  const denial =
    entered.kind === 'passed' && entered.warning === undefined ? execUserDenial(read.body) : null;
  if (denial === null) return withBody(context, entered, read);
  const container = await context.facts.container(subjectOf(context));
  return denied(denial, container === null ? {} : { container: container.name, image: container.image });
}

/** The options of `ps`, which the engine runs on the machine. */
export function listProcesses(context: InspectionContext): InspectionResult {
  const denial = processListDenial(parameter(context.request.target, 'ps_args') ?? '');
  return denial === null ? passedAsIs : denied(denial);
}

export async function commit(context: InspectionContext, body: Buffer | null): Promise<InspectionResult> {
  const read = await readBody(context, body, commitBody);
  if (!read.ok) return denied(read.denial);
  const { target } = context.request;
  const name = parameter(target, 'container') ?? '';
  const container = await context.facts.container(name);
  if (container === null) return { kind: 'missing', what: 'container', name };
  const result = await checkEntry(context, container, commandOf(context));
  if (result.kind !== 'passed') return result;
  const query = target.query.map((entry) =>
    entry.key === 'container' ? { key: entry.key, value: container.id } : entry,
  );
  return withBody(context, { ...result, target: writeTarget(target.version, target.path, query) }, read);
}
