import { message, type Message } from '../../../shared/messages/message.ts';
import net from 'node:net';

/** The result of connecting to a service of Sysbox. */
export type ServiceProbe =
  { readonly isResponsive: true } | { readonly isResponsive: false; readonly why: string | Message };

/**
 * Checks whether the gRPC service behind a Unix socket responds within `timeoutMs`. A successful connect
 * shows nothing: the kernel accepts connections for a process that hangs (Sysbox's file-system service may
 * hang in FUSE). So it waits for the first frame of HTTP/2, the service's settings. The service itself gets
 * no request. Never rejects.
 */
export async function probeService(socket: string, timeoutMs: number): Promise<ServiceProbe> {
  // Loaded only when needed: few machines have a Sysbox, and every window would wait for it.
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
    // The response of a program that is not such a service is a protocol error.
    session.once('remoteSettings', () => {
      settle({ isResponsive: true });
    });
    session.once('error', (error: NodeJS.ErrnoException) => {
      settle({ isResponsive: false, why: reasonOf(error) });
    });
    session.once('close', () => {
      settle({ isResponsive: false, why: message('isolation.service-closed-connection') });
    });
    // Both the socket and the session emit the error; the session's is used, and the socket's must have a
    // listener.
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
      return message('isolation.service-not-listening');
    default:
      return error.message;
  }
}
