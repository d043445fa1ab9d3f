import { rename, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import {
  controlProtocol,
  formatMessage,
  LineSplitter,
  maxRequestBytes,
  parseRequest,
  type ControlMessage,
  type ControlRequest,
  type SupervisorState,
} from '../engine/targets/embedded/control-protocol.ts';
import type { AppError, Result } from '../shared/result.ts';

/** What the control socket gives access to. */
export interface ControlTarget {
  /** The current state. */
  readonly latest: SupervisorState;
  /** Resolves when that state is on disk, and reported. */
  flushed(): Promise<void>;
  /** Calls `listener` with each later state; returns how to unsubscribe. */
  onChange(listener: (state: SupervisorState) => void): () => void;
  /** Requests a restart of the engine, within `timeoutMs` if given; false: the supervisor is ending. */
  restart(timeoutMs: number | null): boolean;
  /** Has the engine reload its configuration; resolves when it has, or with the failure. */
  reload(): Promise<Result<void, AppError>>;
  /** Ends engine and supervisor; no effect once that has begun. */
  stop(): void;
}

/** Further connections are closed at once. Only root can make them. */
const maxConnections = 64;
/** A client with more unread replies than this, in bytes, is disconnected. */
const maxUnreadBytes = 256 * 1024;
/** How long a client may take to read the last state. */
const lastReadMs = 500;

/**
 * Serves the control socket (engine/targets/embedded/control-protocol.ts). Only root can connect: the file
 * has mode 0600 from the beginning, in a directory that nobody else may write to. The server waits for no
 * client.
 */
export class ControlServer {
  readonly #file: string;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  #target: ControlTarget | null = null;

  private constructor(file: string) {
    this.#file = file;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      if (this.#target === null) {
        socket.destroy();
        return;
      }
      const connection = new Connection(socket, this.#target);
      this.#connections.add(connection);
      socket.once('close', () => {
        this.#connections.delete(connection);
      });
    });
    this.#server.maxConnections = maxConnections;
  }

  /**
   * Binds the socket that is renamed to `file` when it is served; until then nobody can connect. The caller
   * holds the supervisor's lock, and writes no files meanwhile: they would get the socket's mode. Rejects
   * when the system does not allow it.
   */
  static async bind(file: string): Promise<ControlServer> {
    const control = new ControlServer(file);
    const temporary = temporaryName(file);
    await rm(temporary, { force: true });
    const before = process.umask(0o177);
    // bind() happens before listen returns, so the umask is in force for it.
    const listening = new Promise<void>((resolve, reject) => {
      // Later ones, such as of a connection that cannot be accepted, must not end the supervisor.
      control.#server.on('error', reject).once('listening', resolve);
      control.#server.listen({ path: temporary });
    });
    process.umask(before);
    await listening;
    return control;
  }

  /**
   * Accepts clients, replacing the socket of a killed supervisor. A client that waits for the file can
   * connect as soon as it exists.
   */
  async serve(target: ControlTarget): Promise<void> {
    this.#target = target;
    await rename(temporaryName(this.#file), this.#file);
  }

  /** Accepts no new clients, and removes the file. Connected clients receive the remaining states. */
  async stopListening(): Promise<void> {
    this.#server.close();
    await rm(this.#file, { force: true });
  }

  /**
   * Closes the connections, which shows clients that the supervisor has ended. Call `stopListening` first.
   */
  async close(): Promise<void> {
    await Promise.all([...this.#connections].map((connection) => connection.close()));
  }
}

const temporaryName = (file: string): string => `${file}.new`;

/** One client. At most one state is being sent to it; of later ones only the newest is kept. */
class Connection {
  readonly #socket: Socket;
  readonly #target: ControlTarget;
  readonly #lines = new LineSplitter(maxRequestBytes);
  /** Responds in the order of the requests. */
  #replies: Promise<void> = Promise.resolve();
  #endSubscription: (() => void) | null = null;
  #isSending = false;
  #unsent: SupervisorState | null = null;

  constructor(socket: Socket, target: ControlTarget) {
    this.#socket = socket;
    this.#target = target;
    socket.on('data', (bytes) => {
      this.#receive(bytes);
    });
    socket.once('end', () => {
      void this.#replies.then(() => socket.end());
    });
    socket.once('error', () => socket.destroy());
    socket.once('close', () => this.#endSubscription?.());
  }

  /** Ends the connection once the remaining data has been sent, or after a timeout. */
  async close(): Promise<void> {
    await this.#replies;
    if (!this.#socket.writable) this.#socket.destroy();
    if (this.#socket.closed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.#socket.destroy(), lastReadMs);
      this.#socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      const finish = () => this.#socket.end(() => this.#socket.destroy());
      if (this.#unsent === null) finish();
      else this.#write({ protocol: controlProtocol, type: 'state', state: this.#unsent }, finish);
    });
  }

  #receive(bytes: Buffer): void {
    // Nothing more is read until these are answered.
    this.#socket.pause();
    const { lines, tooLong } = this.#lines.push(bytes);
    for (const line of lines) this.#answer(() => this.#handle(parseRequest(line)));
    if (!tooLong) {
      void this.#replies.then(() => this.#socket.resume());
      return;
    }
    const message = `a request has at most ${maxRequestBytes} bytes`;
    this.#answer(() => Promise.resolve(refusal('request-too-long', message)));
    void this.#replies.then(() => this.#socket.end(() => this.#socket.destroy()));
  }

  #answer(handle: () => Promise<ControlMessage>): void {
    this.#replies = this.#replies.then(async () => {
      if (this.#socket.writableLength > maxUnreadBytes) this.#socket.destroy();
      if (!this.#socket.destroyed) this.#write(await handle());
    });
  }

  async #handle(call: ReturnType<typeof parseRequest>): Promise<ControlMessage> {
    if ('code' in call) return refusal(call.code, call.message);
    const { request, timeoutMs } = call;
    if (request === 'restart' && !this.#target.restart(timeoutMs))
      return refusal('stopping', 'the supervisor is ending');
    if (request === 'reload') {
      const reloaded = await this.#target.reload();
      if (!reloaded.ok) return refusal('reload-failed', errorText(reloaded.error));
    }
    if (request === 'stop') this.#target.stop();
    const state = this.#target.latest;
    await this.#target.flushed();
    if (request === 'subscribe') this.#subscribe();
    return reply(request, state);
  }

  #subscribe(): void {
    if (this.#socket.destroyed) return;
    this.#endSubscription ??= this.#target.onChange((state) => {
      this.#unsent = state;
      this.#sendState();
    });
  }

  #sendState(): void {
    if (this.#isSending || this.#unsent === null) return;
    this.#isSending = true;
    const state = this.#unsent;
    this.#unsent = null;
    this.#write({ protocol: controlProtocol, type: 'state', state }, () => {
      this.#isSending = false;
      this.#sendState();
    });
  }

  #write(message: ControlMessage, onWritten?: () => void): void {
    if (this.#socket.writable) this.#socket.write(formatMessage(message), onWritten);
  }
}

const errorText = ({ message, reason }: AppError): string =>
  reason === undefined ? message : `${message}: ${reason}`;

const refusal = (
  code: Extract<ControlMessage, { type: 'error' }>['code'],
  message: string,
): ControlMessage => ({ protocol: controlProtocol, type: 'error', code, message });

const reply = (request: ControlRequest, state: SupervisorState): ControlMessage => ({
  protocol: controlProtocol,
  type: 'reply',
  request,
  state,
});
