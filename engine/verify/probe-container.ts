import { readFile } from 'node:fs/promises';
import type { default as Docker, Container, ContainerCreateOptions, HostConfig } from 'dockerode';
import * as z from 'zod';
import { message, type Message } from '../../shared/messages/message.ts';
import { engineMessage, statusOf } from '../base/docker-client.ts';
import { scaledLimit } from '../base/machine-speed.ts';
import { usualLimits } from '../../shared/process/time-limits.ts';
import { ProbeError } from './evidence.ts';
import { probeLabel, probePath } from '../base/verification-probe.ts';

/**
 * The output of the probe (runtime/bulkhead-probe.c); the optional parts exist if it was run with their
 * options.
 */
const probeFactsSchema = z.object({
  uid: z.number().int(),
  uidMap: z.string(),
  gidMap: z.string(),
  namespaces: z.record(z.string(), z.string()),
  operations: z.record(z.string(), z.string()).optional(),
  settings: z.record(z.string(), z.string()).optional(),
  proc: z
    .object({
      uptime: z.number(),
      machineUptime: z.number(),
      emulated: z.array(z.string()),
      tried: z.record(z.string(), z.string()),
    })
    .optional(),
  devices: z.object({ open: z.string(), make: z.string(), found: z.array(z.string()) }).optional(),
  shared: z
    .object({ write: z.string(), owner: z.string(), read: z.string(), givenOwner: z.string() })
    .optional(),
  readOnly: z.looseObject({ written: z.boolean() }).optional(),
  throughSocket: z
    .object({ created: z.number().int(), started: z.number().int(), id: z.string(), answer: z.string() })
    .optional(),
});
export type ProbeFacts = z.infer<typeof probeFactsSchema>;

export interface ProbeResult {
  readonly id: string;
  readonly facts: ProbeFacts;
  readonly runtime: string;
  readonly usernsMode: string;
  /** uid_map as read on the engine's machine, null when it can't be read. */
  readonly outsideMap: string | null;
}

export const probeTimeoutMs = usualLimits.probe;

/** The problem of a probe that takes longer. */
export const noResponse = (seconds: number): Message => message('evidence.no-probe-answer', { seconds });
const noCreateResponse = (seconds: number): Message => message('evidence.no-create-answer', { seconds });

export interface ProbeRequest {
  readonly image: string;
  readonly args?: readonly string[];
  readonly host?: Partial<HostConfig>;
}

/**
 * Create body of a probe that requests what a hostile client would: the host's runtime and the host's users
 * (A6, A7). It runs until it is removed: on a loaded machine dockerd now and then loses what a container
 * prints that ends at once ("reading from a closed fifo"), and the check of a sound engine would fail.
 */
export function probeBody(request: ProbeRequest): ContainerCreateOptions {
  return {
    Image: request.image,
    Cmd: [...(request.args ?? []), '--hold'],
    Labels: { [probeLabel]: 'true' },
    HostConfig: {
      Runtime: 'runc',
      UsernsMode: 'host',
      NetworkMode: 'none',
      LogConfig: { Type: 'json-file', Config: {} },
      ...request.host,
    },
  };
}

/**
 * Runs one probe up to its line of facts; it is left for `removeProbes`. Rejects with the engine's message,
 * or after 30 s.
 */
export async function runProbe(
  docker: Docker,
  request: ProbeRequest,
  signal: AbortSignal,
): Promise<ProbeResult> {
  return within(probeTimeoutMs, signal, noResponse, async () => {
    const container = await docker.createContainer(probeBody(request));
    await container.start();
    return read(container, signal);
  });
}

/** Reads a probe that was started by another: one created through a mounted socket (A11). */
export async function readProbe(docker: Docker, id: string, signal: AbortSignal): Promise<ProbeResult> {
  return within(probeTimeoutMs, signal, noResponse, () => read(docker.getContainer(id), signal));
}

