import type { default as Docker, ContainerInfo } from 'dockerode';
import type { RecreateItem } from '../../shared/containers/recreate.ts';
import type { ContainerInspection } from '../../shared/containers/container-inspection.ts';
import type { RecreateEngine, RecreateImage } from '../../shared/containers/recreate-body.ts';
import { withCurrentLinks } from '../../shared/containers/recreate-links.ts';
import { isCalled, links } from '../../shared/containers/recreate-order.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import type { EffectiveCaller } from '../base/docker-client-as.ts';
import { requestFailure, statusOf } from '../base/docker-client.ts';
import { inspectSlots } from '../scan/inspect-slots.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import { inspect, isUnderEci, type RecreatePorts } from './recreate-ports.ts';
import { reasonMessage } from '../../shared/messages/error-message.ts';

/** A container to recreate, with what was looked up about it. */
export interface Subject {
  readonly inspected: ContainerInspection;
  /** It is not to be changed. */
  readonly isProtected: boolean;
  /** The user who requests the new one. */
  readonly user: EffectiveCaller;
  /** Null: its image is gone. */
  readonly image: RecreateImage | null;
  /** What was written inside it, without mount points. Null: the engine did not report it. */
  readonly written: RecreateItem['written'];
}

/** A container that the engine lists and cannot inspect. It is not to be changed. */
export interface UninspectedContainer {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly running: boolean;
  /** The engine's own message, or that it did not respond. */
  readonly why: string | Message;
}

/** The inputs of a plan, looked up now. */
export interface RecreateFacts {
  readonly eci: boolean;
  readonly engine: RecreateEngine;
  readonly subjects: readonly Subject[];
  /** Every other container that can be inspected. */
  readonly others: readonly { readonly inspected: ContainerInspection; readonly isProtected: boolean }[];
  /** Those that were requested and can't be recreated. */
  readonly notInspected: readonly UninspectedContainer[];
}

/**
 * Looks everything up; `containers.not-found` for an id or name that matches no container, or more than one.
 */
export async function recreateFacts(
  ports: RecreatePorts,
  ids: readonly string[],
): Promise<Result<RecreateFacts, AppError>> {
  const { engine: docker } = ports;
  try {
    const [{ eci, runtimeName }, version, info, listed] = await Promise.all([
      ports.protection(),
      docker.version(),
      docker.info() as Promise<unknown>,
      docker.listContainers({ all: true }),
    ]);
    const inSlot = inspectSlots();
    const found = await Promise.all(
      listed.map((item) =>
        inSlot(async () => {
          const read = await inspect(docker, item.Id);
          if (!read.ok) return notInspected(item, read.error);
          return read.value === null
            ? null
            : { inspected: read.value, isProtected: await isUnderEci(read.value, runtimeName, ports) };
        }),
      ),
    );
    const all = found.filter((one) => one !== null && 'inspected' in one);
    const closed = found.filter((one) => one !== null && 'why' in one);
    const chosen = new Set<ContainerInspection | UninspectedContainer>();
    for (const id of ids) {
      const known = [
        ...all.map(({ inspected }) => ({ id: inspected.view.Id, name: inspected.name, it: inspected })),
        ...closed.map((it) => ({ id: it.id, name: it.name, it })),
      ];
      const fits = known.filter((one) => one.name === id || one.id === id);
      const begins = fits.length > 0 ? fits : known.filter((one) => id.length >= 4 && one.id.startsWith(id));
      const [one] = begins;
      if (one === undefined || begins.length > 1)
        return fail('containers.not-found', message('policy.container-missing', { name: id }), {
          ...(begins.length > 1 ? { reason: message('containers.id-prefix-ambiguous') } : {}),
          hint: message('cli.see-containers-list'),
          params: { name: id },
        });
      chosen.add(one.it);
    }
    const open = all.filter(({ inspected, isProtected }) => !isProtected && chosen.has(inspected));
    const subjects = await Promise.all(
      all
        .filter(({ inspected }) => chosen.has(inspected))
        .map(({ inspected: found, isProtected }) => {
          const inspected = withCurrentLinks(found, all);
          // A protected container is recreated as well if one that it links to was or is recreated: its links
          // would stay with the old one.
          const upToDate =
            isProtected &&
            inspected === found &&
            !open.some((one) => links(found).some((reference) => isCalled(one.inspected, reference)));
          return inSlot(() => subject(ports, { inspected, isProtected: upToDate }));
        }),
    );
    return ok({
      eci,
      engine: {
        runtime: runtimeName,
        apiVersion: version.ApiVersion,
        cgroupVersion: field(info, 'CgroupVersion') === '2' ? '2' : '1',
      },
      subjects,
      others: all.filter(({ inspected }) => !chosen.has(inspected)),
      notInspected: closed.filter((one) => chosen.has(one)),
    });
  } catch (error) {
    return requestFailure(message('containers.inspection-failed'), error);
  }
}

