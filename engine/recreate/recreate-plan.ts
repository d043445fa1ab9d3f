import { defaultDeviceAt } from '../../shared/isolation/default-devices.ts';
import { isUp, type ContainerInspection } from '../../shared/containers/container-inspection.ts';
import { recreation, type Recreation } from '../../shared/containers/recreate-body.ts';
import { isCalled, joins, links, recreateOrder } from '../../shared/containers/recreate-order.ts';
import type { RequestedRecreation, RecreateRefusal } from '../../shared/containers/recreate-policy.ts';
import type {
  RecreateItem,
  RecreateNote,
  RecreatePlan,
  RecreateRequest,
} from '../../shared/containers/recreate.ts';
import { sharers, type RecreateFacts, type Subject } from './recreate-facts.ts';
import { plainText, withReference, type Message, sentenceOf } from '../../shared/messages/message.ts';

/** The consequences of recreating, and the inputs for doing it. */
export interface PlannedMember extends RecreateItem {
  readonly subject: Subject;
  /** The old one is removed once the new one runs well. */
  readonly removeOld: boolean;
  recreation(
    successors: ReadonlyMap<string, string>,
    image?: { readonly reference: string; readonly hasEntrypoint: boolean },
  ): Recreation;
}
export interface PlannedRecreate extends RecreatePlan {
  readonly groups: PlannedMember[][];
  /** Containers that could not be inspected: the plan gives the reason, and does not change them. */
  readonly notInspected: RecreateItem[];
}

/** The consequences of recreating: what changes, what is lost, what blocks it. Changes nothing. */
export function planRecreate(facts: RecreateFacts, request: RecreateRequest): PlannedRecreate {
  const bySubject = new Map(facts.subjects.map((subject) => [subject.inspected, subject]));
  // Containers that are protected already are not part of it.
  const [unchanged, open] = [
    facts.subjects.filter((subject) => subject.isProtected),
    facts.subjects.filter((subject) => !subject.isProtected),
  ];
  const groups = [
    ...unchanged.map(({ inspected }) => [inspected]),
    ...recreateOrder(open.map(({ inspected }) => inspected)),
  ].map((group) => {
    const members = group.flatMap((inspected) => bySubject.get(inspected) ?? []);
    const planned = members.map((subject) => planOne(subject, facts, request, false));
    return commitsWhileRunning(planned)
      ? members.map((subject) => planOne(subject, facts, request, true))
      : planned;
  });
  const notInspected = facts.notInspected.map(({ id, name, image, running, why }): RecreateItem => ({
    id,
    name,
    image,
    running,
    unchanged: false,
    commit: false,
    changes: [],
    lost: [],
    written: null,
    blockers: [note('not-inspected', { why: plainText(why) }, why)],
  }));
  return {
    groups,
    notInspected,
    blocked: notInspected.length > 0 || groups.flat().some((item) => item.blockers.length > 0),
  };
}

/**
 * The create requests of a plan, for the gateway to check. Containers recreated together are referenced by
 * their old ids: the new ones do not exist yet.
 */
export function recreationRequests({ groups }: PlannedRecreate): RequestedRecreation[] {
  return groups
    .flat()
    .filter(({ unchanged }) => !unchanged)
    .map((member) => {
      const { body, networks } = member.recreation(new Map());
      return {
        id: member.id,
        name: member.name,
        user: member.subject.user,
        body,
        connected: networks.connected,
      };
    });
}

/** The plan with the gateway's refusals as blockers, with the gateway's message. */
export function withRefusals(
  { groups, notInspected }: PlannedRecreate,
  refused: ReadonlyMap<string, readonly RecreateRefusal[]>,
): PlannedRecreate {
  const updated = groups.map((group) =>
    group.map((member) => {
      const refusals = (refused.get(member.id) ?? []).filter(
        ({ rule }) => !member.blockers.some(({ code }) => rulesCoveredBy[code]?.includes(rule) === true),
      );
      return refusals.length === 0
        ? member
        : {
            ...member,
            blockers: [
              ...member.blockers,
              ...refusals.map(({ rule, message, setting, sentence }) =>
                note(
                  'refused',
                  { rule, message, ...(setting == null ? {} : { setting }) },
                  withReference(message, sentence),
                ),
              ),
            ],
          };
    }),
  );
  return {
    groups: updated,
    notInspected,
    blocked: notInspected.length > 0 || updated.flat().some(({ blockers }) => blockers.length > 0),
  };
}

