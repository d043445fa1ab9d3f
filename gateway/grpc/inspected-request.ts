import { constants, type ClientHttp2Stream, type ServerHttp2Stream } from 'node:http2';
import { frame, FrameReader, prefix } from '../../shared/grpc/frames.ts';
import { decideBuildMessage, failedReturn, type BuildMessage } from '../../shared/policy/build-solve.ts';
import { refusalText } from '../../shared/policy/decision.ts';
import { countParsedBytes } from '../base/garbage-collection.ts';
import { TooManyWaiting } from '../turns/fair-share.ts';
import type { ReceivingTurn } from '../turns/receiving-turns.ts';
import { largeBodyBytes } from '../turns/turns.ts';
import { yieldToEventLoop } from '../turns/yield.ts';
import { foreignBuildDenial, type Budget, type CallPolicy } from './call-policy.ts';
import { grpcStatus } from './metadata.ts';
import { engineClosed, engineSilent, refuse } from './refuse.ts';
import type { RefusedBuilds } from './refused-builds.ts';
import type { OwnBuilds } from './started-builds.ts';

/** Longest accepted message, bytes: BuildKit's own limit (16 MiB), and some overhead. */
export const maxMessageBytes = 16 * 1024 * 1024 + 64 * 1024;
/** Bytes of incomplete messages that one connection may have. */
const maxBufferedBytes = 32 * 1024 * 1024;
/** How long a long message may take once its turn has begun, ms: others wait for it. */
const messageTimeoutMs = 15_000;
/** A longer message is decided in a turn of the event loop of its own. */
const largeMessageBytes = 16 * 1024;

export interface InspectedRequestOptions {
  readonly client: ServerHttp2Stream;
  /** Opens the call to the engine; null: the engine's connection has ended. */
  readonly open: () => ClientHttp2Stream | null;
  readonly path: string;
  readonly kind: BuildMessage;
  readonly policy: CallPolicy;
  readonly budget: Budget;
  readonly builds: OwnBuilds;
  readonly refusedBuilds: RefusedBuilds;
  /** Whether the engine has a build of this name under way. */
  readonly runsInEngine: (ref: string) => Promise<boolean>;
  /** The token for processes of the call's build; null: none. */
  readonly token: () => string | null;
  /** Called when a message has come, before it is decided. */
  readonly begun: () => void;
}

/**
 * The request of a call whose messages are inspected: relays it to the engine message by message. The engine
 * gets the call with the first message that is allowed.
 */
export class InspectedRequest {
  readonly #options: InspectedRequestOptions;
  readonly #frames = new FrameReader(maxMessageBytes);
  #engine: ClientHttp2Stream | null = null;
  #isOver = false;
  /** Buffered bytes that are accounted to the connection and its user. */
  #accountedBytes = 0;
  /** The engine accepts no more for now. */
  #isEngineFull = false;
  /** Number of reads with messages still to be decided, and the end of the last of them. */
  #pendingReads = 0;
  #decided = Promise.resolve();
  /** The turn of a long message, from before it is buffered until the engine has it. */
  #turn: ReceivingTurn | null = null;
  #messageTimer: NodeJS.Timeout | undefined;
  #isAcquiringTurn = false;
  readonly #aborted = new AbortController();

  constructor(options: InspectedRequestOptions) {
    this.#options = options;
  }

