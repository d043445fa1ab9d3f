import { connect, type Socket } from 'node:net';
import {
  formatRequest,
  LineSplitter,
  maxMessageBytes,
  parseMessage,
  type ControlErrorCode,
  type ControlMessage,
  type ControlRequest,
  type SupervisorState,
} from './control-protocol.ts';

export type ControlReply =
  | { readonly ok: true; readonly state: SupervisorState }
  | { readonly ok: false; readonly code: ControlErrorCode; readonly message: string };

/**
 * Connects to the control socket `file`; null if nobody listens, or this user may not connect. The caller has
 * checked the owner of its directory.
 */
export function connectControl(file: string): Promise<ControlConnection | null> {
  return new Promise((resolve) => {
    const socket = connect({ path: file });
    socket.once('error', () => {
      resolve(null);
    });
    socket.once('connect', () => {
      resolve(new ControlConnection(socket));
    });
  });
}

/**
 * A connection to a supervisor. Every pending wait on it resolves with null when it is closed: by `close`, by
 * the end of the supervisor, or by an invalid message.
 */
export class ControlConnection {
  readonly #socket: Socket;
  readonly #lines = new LineSplitter(maxMessageBytes);
  readonly #replies: ((reply: ControlReply | null) => void)[] = [];
  readonly #states: SupervisorState[] = [];
  #waiting: ((state: SupervisorState | null) => void) | null = null;
  #isClosed = false;

  /** `socket` is connected. */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => {
      this.#receive(bytes);
    });
    // 'close' follows.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#finish();
    });
  }

  /** Sends a request. Resolves with the response. */
  request(request: ControlRequest): Promise<ControlReply | null> {
    return this.#send(formatRequest(request));
  }

  /** Requests a restart that may take `timeoutMs`. A supervisor of an earlier version accepts no limit. */
  async requestRestart(timeoutMs: number): Promise<ControlReply | null> {
    const reply = await this.#send(formatRequest('restart', timeoutMs));
    return reply?.ok === false && reply.code === 'bad-request' ? this.request('restart') : reply;
  }

  #send(line: string): Promise<ControlReply | null> {
    if (this.#isClosed) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#replies.push(resolve);
      this.#socket.write(line);
    });
  }

  /** The next state, for a subscriber. One call at a time. */
  nextState(): Promise<SupervisorState | null> {
    const state = this.#states.shift();
    if (state !== undefined) return Promise.resolve(state);
    if (this.#isClosed) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  close(): void {
    this.#socket.destroy();
    this.#finish();
  }

  #receive(bytes: Buffer): void {
    const { lines, tooLong } = this.#lines.push(bytes);
    for (const line of lines) {
      const message = parseMessage(line);
      if (message === null) this.close();
      else if (!this.#isClosed) this.#deliver(message);
    }
    if (tooLong) this.close();
  }

  #deliver(message: ControlMessage): void {
    switch (message.type) {
      case 'reply':
        this.#replies.shift()?.({ ok: true, state: message.state });
        break;
      case 'error':
        this.#replies.shift()?.({ ok: false, code: message.code, message: message.message });
        break;
      case 'state':
        if (this.#waiting === null) this.#states.push(message.state);
        else this.#waiting(message.state);
        this.#waiting = null;
        break;
    }
  }

  #finish(): void {
    this.#isClosed = true;
    for (const resolve of this.#replies.splice(0)) resolve(null);
    this.#waiting?.(null);
    this.#waiting = null;
  }
}
