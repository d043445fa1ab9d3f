import { Socket } from 'node:net';
import { heartbeatDescriptor, heartbeatMs, heartbeatVariable } from '../shared/process/heartbeat.ts';

/**
 * Tells the supervisor that this process' event loop runs, from now on and as long as it does; nothing where
 * nobody watches. Does not keep the process alive. To be called first of all, before anything is loaded.
 */
export function startHeartbeat(env: NodeJS.ProcessEnv = process.env): void {
  const fd = heartbeatDescriptor(env);
  // Ours alone, not our children's.
  Reflect.deleteProperty(env, heartbeatVariable);
  if (fd === null) return;
  const socket = new Socket({ fd, readable: false, writable: true });
  // A supervisor that does not read must not stop us, nor one that is gone.
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
