/**
 * Between a process with an event loop and its supervisor: every `heartbeatMs` the process writes a byte to
 * the descriptor in the variable, from its event loop. Like systemd's watchdog (sd_notify(3), `WATCHDOG=1`),
 * over a pipe.
 */
export const heartbeatVariable = 'BULKHEAD_HEARTBEAT_FD';
export const heartbeatMs = 1000;

/** The descriptor in `env`; null: this process is not monitored. */
export function heartbeatDescriptor(env: Readonly<Record<string, string | undefined>>): number | null {
  const text = env[heartbeatVariable] ?? '';
  return /^[1-9]\d{0,4}$/.test(text) ? Number(text) : null;
}
