import type { GrantedDevice, SharingUser } from '../../shared/isolation/sharing-user.ts';
import { capabilitiesOfRuntime } from '../../shared/isolation/backends.ts';
import { message } from '../../shared/messages/message.ts';
import { isCdiName } from '../../shared/policy/cdi-requests.ts';
import {
  deviceKey,
  requestedDenial,
  type DeviceEntry,
  type DeviceFacts,
  type RequestedDevice,
} from '../../shared/policy/create-devices.ts';
import type { Denial } from '../../shared/policy/decision.ts';
import { parseImageReference } from '../../shared/settings/image-reference.ts';
import type { AllowedDevice } from '../../shared/settings/effective.ts';
import { queryUserDatabase } from '../base/getent.ts';
import type { ContainerFacts } from '../engine-api/engine-facts.ts';
import { sharingUserOf } from '../sharing/record-creates.ts';
import { missingImageError, untrustedDetail } from '../trust/image-verdict.ts';
import { findCdiDevice, namesCdiDevice } from './cdi-devices.ts';
import {
  deviceFilesAt,
  isAbsentDevice,
  isBlockDeviceInUse,
  listedPaths,
  type DeviceFile,
} from './device-files.ts';
import type { InspectionContext } from './inspection-context.ts';

/** Limit of devices that are looked up for one request; more are refused. */
const maxRequested = 64;

/** Whose container it is, and of which image. */
export interface DeviceRequester {
  /** As a create request names it, or an image's id. */
  readonly image: string;
  readonly user: () => Promise<SharingUser | null>;
}

/** The user behind a create request; null: unknown. A dry run has no records, only a peer. */
export async function requestingUser(context: InspectionContext): Promise<SharingUser | null> {
  const { sharing, request, sockets } = context;
  return sharing
    ? sharingUserOf(request, { users: sharing, mounts: sockets?.mounts ?? null })
    : request.peer();
}

/**
 * What the settings say about the host devices that a container requests (A5). Undefined where none can be
 * granted: its runtime has no planner, which grants them. Rejects with EngineUnreachable.
 */
export async function gatherDeviceFacts(
  context: InspectionContext,
  requested: readonly RequestedDevice[],
  requester: DeviceRequester,
): Promise<ReadonlyMap<string, DeviceFacts> | undefined> {
  const { devices } = context.settings;
  if (requested.length === 0 || !isGrantable(context)) return undefined;
  const listed = await Promise.all(
    devices.map(async (entry) => ({ entry, paths: await listedPaths(entry.device) })),
  );
  const obstacles = new Map<AllowedDevice, Promise<Obstacle>>();
  const entryFacts = async (entry: AllowedDevice): Promise<DeviceEntry> => {
    const obstacle = obstacles.get(entry) ?? obstacleOf(context, entry, requester);
    obstacles.set(entry, obstacle);
    return { access: entry.access, exact: !/[*?]/.test(entry.device), ...(await obstacle) };
  };
  const nodeFacts = async (file: DeviceFile): Promise<DeviceFacts['nodes'][number]> => ({
    ...file,
    inUse: file.type === 'b' && (await isBlockDeviceInUse(file)),
    entries: await Promise.all(
      listed.filter(({ paths }) => paths.has(file.path)).map(({ entry }) => entryFacts(entry)),
    ),
  });
  const factsOf = async (key: string): Promise<DeviceFacts> => {
    if (!isCdiName(key)) return { nodes: await Promise.all((await deviceFilesAt(key)).map(nodeFacts)) };
    const entries = devices.filter(({ device }) => namesCdiDevice(device, key));
    // Nothing about the specification is disclosed to a caller who may not have the device.
    if (entries.length === 0) return { nodes: [], entries: [] };
    const found = await findCdiDevice(key);
    if ('problem' in found) return { nodes: [], problem: found.problem };
    return {
      nodes: found.nodes.map((node) => ({ ...node, inUse: false, entries: [] })),
      entries: await Promise.all(entries.map((entry) => entryFacts(entry))),
    };
  };
  const facts = new Map<string, DeviceFacts>();
  for (const { path } of requested.slice(0, maxRequested)) {
    const key = deviceKey(path);
    if (key === '' || facts.has(key)) continue;
    if (await isAbsentDevice(path)) facts.set(key, { nodes: [], isAbsent: true });
    else if (devices.length > 0) facts.set(key, await factsOf(key));
  }
  return facts;
}