  /** Starts relaying, until the call ends. */
  start(): void {
    const { client } = this.#options;
    client.on('data', (bytes: Buffer) => {
      this.#received(bytes);
    });
    client.on('end', () => {
      // A truncated message never arrives; the engine reports the error of the rest.
      void this.#decided.then(() => {
        if (!this.#isOver) this.#opened()?.end();
      });
    });
    client.on('close', () => {
      this.#end();
    });
  }

  #received(bytes: Buffer): void {
    if (this.#isOver) return;
    const read = this.#frames.push(bytes);
    if (!read.ok) {
      if (read.why === 'too-long')
        this.#stop(
          grpcStatus.resourceExhausted,
          `bulkhead gateway: build requests may have ${maxMessageBytes} bytes`,
        );
      else this.#stop(grpcStatus.unimplemented, 'bulkhead gateway: compressed build requests are not read');
      return;
    }
    if (!this.#accountBuffered()) return;
    if (this.#frames.bufferedBytes === 0) this.#turn?.received();
    this.#acquireTurn();
    const isDecidedAtOnce =
      this.#pendingReads === 0 &&
      this.#options.kind !== 'solve' &&
      read.messages.every(({ length }) => length <= largeMessageBytes);
    if (isDecidedAtOnce) for (const message of read.messages) this.#relay(message);
    else this.#relayInTurns(read.messages);
  }

  /** Accounts for the buffered bytes; false: there are too many, and the call was refused. */
  #accountBuffered(): boolean {
    const { path, policy, budget } = this.#options;
    this.#account(this.#frames.bufferedBytes);
    if (budget.bytes > maxBufferedBytes) {
      this.#stop(
        grpcStatus.resourceExhausted,
        'bulkhead gateway: the build requests under way on this connection may have ' +
          `${maxBufferedBytes} bytes`,
      );
      return false;
    }
    const overLimit = this.#frames.bufferedBytes === 0 ? null : (policy.slot?.bufferLimitDenial() ?? null);
    if (overLimit === null) return true;
    this.#stop(grpcStatus.resourceExhausted, policy.deny(path, overLimit) ?? refusalText(overLimit));
    return false;
  }

  /** Decides messages one by one, each in its own turn of the event loop. */
  #relayInTurns(messages: readonly Uint8Array[]): void {
    this.#pendingReads++;
    this.#options.client.pause();
    this.#decided = this.#decided
      .then(async () => {
        for (const message of messages) {
          await yieldToEventLoop();
          if (this.#options.kind === 'solve') await this.#relaySolve(message);
          else this.#relay(message);
        }
      })
      .catch(() => {
        this.#stop(
          grpcStatus.internal,
          'bulkhead gateway: the build request could not be decided, so it was refused',
        );
      })
      .finally(() => {
        this.#pendingReads--;
        this.#resumeReading();
      });
  }

  /** Decides a message and forwards it, possibly rewritten. */
  #relay(message: Uint8Array): void {
    const decided = this.#isOver ? null : this.#decide(message);
    if (decided !== null) this.#forward(decided.bytes, message.length);
  }

  /** Relays a message that starts a build, unless the build is another client's. */
  async #relaySolve(message: Uint8Array): Promise<void> {
    const decided = this.#isOver ? null : this.#decide(message);
    if (decided === null) return;
    if (decided.ref !== undefined && !(await this.#startBuild(decided.ref))) return;
    this.#forward(decided.bytes, message.length);
  }

  /** Forwards a message; `length`: that of the client's. */
  #forward(forwarded: Uint8Array, length: number): void {
    const stream = this.#opened();
    if (stream === null) return;
    const isLong = length > largeBodyBytes;
    if (isLong) {
      stream.cork();
      stream.write(prefix(forwarded.length));
    }
    const sent = () => {
      this.#endTurn();
      countParsedBytes(length);
    };
    const acceptsMore = isLong ? stream.write(forwarded, sent) : stream.write(frame(forwarded));
    if (isLong) stream.uncork();
    if (acceptsMore) return;
    this.#isEngineFull = true;
    this.#options.client.pause();
  }

  /** The message to forward, and the name of the build that it starts; null: the call was refused. */
  #decide(message: Uint8Array): { readonly bytes: Uint8Array; readonly ref?: string } | null {
    const { kind, path, policy, refusedBuilds, token, begun } = this.#options;
    begun();
    const decision = decideBuildMessage(
      kind,
      message,
      policy.enforces?.() ?? true,
      kind === 'exec' ? token() : null,
    );
    if (decision.outcome === 'deny') {
      const text = policy.deny(path, decision);
      if (text === null) return { bytes: message };
      // A refused Return would leave the build itself waiting; the client shows the error that comes first.
      if (kind === 'return') return { bytes: failedReturn(text) };
      this.#stop(grpcStatus.permissionDenied, text);
      if (kind === 'solve') refusedBuilds.refused(message, text);
      return null;
    }
    return decision;
  }

  /**
   * Records that this connection starts a build; false: it is another client's, and the call was refused, or
   * the call has ended.
   */
  async #startBuild(ref: string): Promise<boolean> {
    const { client, path, policy, builds, refusedBuilds } = this.#options;
    const isForeign = await this.#isForeign(ref);
    if (this.#isOver) return false;
    const text = !isForeign && builds.start(ref) ? null : policy.deny(path, foreignBuildDenial(ref));
    if (text !== null) {
      this.#stop(grpcStatus.permissionDenied, text);
      return false;
    }
    refusedBuilds.allowed(ref);
    client.once('close', () => {
      builds.end(ref);
    });
    return true;
  }

  /** Whether the engine has a build of that name that this connection did not start. */
  async #isForeign(ref: string): Promise<boolean> {
    const { policy, builds, runsInEngine } = this.#options;
    // No call can be for a build without a name.
    if (ref === '' || builds.isRunning(ref)) return false;
    try {
      return await runsInEngine(ref);
    } catch {
      if (policy.enforces?.() ?? true) this.#stop(grpcStatus.unavailable, engineSilent);
      return false;
    }
  }

  /** The call to the engine, opened on first use; null: that failed, and the call was refused. */
  #opened(): ClientHttp2Stream | null {
    if (this.#engine !== null) return this.#engine;
    const engine = this.#options.open();
    this.#engine = engine;
    if (engine === null) this.#stop(grpcStatus.unavailable, engineClosed);
    else
      engine.on('drain', () => {
        this.#isEngineFull = false;
        this.#resumeReading();
      });
    return engine;
  }

  #resumeReading(): void {
    if (this.#pendingReads === 0 && !this.#isEngineFull && !this.#isAcquiringTurn)
      this.#options.client.resume();
  }

  /** Stops reading a long message until it is this caller's turn. */
  #acquireTurn(): void {
    const { client, policy } = this.#options;
    if (policy.turn === undefined || this.#turn !== null || this.#isAcquiringTurn) return;
    if (this.#frames.announced <= largeBodyBytes) return;
    this.#isAcquiringTurn = true;
    client.pause();
    policy
      .turn(this.#aborted.signal, () => {
        this.#refuseLate('arrived too slowly and lost its turn; try again');
      })
      .then(
        (turn) => {
          this.#beginTurn(turn);
        },
        (error: unknown) => {
          if (this.#isOver) return;
          const why = error instanceof TooManyWaiting ? error.message : 'the build request could not be read';
          this.#stop(
            grpcStatus.resourceExhausted,
            `bulkhead gateway: ${why}; try again when some of them are answered`,
          );
        },
      );
  }

  #beginTurn(turn: ReceivingTurn): void {
    this.#isAcquiringTurn = false;
    if (this.#isOver) {
      turn.end();
      return;
    }
    this.#messageTimer = setTimeout(() => {
      this.#refuseLate(`did not come within ${messageTimeoutMs / 1000} s`);
    }, messageTimeoutMs);
    this.#turn = turn;
    this.#frames.reserve();
    this.#resumeReading();
  }

  /** Refuses a call whose long message is still incomplete. */
  #refuseLate(why: string): void {
    if (this.#frames.bufferedBytes > 0)
      this.#stop(grpcStatus.resourceExhausted, `bulkhead gateway: the build request ${why}`);
  }

  #endTurn(): void {
    clearTimeout(this.#messageTimer);
    this.#turn?.end();
    this.#turn = null;
  }

  #account(bytes: number): void {
    const { policy, budget } = this.#options;
    budget.bytes += bytes - this.#accountedBytes;
    policy.slot?.countBuffered(bytes - this.#accountedBytes);
    this.#accountedBytes = bytes;
  }

  #stop(code: number, text: string): void {
    this.#end();
    this.#engine?.close(constants.NGHTTP2_CANCEL);
    refuse(this.#options.client, code, text);
  }

  /** Releases the resources of the request; nothing is relayed any more. */
  #end(): void {
    this.#isOver = true;
    this.#account(0);
    this.#endTurn();
    this.#aborted.abort();
  }
}
