import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { parseFacts, probeTimeoutMs, within, type ProbeFacts } from './probe-container.ts';
import { fileTar, probePath, removeImage } from './probe-image.ts';

/** The engine's two builders, as `POST /build` numbers them. */
export type Builder = 'legacy' | 'buildkit';
const versions: Readonly<Record<Builder, '1' | '2'>> = { legacy: '1', buildkit: '2' };

/** One RUN of the probe on its local image: no registry is asked, and BuildKit needs no session. */
const dockerfile = (image: string) => `FROM ${image}\nRUN ["${probePath}"]\n`;

/** How a builder gets it: sent along, or from an address. */
type Context = { readonly file: Buffer } | { readonly remote: string };

/** With containerd's store, engines (26 for one) have BuildKit look for what was sent along under this name, and nobody answers to it. */
const lostContext = /\bbuild-context-[0-9a-z]{20,}/;

/**
 * Builds an image from the probe's, in whose RUN the probe looks around, and removes it. In BuildKit's cache a few kilobytes stay until
 * its next clean-up. Rejects with the builder's words, or after 30 s.
 */
export async function probeBuild(docker: Docker, builder: Builder, image: string, signal: AbortSignal): Promise<ProbeFacts> {
  return within(probeTimeoutMs, signal, 'the build did not end', async () => {
    const controller = new AbortController();
    const stop = () => { controller.abort(); };
    signal.addEventListener('abort', stop, { once: true });
    try {
      const build = async (context: Context) => readBuild(await textOf(await startBuild(docker, builder, context, controller.signal)));
      const sent = await build({ file: fileTar([{ name: 'Dockerfile', content: Buffer.from(dockerfile(image)), mode: 0o644 }]) });
      const { output, image: built, error } = sent.error !== null && lostContext.test(sent.error) ? await served(dockerfile(image), (remote) => build({ remote })) : sent;
      if (built !== null) await removeImage(docker, built).catch(() => undefined);
      const line = output.split('\n').find((text) => text.includes('{"uid":'));
      if (line === undefined) throw new Error(error ?? 'the probe in RUN said nothing');
      // BuildKit's messages have their own bytes before and after it.
      return parseFacts(line.slice(line.indexOf('{"uid":'), line.lastIndexOf('}') + 1));
    } finally { signal.removeEventListener('abort', stop); }
  });
}

/** `POST /build` itself: dockerode's own call would open a session for BuildKit, which nothing here needs. */
function startBuild(docker: Docker, builder: Builder, context: Context, abortSignal: AbortSignal): Promise<AsyncIterable<unknown>> {
  const options = { version: versions[builder], nocache: true, rm: true, forcerm: true, networkmode: 'none' };
  const request = {
    path: '/build?', method: 'POST',
    // Without a body of its own the options would become one.
    ...('file' in context ? { file: Readable.from([context.file]), options } : { file: Readable.from([]), options: { ...options, remote: context.remote } }),
    abortSignal, isStream: true, statusCodes: { 200: true, 400: 'bad parameter', 403: 'refused', 500: 'server error' },
  };
  // docker-modem has no types: it calls back with an error, or with the answer's stream.
  const modem = docker.modem as { dial(request: object, done: (error: Error | null, stream: AsyncIterable<unknown>) => void): void };
  return new Promise((resolve, reject) => { modem.dial(request, (error, stream) => { if (error === null) resolve(stream); else reject(error); }); });
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let said = '';
  for await (const chunk of stream) {
    said += String(chunk);
    if (said.length > 1024 * 1024) throw new Error('the builder said too much');
  }
  return said;
}

/** Serves a Dockerfile to the engine, which is on this machine, for as long as `use` takes, at an address that nobody can guess. */
async function served<T>(content: string, use: (url: string) => Promise<T>): Promise<T> {
  const place = `/${randomBytes(16).toString('hex')}/Dockerfile`;
  const server = createServer((request, response) => {
    if (request.url !== place) { response.writeHead(404).end(); return; }
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': Buffer.byteLength(content), Connection: 'close' }).end(request.method === 'HEAD' ? undefined : content);
  });
  await new Promise<void>((resolve, reject) => { server.once('error', reject); server.listen(0, '127.0.0.1', resolve); });
  try {
    // A server on a port has an address, not a path.
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}${place}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** What a build printed, which image came of it, and its error, out of the engine's lines of JSON. BuildKit's progress is protobuf in base64, the steps' output in it as it is. */
export function readBuild(said: string): { readonly output: string; readonly image: string | null; readonly error: string | null } {
  let output = '';
  let image: string | null = null;
  let error: string | null = null;
  for (const line of said.split('\n')) {
    let message: { stream?: unknown; error?: unknown; aux?: unknown };
    // Lines that are no JSON are nobody's words.
    try { message = JSON.parse(line) as typeof message; } catch { continue; }
    const { stream, aux } = message;
    if (typeof stream === 'string') output += stream;
    if (typeof message.error === 'string') error = message.error;
    if (typeof aux === 'string') output += `${Buffer.from(aux, 'base64').toString('latin1')}\n`;
    else if (typeof aux === 'object' && aux !== null && 'ID' in aux && typeof aux.ID === 'string') image = aux.ID;
  }
  return { output, image, error };
}
