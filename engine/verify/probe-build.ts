import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { message, type Message } from '../../shared/messages/message.ts';
import { anyAborted } from '../base/any-aborted.ts';
import { runBuildStep } from './buildkit.ts';
import { ProbeError, type EvidenceText } from './evidence.ts';
import { parseFacts, probeTimeoutMs, within, type ProbeFacts } from './probe-container.ts';
import { probePath } from '../base/verification-probe.ts';
import { fileTar, removeImage } from './probe-image.ts';

/** The users' socket, and a client of it. */
export interface BuildDoor {
  readonly docker: Docker;
  readonly socketPath: string;
}

/**
 * Has the classic builder run the probe in a RUN on its local image, for which no registry is queried, and
 * removes the result. Rejects with the builder's message, or after 30 s.
 */
export async function probeClassicBuild(
  { docker }: BuildDoor,
  image: string,
  signal: AbortSignal,
): Promise<ProbeFacts> {
  return bounded(signal, async (either) => {
    const dockerfile = Buffer.from(`FROM ${image}\nRUN ["${probePath}"]\n`);
    const context = fileTar([{ name: 'Dockerfile', content: dockerfile, mode: 0o644 }]);
    const {
      output,
      image: built,
      error,
    } = readBuild(await textOf(await startBuild(docker, context, either)));
    if (built !== null) await removeImage(docker, built).catch(() => undefined);
    return factsIn(output, error);
  });
}

/**
 * Has BuildKit run the probe in a step on its local image, with the calls of `docker buildx build`; a few
 * kilobytes stay in BuildKit's cache until its next clean-up. Rejects like the other.
 */
export async function probeBuildKit(
  { socketPath }: BuildDoor,
  image: string,
  signal: AbortSignal,
): Promise<ProbeFacts> {
  return bounded(signal, async (either) => {
    const step = {
      image: `docker.io/${image}`,
      args: [probePath],
      reference: `bulkhead-probe-${randomUUID()}`,
    };
    const { output, error } = await runBuildStep(socketPath, step, either);
    return factsIn(output, error);
  });
}

const buildDidNotEnd = (seconds: number): Message => message('evidence.build-did-not-end', { seconds });

/** Aborts the work with its caller, and when it takes too long. */
async function bounded<T>(signal: AbortSignal, work: (either: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const either = anyAborted(signal, controller.signal);
  try {
    return await within(probeTimeoutMs, signal, buildDidNotEnd, () => work(either));
  } finally {
    controller.abort();
  }
}

/**
 * The probe's line in the output of a build: BuildKit's messages have their own bytes before and after it.
 */
function factsIn(output: string, error: EvidenceText | null): ProbeFacts {
  const line = output.split('\n').find((printed) => printed.includes('{"uid":'));
  if (line === undefined) throw new ProbeError(error ?? message('evidence.run-output-missing'));
  return parseFacts(line.slice(line.indexOf('{"uid":'), line.lastIndexOf('}') + 1));
}

/** `POST /build` itself, for its output as it comes. */
function startBuild(
  docker: Docker,
  context: Buffer,
  abortSignal: AbortSignal,
): Promise<AsyncIterable<unknown>> {
  const options = { version: '1', nocache: true, rm: true, forcerm: true, networkmode: 'none' };
  const request = {
    path: '/build?',
    method: 'POST',
    file: Readable.from([context]),
    options,
    abortSignal,
    isStream: true,
    statusCodes: { 200: true, 400: 'bad parameter', 403: 'refused', 500: 'server error' },
  };
  // docker-modem has no types: it calls back with an error, or with the response's stream.
  const modem = docker.modem as {
    dial(request: object, done: (error: Error | null, stream: AsyncIterable<unknown>) => void): void;
  };
  return new Promise((resolve, reject) => {
    modem.dial(request, (error, stream) => {
      if (error === null) resolve(stream);
      else reject(error);
    });
  });
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let log = '';
  for await (const chunk of stream) {
    log += String(chunk);
    if (log.length > 1024 * 1024) throw new ProbeError(message('evidence.builder-output-too-long'));
  }
  return log;
}

/** The output of the classic builder, its image, and its error, from the engine's lines of JSON. */
export function readBuild(log: string): {
  readonly output: string;
  readonly image: string | null;
  readonly error: string | null;
} {
  let output = '';
  let image: string | null = null;
  let error: string | null = null;
  for (const line of log.split('\n')) {
    const message = parseLine(line);
    if (typeof message !== 'object' || message === null) continue;
    if ('stream' in message && typeof message.stream === 'string') output += message.stream;
    if ('error' in message && typeof message.error === 'string') error = message.error;
    const aux = 'aux' in message ? message.aux : null;
    if (typeof aux === 'object' && aux !== null && 'ID' in aux && typeof aux.ID === 'string') image = aux.ID;
  }
  return { output, image, error };
}

/** Null for a line that is not JSON. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
