import type { EngineStatus } from '../shared/engine-status/status.ts';
import { phaseText } from './engine-text.ts';
import type { ListDefinition } from './list.ts';
import { text } from './text.ts';

/** The fields of `bulkhead engine status`. */
export const engineRecord: ListDefinition<EngineStatus> = {
  fields: {
    State: {
      head: () => text('cli-list.phase'),
      value: ({ phase }) => phase,
      display: ({ phase }) => phaseText(phase),
    },
    Version: {
      head: () => text('cli-list.version'),
      value: ({ version }) => version ?? '',
      display: ({ version }) => version ?? '-',
    },
    APIVersion: { head: () => text('cli-list.api-version'), value: ({ apiVersion }) => apiVersion ?? '' },
    Runtime: { head: () => text('cli-list.runtime'), value: ({ defaultRuntime }) => defaultRuntime ?? '' },
    Containers: {
      head: () => text('cli-list.containers'),
      value: ({ counts }) => String(counts?.containers ?? ''),
    },
    Running: {
      head: () => text('cli-list.running'),
      value: ({ counts }) => String(counts?.running ?? ''),
      display: ({ counts }) => String(counts?.running ?? '-'),
    },
    Socket: { head: () => text('cli-list.socket'), value: ({ socket }) => socket },
    Root: { head: () => text('cli-list.root'), value: ({ root }) => root ?? '' },
    Gateway: { head: () => text('cli-list.gateway'), value: ({ gatewayUp }) => String(gatewayUp) },
    Planner: { head: () => text('cli-list.planner'), value: ({ plannerUp }) => String(plannerUp) },
    StartsAtBoot: {
      head: () => text('cli-list.at-boot'),
      value: ({ startsAtBoot }) => String(startsAtBoot ?? ''),
    },
    StartedAt: { head: () => text('cli-list.started'), value: ({ startedAt }) => startedAt ?? '' },
    Problem: { head: () => text('cli-list.problem'), value: ({ problem }) => problem?.message ?? '' },
  },
  columns: ['State', 'Version', 'Running', 'Socket'],
};
