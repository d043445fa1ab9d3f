import { connect, type Socket } from 'node:net';

export interface Load {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** Combines the figures of two runs: rates are averaged, latencies are of all requests. */
export class LoadSamples {
  #rates: number[] = [];
  readonly #micros: number[] = [];
  add(rate: number, micros: readonly number[]): void {
    this.#rates.push(rate);
    for (const one of micros) this.#micros.push(one);
  }
  result(): Load {
    const sorted = this.#micros.sort((a, b) => a - b);
    const at = (share: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
    return {
      requestsPerSecond: this.#rates.reduce((sum, one) => sum + one, 0) / this.#rates.length,
      p50: at(0.5),
      p99: at(0.99),
    };
  }
}

/**
 * GETs `target` over `connections` keep-alive connections for `ms`; adds requests/s and each request's µs to
 * `samples`.
 */
export async function load(
  socketPath: string,
  target: string,
  connections: number,
  ms: number,
  samples: LoadSamples,
): Promise<void> {
  const request = Buffer.from(`GET ${target} HTTP/1.1\r\nHost: docker\r\nUser-Agent: bench\r\n\r\n`);
  const micros: number[] = [];
  const start = performance.now();
  const end = start + ms;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new KeepAliveClient(socketPath);
      for (let at = performance.now(); at < end;) {
        await client.exchange(request);
        const now = performance.now();
        micros.push((now - at) * 1000);
        at = now;
      }
      client.close();
    }),
  );
  samples.add(micros.length / ((performance.now() - start) / 1000), micros);
}

/** The cheapest client that still finds the end of a response: its cost is the same on both sides. */
export class KeepAliveClient {
  readonly #socket: Socket;
  #resolve: (body: string) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #left = -1;
  #chunked = false;
  #tail = '';
  #parts: string[] = [];

  constructor(socketPath: string) {
    this.#socket = connect(socketPath);
    this.#socket.on('error', (error) => {
      this.#reject(error);
    });
    this.#socket.on('close', () => {
      this.#reject(new Error('the connection was closed'));
    });
    this.#socket.on('data', (bytes: Buffer) => {
      this.#read(bytes);
    });
  }

  /** Sends a request and resolves with the response, head included. */
  exchange(request: Buffer | string): Promise<string> {
    this.#left = -1;
    this.#chunked = false;
    this.#tail = '';
    this.#parts = [];
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(request);
    });
  }
  close(): void {
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    const text = bytes.toString('latin1');
    this.#parts.push(text);
    let body = bytes.length;
    if (this.#left < 0 && !this.#chunked) {
      const at = text.indexOf('\r\n\r\n') + 4;
      const head = text.slice(0, at);
      const length = /content-length: (\d+)/i.exec(head)?.[1];
      if (/^HTTP\/1.1 (?:204|304)/.test(head)) this.#left = 0;
      else if (length === undefined) this.#chunked = true;
      else this.#left = Number(length);
      body = bytes.length - at;
    }
    if (this.#chunked) {
      this.#tail = (this.#tail + text.slice(-5)).slice(-5);
      if (this.#tail === '0\r\n\r\n') this.#resolve(this.#parts.join(''));
      return;
    }
    this.#left -= body;
    if (this.#left <= 0) this.#resolve(this.#parts.join(''));
  }
}
