import { noListenerStore, type ListenerStore } from '../../shared/gateway/listener-handoff.ts';
import { koffiStruct, lastErrno, libcFunction } from './libc.ts';

/**
 * systemd, for a service of `Type=notify` (sd_notify(3)): readiness, watchdog, and the file descriptor store,
 * which keeps listening sockets across restarts. Node has no unix(7) datagram sockets, so libc is called.
 */
export interface ServiceManager {
  /** Reports that the service is ready, and sends keep-alive pings to the watchdog from then on. */
  ready(): void;
  stopping(): void;
  /** What `systemctl status` shows of the service. */
  status(text: string): void;
  readonly listenerStore: ListenerStore;
  /** Environment variables by which a successor of this process finds the service manager. */
  readonly variables: Readonly<Record<string, string>>;
  /** Makes another process of the service its main process; this one sends no more notifications. */
  handOver(pid: number): void;
  /** This process is the main process from now on: sends what it has waited to send. */
  becomeMainProcess(): void;
}

const unixFamily = 1;
const datagramCloseOnExec = 2 | 0o2000000;
const noSignal = 0x4000;
const [socketLevel, descriptorRights] = [1, 1];

type Send = (text: string, fd?: number) => void;

/**
 * The service manager that started this process; null where none did. Takes NOTIFY_SOCKET and WATCHDOG_USEC
 * out of `env`: they are this process' alone, not its children's. `log` gets why a notification could not be
 * sent. A process that is not the service's main process yet (`isMain`) sends nothing until
 * `becomeMainProcess`.
 */
export function serviceManager(
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
  { isMain = true }: { readonly isMain?: boolean } = {},
): ServiceManager | null {
  const address = env['NOTIFY_SOCKET'] ?? '';
  const watchdogUsec = Number(env['WATCHDOG_USEC'] ?? 0);
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) Reflect.deleteProperty(env, name);
  if (address === '') return null;
  const notify = openNotifySocket(address, log);
  if (notify === null) return null;
  // The service manager accepts notifications from the main process only.
  let role: 'waiting' | 'main' | 'replaced' = isMain ? 'main' : 'waiting';
  const waiting: Parameters<Send>[] = [];
  const send: Send = (text, fd) => {
    if (role === 'main') notify(text, fd);
    else if (role === 'waiting') waiting.push([text, fd]);
  };
  let watchdog: NodeJS.Timeout | undefined;
  const isWatched = Number.isFinite(watchdogUsec) && watchdogUsec > 0;
  return {
    variables: {
      NOTIFY_SOCKET: address,
      ...(watchdogUsec > 0 ? { WATCHDOG_USEC: String(watchdogUsec) } : {}),
    },
    handOver: (pid) => {
      clearInterval(watchdog);
      // The watchdog applies to the successor from now on.
      send(`MAINPID=${pid}`);
      role = 'replaced';
    },
    becomeMainProcess: () => {
      if (role !== 'waiting') return;
      role = 'main';
      for (const notification of waiting.splice(0)) notify(...notification);
    },
    ready: () => {
      send(isWatched ? 'READY=1\nWATCHDOG=1' : 'READY=1');
      if (!isWatched) return;
      // Several pings within the limit; systemd counts from the last one.
      watchdog = setInterval(() => {
        send('WATCHDOG=1');
      }, watchdogUsec / 3000).unref();
    },
    stopping: () => {
      send('STOPPING=1');
    },
    status: (text) => {
      send(`STATUS=${text.replaceAll('\n', ' ')}`);
    },
    listenerStore: storeOf(send),
  };
}

/** systemd's file descriptor store (FDSTORE=1): stored descriptors outlive this process. */
function storeOf(send: Send): ListenerStore {
  const { keep: ignore } = noListenerStore;
  return {
    keep: (name, handle) => {
      const fd = 'fd' in handle && typeof handle.fd === 'number' ? handle.fd : -1;
      if (fd < 0) return ignore(name, handle);
      // Otherwise an older one of the same name would stay in the store.
      send(`FDSTOREREMOVE=1\nFDNAME=${name}`);
      send(`FDSTORE=1\nFDNAME=${name}`, fd);
      return Promise.resolve();
    },
    drop: (name) => {
      send(`FDSTOREREMOVE=1\nFDNAME=${name}`);
    },
  };
}

type SocketCall = (domain: number, type: number, protocol: number) => number;
type ConnectCall = (fd: number, address: Buffer, length: number) => number;
type SendMessageCall = (fd: number, message: object, flags: number) => number;

function openNotifySocket(address: string, log: (line: string) => void): Send | null {
  const vector = koffiStruct('bulkhead_iovec', { iov_base: 'void *', iov_len: 'size_t' });
  const header = koffiStruct('bulkhead_msghdr', {
    msg_name: 'void *',
    msg_namelen: 'uint32_t',
    msg_iov: 'bulkhead_iovec *',
    msg_iovlen: 'size_t',
    msg_control: 'void *',
    msg_controllen: 'size_t',
    msg_flags: 'int',
  });
  const socket = libcFunction<SocketCall>('int socket(int domain, int type, int protocol)');
  const connect = libcFunction<ConnectCall>('int connect(int fd, const void *address, uint32_t length)');
  const sendMessage = libcFunction<SendMessageCall>(
    'long sendmsg(int fd, const bulkhead_msghdr *message, int flags)',
  );
  if (vector === null || header === null || socket === null || connect === null || sendMessage === null) {
    log('the service manager cannot be notified: the C library could not be called');
    return null;
  }
  const fd = socket(unixFamily, datagramCloseOnExec, 0);
  const path = Buffer.from(address.replace(/^@/, '\0'));
  const name = Buffer.alloc(2 + path.length + (address.startsWith('@') ? 0 : 1));
  name.writeUInt16LE(unixFamily, 0);
  path.copy(name, 2);
  if (fd < 0 || connect(fd, name, name.length) !== 0) {
    log(`the service manager cannot be notified at ${address}: error ${lastErrno()}`);
    return null;
  }
  return (text, passed) => {
    const bytes = Buffer.from(text);
    const control = passed === undefined ? null : rightsMessage(passed);
    const sent = sendMessage(
      fd,
      {
        msg_name: null,
        msg_namelen: 0,
        msg_iov: { iov_base: bytes, iov_len: bytes.length },
        msg_iovlen: 1,
        msg_control: control,
        msg_controllen: control?.length ?? 0,
        msg_flags: 0,
      },
      noSignal,
    );
    if (sent < 0)
      log(`the service manager was not notified (${text.split('\n')[0] ?? ''}): error ${lastErrno()}`);
  };
}

/** A `struct cmsghdr` of 64-bit Linux that passes one descriptor (SCM_RIGHTS). */
function rightsMessage(fd: number): Buffer {
  const lengthWithoutPadding = 20;
  const message = Buffer.alloc(24);
  message.writeBigUInt64LE(BigInt(lengthWithoutPadding), 0);
  message.writeInt32LE(socketLevel, 8);
  message.writeInt32LE(descriptorRights, 12);
  message.writeInt32LE(fd, 16);
  return message;
}
