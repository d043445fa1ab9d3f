import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { parseFacts, probeTimeoutMs, within, type ProbeFacts } from './probe-container.ts';
import { fileTar, probePath, removeImage } from './probe-image.ts';

/** The engine's two builders, as `POST /build` numbers them. */
export type Builder = 'legacy' | 'buildkit';
const versions: Readonly<Record<Builder, '1' | '2'>> = { legacy: '1', buildkit: '2' };

/** One RUN of the probe on its local image: no registry is asked, and BuildKit needs no session. */
function context(image: string): Buffer {
  return fileTar([{ name: 'Dockerfile', content: Buffer.from(`FROM ${image}\nRUN ["${probePath}"]\n`), mode: 0o644 }]);
}

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
      const stream = await startBuild(docker, builder, image, controller.signal);
      let said = '';
      for await (const chunk of stream) {
        said += String(chunk);
        if (said.length > 1024 * 1024) throw new Error('the builder said too much');
      }
      const { output, image: built, error } = readBuild(said);
      if (built !== null) await removeImage(docker, built).catch(() => undefined);
      const line = output.split('\n').find((text) => text.includes('{"uid":'));
      if (line === undefined) throw new Error(error ?? 'the probe in RUN said nothing');
      // BuildKit's messages have their own bytes before and after it.
      return parseFacts(line.slice(line.indexOf('{"uid":'), line.lastIndexOf('}') + 1));
    } finally { signal.removeEventListener('abort', stop); }
  });
}

/** `POST /build` itself: dockerode's own call would open a session for BuildKit, which nothing here needs. */
function startBuild(docker: Docker, builder: Builder, image: string, abortSignal: AbortSignal): Promise<AsyncIterable<unknown>> {
  const request = {
    path: '/build?', method: 'POST', file: Readable.from([context(image)]), options: { version: versions[builder], nocache: true, rm: true, forcerm: true, networkmode: 'none' },
    abortSignal, isStream: true, statusCodes: { 200: true, 400: 'bad parameter', 403: 'refused', 500: 'server error' },
  };
  // docker-modem has no types: it calls back with an error, or with the answer's stream.
  const modem = docker.modem as { dial(request: object, done: (error: Error | null, stream: AsyncIterable<unknown>) => void): void };
  return new Promise((resolve, reject) => { modem.dial(request, (error, stream) => { if (error === null) resolve(stream); else reject(error); }); });
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