const notInspected = (item: ContainerInfo, error: AppError): UninspectedContainer => ({
  id: item.Id,
  name: (item.Names[0] ?? item.Id.slice(0, 12)).replace(/^\//, ''),
  image: item.Image,
  running: item.State === 'running',
  why: reasonMessage(error),
});

async function subject(
  ports: RecreatePorts,
  { inspected, isProtected }: { inspected: ContainerInspection; isProtected: boolean },
): Promise<Subject> {
  const { engine: docker } = ports;
  const user = await ports.userFor(inspected.view.Id);
  if (isProtected) return { inspected, isProtected, user, image: null, written: { bytes: 0, paths: 0 } };
  const [sized, image, found] = await Promise.all([
    inspect(docker, inspected.view.Id, true),
    imageFor(docker, inspected),
    writtenInside(docker, inspected),
  ]);
  const known =
    sized.ok && sized.value !== null
      ? { ...sized.value, view: { ...sized.value.view, HostConfig: inspected.view.HostConfig } }
      : null;
  const written = known === null || found === null ? null : { bytes: known.view.SizeRw, ...found };
  return { inspected: known ?? inspected, isProtected, user, image, written };
}

/** The paths written inside a container; none if it is gone; null if the engine does not report them. */
export async function writtenInside(
  docker: Docker,
  inspected: ContainerInspection,
): Promise<ReturnType<typeof writtenPaths> | null> {
  let response: unknown;
  try {
    response = await docker.getContainer(inspected.view.Id).changes();
  } catch (error) {
    if (statusOf(error) !== 404) return null;
    response = [];
  }
  const changes = changesOf(response);
  return changes === null ? null : writtenPaths(changes, inspected);
}

/**
 * The changes in a response; null for an invalid one. The engine represents no changes by JSON's null, which
 * dockerode passes on as raw bytes.
 */
function changesOf(response: unknown): readonly unknown[] | null {
  if (Buffer.isBuffer(response) && response.toString().trim() === 'null') return [];
  return Array.isArray(response) ? response : null;
}

/**
 * The image by the name it was created with if that still resolves to it, else by id; null when it is gone.
 */
async function imageFor(docker: Docker, { view }: ContainerInspection): Promise<RecreateImage | null> {
  const own = await imageOf(docker, view.Image);
  if (own === null) return null;
  const named = view.Config.Image === '' ? null : await imageOf(docker, view.Config.Image);
  return {
    reference: named?.id === own.id ? view.Config.Image : view.Image,
    hasEntrypoint: own.hasEntrypoint,
  };
}

/** An image by any name; null when there is none. Throws for everything else. */
export async function imageOf(
  docker: Docker,
  reference: string,
): Promise<{ readonly id: string; readonly hasEntrypoint: boolean } | null> {
  try {
    const { Id, Config } = await docker.getImage(reference).inspect();
    const entrypoint = field(Config, 'Entrypoint');
    return { id: Id, hasEntrypoint: Array.isArray(entrypoint) && entrypoint.length > 0 };
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

/** How many of the paths written inside a container are named. */
const namedPaths = 3;

/**
 * How many changes are the container's own, and the first of them: without mount points created by the
 * engine, and without the parents of changed directories.
 */
export function writtenPaths(
  changes: readonly unknown[],
  inspected: ContainerInspection,
): { paths: number; names: string[] } {
  const mounts = [
    ...inspected.view.Mounts.map((mount) => mount.Destination),
    ...Object.keys(inspected.view.HostConfig.Tmpfs),
    '/dev',
    '/proc',
    '/sys',
    '/sbin/docker-init',
    '/etc/hosts',
    '/etc/hostname',
    '/etc/resolv.conf',
    '/etc/mtab',
    '/.dockerenv',
  ];
  const paths = changes.map((change) => field(change, 'Path')).filter((path) => typeof path === 'string');
  const own = paths.filter(
    (path) =>
      !mounts.some(
        (mount) => mount === path || mount.startsWith(`${path}/`) || path.startsWith(`${mount}/`),
      ) && !paths.some((other) => other.startsWith(`${path}/`)),
  );
  return { paths: own.length, names: own.slice(0, namedPaths) };
}

/** Names of containers that share the namespaces of one. */
export function sharers(
  one: ContainerInspection,
  others: RecreateFacts['others'],
  of: (other: ContainerInspection) => readonly string[],
): string[] {
  return others
    .filter(({ inspected }) => of(inspected).some((reference) => isCalled(one, reference)))
    .map(({ inspected }) => inspected.name);
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined; // an object with that key
}
