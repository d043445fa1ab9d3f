import {
  activityDays,
  isDenial,
  lastDays,
  type ActivityEntry,
  type ActivitySummary,
} from '../../shared/audit/activity.ts';
import { denialSummary } from './denial-summary.ts';

/** Invented entries of a decision log, for component tests and screenshots. */

const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
let made = 0;

export function entry(minutes: number, more: Partial<ActivityEntry> = {}): ActivityEntry {
  made++;
  return {
    id: `k3-${made}`,
    seq: made,
    time: ago(minutes),
    outcome: 'deny',
    rule: 'host-namespace',
    spec: 'A7',
    setting: null,
    what: '--pid=host',
    user: 'sam',
    message:
      'enhanced container isolation: --pid=host is blocked: a container may not share a namespace with ' +
      'the host (A7); no setting allows it',
    client: { uid: 1000, pid: 4800 + made },
    origin: { kind: 'clients' },
    method: 'POST',
    target: '/v1.45/containers/create?name=packet-dump',
    decisionUs: 840,
    generation: 3,
    ...more,
  };
}

const imageList = '/enhancedContainerIsolation/dockerSocketMount/imageList';
const socketRefused = (minutes: number): ActivityEntry =>
  entry(minutes, {
    rule: 'socket-mount',
    spec: 'B1',
    setting: imageList,
    container: 'lint-runner',
    image: 'registry.example/ci/runner:2.1',
    target: '/v1.45/containers/create?name=lint-runner',
    subject: { image: 'registry.example/ci/runner:2.1' },
    what:
      'mounting the Docker socket (/var/run/docker.sock) into a container of image ' +
      'registry.example/ci/runner:2.1',
    message:
      'enhanced container isolation: mounting the Docker socket (/var/run/docker.sock) into a container ' +
      'of image registry.example/ci/runner:2.1 is blocked: the Docker socket may be mounted by allowed ' +
      'images only (B1); an administrator can allow it with an entry of ' +
      'enhancedContainerIsolation.dockerSocketMount.imageList that covers the image',
  });
const bindRefused = (minutes: number, path: string, container: string): ActivityEntry =>
  entry(minutes, {
    rule: 'bind-not-shared',
    spec: 'A8',
    setting: '/filesharingAllowedDirectories',
    container,
    image: `example/${container}:1`,
    user: 'marek',
    client: { uid: 1001, pid: 5012 },
    subject: { path },
    what: `bind mount of ${path}`,
    message:
      `enhanced container isolation: bind mount of ${path} is blocked: the directory is not shared with ` +
      'containers (A8); an administrator can allow it by listing the directory in ' +
      'filesharingAllowedDirectories',
  });
const throughSocket = { kind: 'socket-mount', mount: 'm1', container: 'deploy-tool', image: 'docker:cli' };