/** The planner grants devices by the sharing records: without a record it grants none. */
const isGrantable = ({ runtime }: InspectionContext): boolean =>
  capabilitiesOfRuntime(runtime)?.needsPlanner === true;

/**
 * Decides again about the devices of a container that is to start, by what is at their paths now, and records
 * the result: the planner grants these and no others. Rejects with EngineUnreachable, and where the record
 * can't be written.
 */
export async function grantDevices(
  context: InspectionContext,
  container: ContainerFacts,
): Promise<Denial | null> {
  const { sharing, settings } = context;
  // In audit mode a container gets no device either: the planner has no record of it.
  if (container.devices.length === 0 || !sharing || settings.mode === 'audit') return null;
  const facts = await gatherDeviceFacts(context, container.devices, {
    image: container.imageId,
    user: () => sharing.userOf(container.id),
  });
  const granted = new Map<string, GrantedDevice>();
  for (const requested of container.devices) {
    const found = facts?.get(deviceKey(requested.path));
    const denial = requestedDenial(requested, found);
    if (denial !== null) return denial;
    for (const { type, major, minor, access: specified = requested.access } of found?.nodes ?? []) {
      const key = `${type}${major}:${minor}`;
      const access = new Set([...(granted.get(key)?.access ?? ''), ...specified]);
      granted.set(key, { type, major, minor, access: [...access].sort().join('') });
    }
  }
  await sharing.recordStart(container.id, { devices: [...granted.values()] });
  return null;
}

type Obstacle = Pick<DeviceEntry, 'obstacle' | 'engineError'>;
const noObstacle: Obstacle = { obstacle: null };

/** Why an entry does not hold for a container. */
async function obstacleOf(
  context: InspectionContext,
  entry: AllowedDevice,
  { image, user }: DeviceRequester,
): Promise<Obstacle> {
  if (entry.users !== null || entry.groups !== null) {
    const requester = await user();
    if (requester === null || !(await isOneOf(requester, entry)))
      return { obstacle: message('policy.device-entry-other-users', { device: entry.device }) };
  }
  if (entry.images === null) return noObstacle;
  const { socket } = context.settings;
  const verdict = await context.sockets?.trust?.decide(image, { ...socket, images: entry.images });
  if (verdict?.trusted === true) return noObstacle;
  const obstacle = message('policy.device-entry-other-images', {
    device: entry.device,
    problem: verdict === undefined ? message('trust.cannot-check-images') : untrustedDetail(verdict),
  });
  // At a start the image is given by its id, which nobody pulls.
  return verdict !== undefined && parseImageReference(image).ok
    ? { obstacle, engineError: missingImageError(verdict, image, entry.images) }
    : { obstacle };
}

/** Whether a user is listed, or in a listed group. */
async function isOneOf({ uid, gid }: SharingUser, { users, groups }: AllowedDevice): Promise<boolean> {
  const listedUsers = users ?? [];
  if (listedUsers.includes(String(uid))) return true;
  const [name, , , primary] = (await queryUserDatabase('passwd', String(uid)))?.split(':') ?? [];
  if (name !== undefined && name !== '' && listedUsers.includes(name)) return true;
  for (const group of groups ?? []) {
    const [, , number, members] = (await queryUserDatabase('group', group))?.split(':') ?? [];
    if (number === undefined) continue;
    if (number === String(gid) || number === primary) return true;
    if (name !== undefined && name !== '' && members?.split(',').includes(name) === true) return true;
  }
  return false;
}
