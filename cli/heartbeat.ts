import { Socket } from 'node:net';
import { heartbeatDescriptor, heartbeatMs, heartbeatVariable } from '../shared/process/heartbeat.ts';

/**
 * Reports to the supervisor that this process's event loop runs, from now on; does nothing without a
 * supervisor. Does not keep the process running. To be called before anything else is loaded.
 */
export function startHeartbeat(env: NodeJS.ProcessEnv = process.env): void {
  const fd = heartbeatDescriptor(env);
  // For this process only, not its children.
  Reflect.deleteProperty(env, heartbeatVariable);
  if (fd === null) return;
  const socket = new Socket({ fd, readable: false, writable: true });
  // A supervisor that does not read, or has ended, must not stop us.
  const beat = (): void => {
    if (socket.writableLength === 0) socket.write('\n');
  };
  const timer = setInterval(beat, heartbeatMs).unref();
  socket.unref();
  socket.once('error', () => {
    clearInterval(timer);
  });
  socket.once('close', () => {
    clearInterval(timer);
  });
  beat();
}
