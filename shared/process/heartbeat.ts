/**
 * Between a process that has an event loop and its supervisor: every `heartbeatMs` the process writes a byte
 * to the descriptor that the variable names, from its event loop. What systemd calls a watchdog
 * (sd_notify(3), `WATCHDOG=1`), over a pipe.
 */
export const heartbeatVariable = 'BULKHEAD_HEARTBEAT_FD';
export const heartbeatMs = 1000;

/** The descriptor in `env`; null: nobody watches this process. */
export function heartbeatDescriptor(env: Readonly<Record<string, string | undefined>>): number | null {
  const text = env[heartbeatVariable] ?? '';
  return /^[1-9]\d{0,4}$/.test(text) ? Number(text) : null;
}
