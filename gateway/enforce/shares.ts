import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { deny, type Denial } from '../../shared/policy/decision.ts';
import { capabilitiesOfRuntime } from '../../shared/isolation/backends.ts';
import type { SharingUser } from '../../shared/isolation/sharing-user.ts';
import { parseBind } from '../../shared/policy/bind-spec.ts';
import { bindsToMounts, isConvertedBind } from '../../shared/policy/binds-as-mounts.ts';
import { isObject, type JsonObject } from '../../shared/policy/json.ts';
import type { CreateFacts } from '../../shared/policy/references.ts';
import { listAt, objectAt, textAt } from '../../shared/policy/shape.ts';
import { sharingUserOf } from '../sharing/record-creates.ts';
import { accountOf } from './bind-environment.ts';
import { resolvePath } from './bind-sources.ts';
import type { ContainerFacts } from '../engine-api/engine-facts.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import type { InspectionContext } from './inspection-context.ts';

/** Time limit for creating a directory, ms: it may be on a network file system. */
const timeoutMs = 5000;

/**
 * Creates the missing bind sources of a create request (as it is forwarded), as the sharing user. The engine
 * would create them as root: directories of root's at any path the user likes, and not writable in the
 * container, whose root is the sharing user (A8). Null: all exist, or the engine refuses them.
 */
export async function createBindSources(
  context: InspectionContext,
  body: JsonObject,
): Promise<Denial | null> {
  const host = objectAt(body, 'HostConfig');
  const sources = [
    ...listAt(host, 'Binds')
      .map((bind) => (typeof bind === 'string' ? parseBind(bind) : null))
      .flatMap((parsed) => (parsed?.ok === true && parsed.spec.kind === 'path' ? [parsed.spec.source] : [])),
    ...listAt(host, 'Mounts').flatMap((mount) =>
      isObject(mount) && textAt(mount, 'Type') === 'bind' && isCreatedByEngine(mount)
        ? [textAt(mount, 'Source')]
        : [],
    ),
  ];
  const { sharing } = context;
  return sharing
    ? createSources(context, sources, () =>
        sharingUserOf(context.request, { users: sharing, mounts: context.sockets?.mounts ?? null }),
      )
    : null;
}

/** Whether the engine would create a mount's missing source. */
const isCreatedByEngine = (mount: JsonObject): boolean =>
  objectAt(mount, 'BindOptions').get('CreateMountpoint') === true ||
  isConvertedBind(textAt(mount, 'Consistency'));

/**
 * The body with binds converted to mounts, for which the engine creates no sources. Between this check and a
 * start, and at every automatic restart, it would create them as root and through links. In audit mode, and
 * without sharing users, binds are unchanged.
 */
export function convertBinds(
  context: InspectionContext,
  body: JsonObject,
  containers: CreateFacts['containers'],
): JsonObject {
  const host = body.get('HostConfig');
  if (!context.sharing || context.settings.mode === 'audit' || !isObject(host)) return body;
  return new Map(body).set('HostConfig', bindsToMounts(host, { relabels: usesSelinux(), containers }));
}

/** Whether a bind with rro was converted to a mount in this request. */
export function needsRecursiveReadOnly(body: JsonObject): boolean {
  return listAt(objectAt(body, 'HostConfig'), 'Mounts').some(
    (mount) =>
      isObject(mount) &&
      isConvertedBind(textAt(mount, 'Consistency')) &&
      objectAt(mount, 'BindOptions').get('ReadOnlyForceRecursive') === true,
  );
}

let selinux: boolean | null = null;
/** Whether SELinux is on: then the engine relabels binds with z or Z. */
function usesSelinux(): boolean {
  selinux ??= existsSync('/sys/fs/selinux/enforce');
  return selinux;
}

/** The same for a container that is to start: a source may have been removed since. */
export async function recreateBindSources(
  context: InspectionContext,
  container: ContainerFacts,
): Promise<Denial | null> {
  const binds = container.mounts.filter(
    ({ type, destination }) => type === 'bind' && !container.bindsRequiringSource.includes(destination),
  );
  const { sharing } = context;
  return sharing
    ? createSources(
        context,
        binds.map(({ source }) => source),
        () => sharing.userOf(container.id),
      )
    : null;
}

/** Whether containers of this runtime have id ranges of their own, which belong to users. */
const hasOwnRange = (runtime: string): boolean => capabilitiesOfRuntime(runtime)?.ownRange === true;

/**
 * The facts with the sharing users of the new container and of those it refers to: a container that joins
 * another's namespaces gets its ids on the machine. Without ranges of their own all containers have the same
 * ids.
 */
export async function withUsers<T extends Pick<CreateFacts, 'containers'>>(
  context: InspectionContext,
  facts: T,
): Promise<T & Pick<CreateFacts, 'user'>> {
  const { sharing, runtime } = context;
  if (!sharing || facts.containers.size === 0 || !hasOwnRange(runtime)) return facts;
  const user = await sharingUserOf(context.request, {
    users: sharing,
    mounts: context.sockets?.mounts ?? null,
  });
  const containers = new Map(
    await Promise.all(
      [...facts.containers].map(async ([name, container]) => {
        const known =
          container === null
            ? null
            : { ...container, user: (await sharing.userOf(container.id))?.uid ?? null };
        return [name, known] as const;
      }),
    ),
  );
  return { ...facts, containers, user: user?.uid ?? null };
}

/**
 * Whether the container has no sharing record, so that its id range is unknown (A3): its create request was
 * aborted before the engine responded, or the record is not written yet, or lost. With a backend that has one
 * range for all containers that does not matter.
 */
export async function hasUnknownOwner(
  { sharing, runtime }: InspectionContext,
  container: ContainerFacts,
): Promise<boolean> {
  return Boolean(sharing) && hasOwnRange(runtime) && (await sharing?.userOf(container.id)) === null;
}

async function createSources(
  context: InspectionContext,
  sources: readonly string[],
  sharingUser: () => Promise<SharingUser | null>,
): Promise<Denial | null> {
  // In audit mode containers may run as the engine's root, and write anywhere.
  if (context.settings.mode === 'audit') return null;
  for (const source of sources) {
    if (context.sockets?.mounts.idAt(source) != null) continue;
    const account = accountOf(context);
    const found = await resolvePath(source, account);
    if (!('problem' in found) && found.exists) continue;
    const user = await sharingUser();
    // For an unknown user the planner shares nothing.
    if (user === null) return null;
    const failed = await makeDirectory(source, user);
    const created = await resolvePath(source, account);
    if (failed !== null || 'problem' in created || !created.exists || created.real !== source) {
      return deny('share-missing', message('policy.bind-mount', { source }), {
        detail: failed ?? message('gateway.link-in-path'),
      });
    }
  }
  return null;
}

/**
 * Creates a directory with the rights of the user alone, so that links give access to nothing else. Null, or
 * the reason of a failure.
 */
export function makeDirectory(directory: string, user: SharingUser): Promise<Message | null> {
  return new Promise((resolve) => {
    // Node drops root's supplementary groups with the user.
    execFile(
      '/bin/sh',
      ['-c', 'umask 022 && exec mkdir -p -- "$1"', 'sh', directory],
      {
        uid: user.uid,
        gid: user.gid,
        cwd: '/',
        env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: 16 * 1024,
      },
      (error, _, stderr) => {
        resolve(
          error === null
            ? null
            : message('gateway.user-cannot-create-directory', {
                uid: user.uid,
                error: stderr.trim().split('\n').at(-1) || error.message,
              }),
        );
      },
    );
  });
}