/** Gateway rules that a blocker of the plan covers already. */
const rulesCoveredBy: Partial<Record<RecreateNote['code'], readonly string[]>> = {
  'host-namespace': ['host-namespace'],
  'joined-gone': ['foreign-namespace', 'container-unprotected'],
  'joined-unprotected': ['foreign-namespace', 'container-unprotected'],
};

/**
 * The members of a group whose new containers are created by its commit step, not before: those that are
 * committed, and those that join one of these, whose new container does not exist before.
 */
export function createdByCommit(group: readonly PlannedMember[]): ReadonlySet<PlannedMember> {
  const found = new Set<PlannedMember>();
  // The joined ones are first in the group.
  for (const member of group) {
    const references = joins(member.subject.inspected);
    const joinsOne = [...found].some(({ subject }) =>
      references.some((reference) => isCalled(subject.inspected, reference)),
    );
    if (member.commit || joinsOne) found.add(member);
  }
  return found;
}

/**
 * Whether a group is committed before it is stopped, not after: a container run with --rm is gone once it
 * stops, as are those recreated together with it, which use its successor.
 */
export const commitsWhileRunning = (group: readonly PlannedMember[]): boolean =>
  [...createdByCommit(group)].some(
    ({ running, subject }) => running && subject.inspected.view.HostConfig.AutoRemove,
  );

/** `commitsEarly`: its group is committed before it is stopped. */
function planOne(
  subject: Subject,
  facts: RecreateFacts,
  request: RecreateRequest,
  commitsEarly: boolean,
): PlannedMember {
  const { inspected, isProtected, image } = subject;
  const { view, name } = inspected;
  const running = isUp(inspected) || request.start?.includes(view.Id) === true;
  const commit =
    !isProtected &&
    request.commit.some(
      (reference) =>
        reference === view.Id ||
        reference === name ||
        (reference.length >= 4 && view.Id.startsWith(reference)),
    );
  const writesAfterCommit = commit && running && commitsEarly;
  const isOnlyCopy = commit ? writesAfterCommit : hasWrites(subject);
  const removeOld =
    request.old === 'remove' || (request.old === 'remove-when-healthy' && running && !isOnlyCopy);
  const isRemoved = removeOld || (view.HostConfig.AutoRemove && running);
  const make: PlannedMember['recreation'] = (successors, other) =>
    recreation(
      inspected,
      other ?? image ?? { reference: view.Image, hasEntrypoint: false },
      facts.engine,
      successors,
    );
  return {
    id: view.Id,
    name,
    image: view.Config.Image,
    running,
    unchanged: isProtected,
    commit,
    changes: isProtected
      ? []
      : [
          ...make(new Map()).changes,
          ...shares(subject),
          ...(isRemoved ? [] : oldContainerNotes(subject, request, { running, commit })),
        ],
    lost: isProtected
      ? []
      : [
          ...losses(subject, facts, { running, commit, removeOld, isRemoved }),
          ...(writesAfterCommit && isRemoved ? [note('after-commit')] : []),
        ],
    blockers: isProtected ? [] : blockers(subject, facts, request, running),
    written: subject.written,
    subject,
    removeOld,
    recreation: make,
  };
}

/** Creates a note. `text`: the text in `params`, which may be a sentence. */
const note = (
  code: RecreateNote['code'],
  params: RecreateNote['params'] = {},
  text: string | Message = '',
): RecreateNote => ({ code, params, ...sentenceOf(text) });

/** The sharing user of the new one's directories. Sockets get a sharing user of their own. */
function shares({ inspected, user }: Subject): RecreateNote[] {
  const sources = inspected.view.Mounts.filter(
    ({ Type: type, Source: source }) =>
      type === 'bind' && !source.endsWith('.sock') && defaultDeviceAt(source) === null,
  ).map((mount) => mount.Source);
  return sources.length === 0 ? [] : [note('shares', { user: user.name, sources })];
}