async function read(container: Container, signal: AbortSignal): Promise<ProbeResult> {
  const line = await firstLine(container, signal);
  const inspected = await container.inspect();
  const pid = inspected.State.Running ? inspected.State.Pid : 0;
  const outsideMap = pid === 0 ? null : await readFile(`/proc/${pid}/uid_map`, 'utf8').catch(() => null);
  return {
    id: inspected.Id,
    facts: parseFacts(line),
    runtime: inspected.HostConfig.Runtime ?? '',
    usernsMode: inspected.HostConfig.UsernsMode ?? '',
    outsideMap,
  };
}

/** Parses the probe's line as facts. Throws if it is invalid. */
export function parseFacts(line: string): ProbeFacts {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new ProbeError(message('evidence.probe-output-unknown', { output: line.slice(0, 200) }));
  }
  return probeFactsSchema.parse(value);
}

/** First line of the probe's output; its log is followed, so that it need not have ended. */
async function firstLine(container: Container, signal: AbortSignal): Promise<string> {
  const stream = await container.logs({ follow: true, stdout: true, stderr: true });
  const stop = () => {
    if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    let bytes = Buffer.alloc(0);
    for await (const chunk of stream) {
      bytes = Buffer.concat([bytes, Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk), 'latin1')]);
      const text = unframe(bytes);
      const end = text.indexOf('\n');
      if (end >= 0) return text.slice(0, end);
      if (bytes.length > 65_536) throw new ProbeError(message('evidence.probe-output-too-long'));
    }
    const rest = unframe(bytes).trim();
    throw new ProbeError(rest === '' ? message('evidence.probe-output-missing') : rest);
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** Text of Docker's multiplexed stream (8-byte headers: stream, 0, 0, 0, length). */
function unframe(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at + 4);
    text += bytes.toString('utf8', at + 8, Math.min(bytes.length, at + 8 + length));
    at += 8 + length;
  }
  return text;
}

/**
 * Requests a container that ECI must refuse. Resolves with the message of the refusal, or null if it was
 * created (it is never started, and removed by `removeProbes`).
 */
export async function requestRefused(
  docker: Docker,
  request: ProbeRequest,
  signal: AbortSignal,
): Promise<{ status: number; message: string } | null> {
  return within(probeTimeoutMs, signal, noCreateResponse, async () => {
    try {
      await docker.createContainer(probeBody(request));
      return null;
    } catch (error) {
      const status = statusOf(error);
      if (status === null) throw error;
      return { status, message: engineMessage(error) };
    }
  });
}

/**
 * Removes every container that a verification created, this one or a crashed one. The value: what could not
 * be removed.
 */
export async function removeProbes(docker: Docker): Promise<string[]> {
  const labelled = await docker.listContainers({ all: true, filters: { label: [probeLabel] } });
  // Any image may set this label on its containers, so the label alone is not enough. The image itself may be
  // gone.
  const left = labelled.filter(({ Command }) => Command.split(' ', 1)[0] === probePath);
  const failures = await Promise.all(
    left.map(async ({ Id }) => {
      try {
        await docker.getContainer(Id).remove({ force: true, v: true });
        return null;
      } catch (error) {
        // 404: gone; 409: being removed by another client.
        return statusOf(error) === 404 || statusOf(error) === 409 ? null : engineMessage(error);
      }
    }),
  );
  return failures.filter((failure): failure is string => failure !== null);
}

/**
 * Bounds a step by time, `usualMs` on a usual machine, and by the caller's abort. `timeout` is the text for
 * an exceeded limit.
 */
export async function within<T>(
  usualMs: number,
  signal: AbortSignal,
  timeout: (seconds: number) => Message,
  work: () => Promise<T>,
): Promise<T> {
  const ms = await scaledLimit(usualMs);
  let onAbort: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new ProbeError(timeout(ms < 1000 ? ms / 1000 : Math.round(ms / 1000))));
    }, ms);
    onAbort = () => {
      reject(new ProbeError(message('evidence.cancelled')));
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work(), limit]);
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}
