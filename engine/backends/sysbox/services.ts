import { message, type Message } from '../../../shared/messages/message.ts';
import net from 'node:net';

/** What asking a service of Sysbox came to. */
export type ServiceProbe =
  { readonly isResponsive: true } | { readonly isResponsive: false; readonly why: string | Message };

/**
 * Does the gRPC service behind a Unix socket answer within `timeoutMs`? Connecting shows nothing: the kernel
 * accepts for a process that hangs (Sysbox's file-system service is known to, in FUSE). So the first frame of
 * HTTP/2, the service's settings, is waited for. The service itself gets no request. Never rejects.
 */
export async function probeService(socket: string, timeoutMs: number): Promise<ServiceProbe> {
  // Few machines have a Sysbox, and every window would wait for it.
  const { default: http2 } = await import('node:http2');
  return new Promise((resolve) => {
    const connection = net.connect(socket);
    const session = http2.connect('http://sysbox', { createConnection: () => connection });
    const settle = (probe: ServiceProbe) => {
      clearTimeout(timer);
      session.destroy();
      connection.destroy();
      resolve(probe);
    };
    const timer = setTimeout(() => {
      settle({ isResponsive: false, why: message('isolation.service-hangs', { seconds: timeoutMs / 1000 }) });
    }, timeoutMs);
    // What a program answers that is no such service is an error of the protocol.
    session.once('remoteSettings', () => {
      settle({ isResponsive: true });
    });
    session.once('error', (error: NodeJS.ErrnoException) => {
      settle({ isResponsive: false, why: reasonOf(error) });
    });
    session.once('close', () => {
      settle({ isResponsive: false, why: message('isolation.service-closed-connection') });
    });
    // Both the socket and the session tell; the session's is taken, and the socket's must have a listener.
    connection.once('error', (error: NodeJS.ErrnoException) => {
      settle({ isResponsive: false, why: reasonOf(error) });
    });
  });
}

function reasonOf(error: NodeJS.ErrnoException): string | Message {
  switch (error.code) {
    case 'ENOENT':
      return message('isolation.service-has-no-socket');
    case 'ECONNREFUSED':
      return message('isolation.nothing-listens-on-its-socket');
    default:
      return error.message;
  }
}