/** Something was written inside it, or that is unknown. */
const hasWrites = ({ written }: Subject): boolean => written === null || written.paths > 0;

/** Why the old one is kept, and the consequence. */
function oldContainerNotes(
  { inspected }: Subject,
  request: RecreateRequest,
  { running, commit }: Pick<PlannedMember, 'running' | 'commit'>,
): RecreateNote[] {
  const whyKept = commit ? 'kept-after-commit' : 'kept-written';
  const project = inspected.view.Config.Labels['com.docker.compose.project'];
  return [
    ...(request.old === 'keep' ? [] : [note(running ? whyKept : 'never-run')]),
    ...(project === undefined ? [] : [note('compose-second', { project })]),
  ];
}

function losses(
  subject: Subject,
  facts: RecreateFacts,
  {
    running,
    commit,
    removeOld,
    isRemoved,
  }: Pick<PlannedMember, 'running' | 'commit' | 'removeOld'> & { readonly isRemoved: boolean },
): RecreateNote[] {
  const { inspected, written } = subject;
  const { view } = inspected;
  const linkers = sharers(inspected, facts.others, links);
  return [
    ...(running ? [note('memory')] : []),
    ...(commit || !hasWrites(subject)
      ? []
      : [
          written === null
            ? note('writable-unknown')
            : note('writable-layer', { ...written, names: written.names ?? [] }),
        ]),
    // Logs of the other drivers are stored elsewhere.
    ...(isRemoved &&
    view.State.Status !== 'created' &&
    ['json-file', 'local'].includes(view.HostConfig.LogConfig.Type)
      ? [note('logs', removeOld && !view.HostConfig.AutoRemove ? { hint: '--keep-old' } : {})]
      : []),
    ...(view.ExecIDs.length > 0 ? [note('execs', { count: view.ExecIDs.length })] : []),
    ...(view.HostConfig.AutoRemove && running ? [note('auto-remove')] : []),
    ...(linkers.length > 0 ? [note('linked-by', { names: linkers })] : []),
  ];
}

const hostModes = [
  ['NetworkMode', 'network'],
  ['PidMode', 'pid'],
  ['IpcMode', 'ipc'],
  ['UTSMode', 'uts'],
] as const;

function blockers(
  { inspected, image }: Subject,
  facts: RecreateFacts,
  request: RecreateRequest,
  running: boolean,
): RecreateNote[] {
  const { view } = inspected;
  const { HostConfig: host, State: state } = view;
  const sharing = sharers(inspected, facts.others, joins);
  const found: RecreateNote[] = [];
  if (!facts.eci) found.push(note('eci-off'));
  for (const [key, flag] of hostModes)
    if (host[key] === 'host') found.push(note('host-namespace', { option: `--${flag}=host` }));
  if (state.Paused) found.push(note('paused'));
  if (!running && !['created', 'exited'].includes(state.Status) && !state.Paused)
    found.push(note('unusable-state', { state: state.Status }));
  if (image === null) found.push(note('image-gone', { image: view.Config.Image }));
  if (view.Config.Labels['com.docker.swarm.service.id'] !== undefined) found.push(note('swarm'));
  if (sharing.length > 0) found.push(note('shared-by', { names: sharing }));
  if (host.AutoRemove && running && !request.withoutRollback) found.push(note('no-rollback'));
  for (const reference of joins(inspected)) {
    if (facts.subjects.some((subject) => isCalled(subject.inspected, reference))) continue;
    const joined = facts.others.find((other) => isCalled(other.inspected, reference));
    if (joined === undefined) found.push(note('joined-gone', { name: reference.slice(0, 12) }));
    else if (!joined.isProtected) found.push(note('joined-unprotected', { name: joined.inspected.name }));
  }
  return found;
}

/** Maps every possible reference to a joined container to its successor. */
export function asSuccessor(old: ContainerInspection, id: string): [string, string][] {
  return [
    [old.view.Id, id],
    [old.name, id],
    [old.view.Id.slice(0, 12), id],
  ];
}
