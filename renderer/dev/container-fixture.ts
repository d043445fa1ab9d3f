import type { Container } from '../../shared/containers/protection.ts';
import type {
  RecreateItem,
  RecreatePlan,
  RecreateRequest,
  RecreateRun,
} from '../../shared/containers/recreate.ts';
import { minutesAgo } from './settings-fixture.ts';

export function container(name: string, more: Partial<Container> = {}): Container {
  const isProtected = more.protected ?? true;
  return {
    id: (
      [...name].map((c) => c.charCodeAt(0).toString(16)).join('') +
      '0f1e2d3c4b5a69788796a5b4c3d2e1f0f1e2d3c4b5a6978'
    )
      .slice(0, 64)
      .padEnd(64, '0'),
    name,
    image: `example/${name}:1`,
    state: 'running',
    status: 'Up 2 hours',
    createdAt: minutesAgo(130),
    runtime: isProtected ? 'bulkhead' : 'runc',
    protected: isProtected,
    reason: isProtected ? 'own-range' : 'before-eci',
    range: isProtected ? { first: 1_000_000_000, last: 1_000_065_535 } : null,
    privileged: false,
    restartPolicy: 'no',
    volumes: [],
    obstacles: [],
    labels: {},
    ...more,
  };
}

export const someContainers: Container[] = [
  container('old-vpn', {
    image: 'example/openvpn:2.4',
    protected: false,
    status: 'Up 41 days',
    createdAt: minutesAgo(41 * 1440),
    volumes: [{ name: 'vpn-data', anonymous: false, destination: '/etc/openvpn' }],
    restartPolicy: 'unless-stopped',
  }),
  container('node-metrics', {
    image: 'example/node-exporter:v1.8.1',
    protected: false,
    status: 'Up 41 days',
    createdAt: minutesAgo(41 * 1440),
    obstacles: ['pid=host'],
  }),
  container('db-archive', {
    image: 'postgres:13',
    protected: false,
    state: 'exited',
    status: 'Exited (0) 3 months ago',
    createdAt: minutesAgo(100 * 1440),
    volumes: [
      { name: 'db-archive-data', anonymous: false, destination: '/var/lib/postgresql/data' },
      { name: '3f9c1d', anonymous: true, destination: '/backup' },
    ],
  }),
  container('debug-shell', { image: 'alpine:3.20', protected: false, reason: 'past-gateway' }),
  ...['web-1', 'api-1', 'db-1'].map((name, index) =>
    container(name, {
      range: { first: 1_000_065_536 + index * 65_536, last: 1_000_131_071 + index * 65_536 },
    }),
  ),
  container('builder', { image: 'docker:27-dind', privileged: true }),
  container('cache', {
    state: 'exited',
    status: 'Exited (0) 5 minutes ago',
    reason: 'own-range-stopped',
    range: null,
  }),
];

export const offContainers = someContainers.map((c): Container => ({
  ...c,
  protected: false,
  reason: 'eci-off',
  runtime: 'runc',
  range: null,
}));

/** A plan of recreating the given containers, with notes of every kind, depending on the containers. */
export function recreatePlan(containers: readonly Container[], request: RecreateRequest): RecreatePlan {
  const items = containers.map((c): RecreateItem => {
    const running = c.state === 'running';
    const commit = request.commit.includes(c.id);
    return {
      id: c.id,
      name: c.name,
      image: c.image,
      running,
      unchanged: c.protected,
      commit,
      written: { bytes: 12_345_678, paths: 31 },
      blockers: c.obstacles.includes('pid=host')
        ? [{ code: 'host-namespace', params: { option: '--pid=host' } }]
        : [],
      changes: [
        { code: 'runtime', params: { before: c.runtime, after: 'bulkhead' } },
        ...c.volumes
          .filter((v) => v.anonymous)
          .map((v) => ({
            code: 'anonymous-volume' as const,
            params: { name: v.name, destination: v.destination },
          })),
        ...(request.old !== 'remove-when-healthy' || (running && commit)
          ? []
          : [{ code: running ? ('kept-written' as const) : ('never-run' as const), params: {} }]),
      ],
      lost: [
        ...(running ? [{ code: 'memory' as const, params: {} }] : []),
        ...(commit ? [] : [{ code: 'writable-layer' as const, params: { bytes: 12_345_678, paths: 31 } }]),
        ...(running && commit ? [{ code: 'logs' as const, params: {} }] : []),
      ],
    };
  });
  return { groups: items.map((item) => [item]), blocked: items.some((item) => item.blockers.length > 0) };
}

export const recreation = (more: Partial<RecreateRun> = {}): RecreateRun => ({
  activity: 'recreating',
  cancellable: true,
  members: [
    { id: 'a', name: 'old-vpn', step: 'wait', outcome: null },
    { id: 'b', name: 'db-archive', step: null, outcome: null },
  ],
  ...more,
});
