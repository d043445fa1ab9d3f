import type { AppState } from '../../shared/ipc/app-state.ts';
import { minutesAgo, offText } from './settings-fixture.ts';
import { container, someContainers, recreation } from './container-fixture.ts';
import { requirementsMet, appState, off } from './app-fixture.ts';
import { run } from './apply-fixture.ts';

/** Scans, removals and recreations of containers. */
export const containerStates: Record<string, () => AppState> = {
  missing: () =>
    appState({
      ...off(),
      backends: [
        {
          id: 'exclusive',
          available: false,
          requirements: [
            { code: 'kernel', met: false, found: '5.4.0', fix: 'Use Linux 6.3 or newer.' },
            { code: 'runc', met: true, found: '1.1.15' },
          ],
        },
        ...requirementsMet.slice(1),
      ],
    }),
  applying: () =>
    appState({ ...off({ draft: offText.replace('"value": false', '"value": true') }), run: run() }),
  recreating: () => appState({ recreation: recreation() }),
  appeared: () =>
    appState({
      appeared: {
        ids: someContainers.filter(({ name }) => name === 'debug-shell').map(({ id }) => id),
        since: minutesAgo(0.2),
      },
    }),
  removing: () =>
    appState({
      removal: {
        activity: 'removing',
        total: 200,
        done: 86,
        removed: 85,
        outcomes: [{ id: 'x', name: 'job-12', removed: false, error: 'device or resource busy' }],
        error: null,
        includeRunning: true,
        removeVolumes: false,
      },
    }),
  removed: () =>
    appState({
      removal: {
        activity: 'ended',
        total: 200,
        done: 200,
        removed: 180,
        outcomes: [
          { id: 'x', name: 'job-12', removed: false, error: 'device or resource busy' },
          ...Array.from({ length: 19 }, (_, i) => ({
            id: `n${i}`,
            name: `job-${i + 180}`,
            removed: false,
            error: 'not begun: cancelled',
            notBegun: true as const,
          })),
        ],
        error: null,
        includeRunning: true,
        removeVolumes: false,
      },
    }),
  recreated: () =>
    appState({
      recreation: recreation({
        activity: 'ended',
        cancellable: false,
        members: [
          {
            id: 'a',
            name: 'old-vpn',
            step: 'clean-up',
            outcome: {
              kind: 'recreated',
              id: 'x',
              kept: 'old-vpn-before-eci',
              image: 'bulkhead/recreated:old-vpn-20261110T104207',
              started: true,
            },
          },
          {
            id: 'b',
            name: 'a-container-with-a-rather-long-name-that-somebody-chose-for-it-and-that-does-not-end-soon',
            step: 'create',
            outcome: {
              kind: 'refused',
              error: {
                code: 'containers.recreate-blocked',
                message: 'the new container was not made',
                reason:
                  'enhanced container isolation: bind mount of /etc is blocked: the directory is not ' +
                  'shared with containers (A8); an administrator can allow it by listing the directory ' +
                  'in filesharingAllowedDirectories',
              },
            },
          },
        ],
      }),
    }),
  longNames: () =>
    appState({
      scan: {
        at: minutesAgo(0.1),
        durationMs: 40,
        eci: true,
        containers: [
          container(
            'a-container-with-a-rather-long-name-that-somebody-chose-for-it-and-that-does-not-end-soon',
            {
              protected: false,
              image:
                'registry.example.org:5000/an/image/with/many/parts/and-a-long-name:2026.11.10-build.4711',
              labels: { 标签: '数据库' },
            },
          ),
          container('shop-数据库-1', {
            protected: false,
            image: 'registry.example.org/商店/数据库:最新',
            obstacles: ['pid=host'],
          }),
          container('db-archive', {
            protected: false,
            state: 'exited',
            status: 'Exited (0) 3 days ago',
            volumes: [{ name: '3f9c1d', anonymous: true, destination: '/var/lib/数据' }],
          }),
        ],
      },
    }),
  many: () =>
    appState({
      scan: {
        at: minutesAgo(0.1),
        durationMs: 400,
        eci: true,
        containers: Array.from({ length: 1000 }, (_, i) =>
          container(`job-${i + 1}`, i % 3 === 0 ? { protected: false } : {}),
        ),
      },
    }),
};