/** Newest last, in the order of the log. */
export const someEntries: readonly ActivityEntry[] = [
  ...[1200, 1130, 1000, 910, 800, 640, 500, 320, 200, 90, 30].map(socketRefused),
  bindRefused(300, '/etc', 'backup-job'),
  bindRefused(240, '/etc', 'backup-job'),
  entry(180, {
    rule: 'volume-options',
    spec: 'A8',
    what: 'volume scratch of type none on /',
    container: 'scratch',
    target: '/v1.45/volumes/create',
    image: undefined,
  }),
  entry(150, {
    rule: 'host-network-build',
    spec: 'C',
    what: 'docker build --network=host',
    target: '/v1.45/build?networkmode=host',
    user: 'marek',
    client: { uid: 1001, pid: 6110 },
  }),
  entry(120, {
    outcome: 'rewrite',
    rule: 'userns-ignored',
    what: 'HostConfig.UsernsMode',
    message: 'HostConfig.UsernsMode: "host" became "" (every container has a user namespace of its own)',
    container: 'web-dev',
    image: 'example/web-dev:4',
    user: null,
    client: { uid: 4711, pid: 6200 },
  }),
  entry(100, { what: '--network=host', container: 'packet-dump', image: 'example/netshoot:1' }),
  entry(95, {
    outcome: 'would-deny',
    rule: 'command-blocked',
    spec: 'B5',
    setting: '/enhancedContainerIsolation/dockerSocketMount/commandList',
    what: 'docker pull through the Docker socket of a container of docker:cli',
    subject: { command: 'pull', image: 'docker:cli' },
    origin: throughSocket,
    target: '/v1.45/images/create?fromImage=alpine',
    message:
      'enhanced container isolation: docker pull through the Docker socket of a container of docker:cli ' +
      'is blocked: the command list of the mounted socket does not let it through (the list denies ' +
      '"push", "image*"; B5); an administrator can allow it in ' +
      'enhancedContainerIsolation.dockerSocketMount.commandList',
  }),
  bindRefused(60, '/srv/data/reports', 'report-maker'),
  entry(45, {
    outcome: 'allow',
    rule: 'container-unprotected',
    spec: 'D',
    setting: '/bulkhead/existingContainers',
    what: 'docker exec on container old-vpn',
    sentences: {
      what: { id: 'gateway.use-of-container', params: { command: 'docker exec', name: 'old-vpn' } },
    },
    container: 'old-vpn',
    image: 'example/openvpn:2.4',
    target: '/v1.45/containers/old-vpn/exec',
    message:
      'let pass with a warning: enhanced container isolation: docker exec on container old-vpn is ' +
      'blocked: the container was not created under enhanced container isolation (D)',
  }),
  entry(20, {
    rule: 'command-blocked',
    spec: 'B5',
    setting: '/enhancedContainerIsolation/dockerSocketMount/commandList',
    what: 'docker push through the Docker socket of a container of docker:cli',
    subject: { command: 'push', image: 'docker:cli' },
    origin: throughSocket,
    target: '/v1.45/images/example/push',
    message:
      'enhanced container isolation: docker push through the Docker socket of a container of docker:cli ' +
      'is blocked: the command list of the mounted socket does not let it through (the list denies ' +
      '"push", "image*"; B5); an administrator can allow it in ' +
      'enhancedContainerIsolation.dockerSocketMount.commandList',
  }),
  entry(12, {
    outcome: 'rewrite',
    rule: 'own-socket',
    spec: 'B2',
    what: 'HostConfig.Binds',
    message:
      'HostConfig.Binds: "/var/run/docker.sock:/var/run/docker.sock" became ' +
      '"/var/lib/bulkhead/sockets/5f/docker.sock:/var/run/docker.sock" (an allowed image gets a Docker ' +
      'socket of its own)',
    container: 'ryuk-7f3a',
    image: 'testcontainers/ryuk:0.9.0',
  }),
  entry(8, {
    outcome: 'rewrite',
    rule: 'runtime-forced',
    spec: 'A6',
    what: 'HostConfig.Runtime',
    message: 'HostConfig.Runtime: "runc" became "bulkhead" (every container runs with the isolation runtime)',
    container: 'nginx-test',
    image: 'nginx:1.27',
  }),
  socketRefused(3),
]
  .toSorted((a, b) => a.time.localeCompare(b.time))
  .map((one, index) => ({ ...one, seq: index + 1 }));

/** As many entries as the window keeps, of a few kinds. */
export const manyEntries = (count: number): readonly ActivityEntry[] =>
  Array.from({ length: count }, (_, index) => ({
    ...(index % 3 === 0
      ? bindRefused((count - index) / 10, `/srv/data/${index}`, `job-${index}`)
      : entry((count - index) / 10, {
          outcome: 'rewrite',
          rule: 'runtime-forced',
          what: 'HostConfig.Runtime',
          container: `job-${index}`,
          image: `example/job:${index}`,
        })),
    id: `m-${index + 1}`,
    seq: index + 1,
  }));

/** What the same requests come to in audit mode. */
export const auditEntries: readonly ActivityEntry[] = someEntries.map((one) =>
  one.outcome === 'deny' ? { ...one, outcome: 'would-deny' } : one,
);

const withoutEntries = ['activityEmpty', 'activityNoRights', 'activityReading', 'activityReadFailed'];

/** The entries of a named state. */
export function entriesOf(state: string): readonly ActivityEntry[] {
  if (state === 'activityMany') return manyEntries(10_000);
  if (state === 'audit') return auditEntries;
  return withoutEntries.includes(state) ? [] : someEntries;
}

/** Main's response for entries, none of them seen; with denials on the previous days. */
export function activitySummary(
  entries: readonly ActivityEntry[] = someEntries,
  more: Partial<ActivitySummary> = {},
): ActivitySummary {
  const history = [0, 1, 0, 2, 1, 0, 0, 3, 2, 1, 4, 2];
  const counted = denialSummary(entries);
  const days = lastDays(Date.now()).flatMap((day, index) => {
    const today = counted.days.get(day) ?? { denied: 0, wouldDeny: 0 };
    const denied = today.denied + (index < activityDays - 2 ? (history[index] ?? 0) : 0);
    return denied + today.wouldDeny === 0 ? [] : [{ day, denied, wouldDeny: today.wouldDeny }];
  });
  return {
    state: { kind: 'following' },
    entries: entries.length,
    days,
    since: ago(13 * 1440),
    rotatedAway: false,
    unseen: entries.filter(isDenial).length,
    groups: counted.groups,
    ...more,
  };
}
