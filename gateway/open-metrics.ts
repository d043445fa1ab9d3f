import type { DecisionLog } from './audit/decision-log.ts';
import type { GatewayListeners } from './gateway-listeners.ts';
import type { GatewayOptions } from './gateway-options.ts';
import type { GatewayCounters } from './metrics/counters.ts';
import { serveMetrics, type MetricsSocket } from './metrics/serve.ts';
import type { SettingsWatch } from './settings/settings-watch.ts';

export interface MetricsSources {
  readonly counters: GatewayCounters;
  readonly settings: SettingsWatch;
  readonly audit: DecisionLog;
  readonly listeners: GatewayListeners;
  readonly log: (line: string) => void;
}

/**
 * Serves the metrics socket. Null without one, and where it cannot be created: that is logged, and the
 * gateway runs, since metrics must not decide whether containers are protected.
 */
export async function openMetrics(
  options: GatewayOptions,
  { counters, settings, audit, listeners, log }: MetricsSources,
): Promise<MetricsSocket | null> {
  if (options.metricsSocket === undefined || options.metricsSocket === null) return null;
  const opened = await serveMetrics(
    options.metricsSocket,
    options.group ?? 'docker',
    counters,
    () => {
      const state = settings.current();
      return {
        openConnections: listeners.sum((listener) => listener.connections()),
        tunnels: listeners.sum((listener) => listener.tunnels()),
        socketMounts: listeners.sum(({ origin }) => (origin.kind === 'socket-mount' ? 1 : 0)),
        policyGeneration: state.generation,
        policyProblem: state.problem !== null,
        mode: state.settings.eci.value ? state.settings.mode : 'off',
        auditDropped: audit.dropped,
      };
    },
    log,
  );
  if (opened.ok) return opened.value;
  log(`no metrics: ${opened.error.message}`);
  return null;
}
