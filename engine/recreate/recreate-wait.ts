import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { hasHealthcheck, type ContainerInspection } from '../../shared/containers/container-inspection.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { requestFailure } from '../base/docker-client.ts';
import { onEventLines } from '../base/event-lines.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import { inspect } from './recreate-ports.ts';

const tailLines = 5;

export interface WaitOptions {
  /** Starts it; called once its events are subscribed to. */
  readonly start: () => Promise<Result<void, AppError>>;
  /** How long one without a health check must run, ms. */
  readonly graceMs: number;
  readonly signal: AbortSignal;
}

/**
 * Starts a container and waits until it runs well: healthy if it has a health check (the engine itself ends
 * that wait), else running for the grace period without exiting once. Otherwise `containers.not-healthy` with
 * its last output, or `apply.cancelled` if `signal` is aborted.
 */
export async function startAndWait(
  docker: Docker,
  id: string,
  options: WaitOptions,
): Promise<Result<void, AppError>> {
  let stream: Readable;
  try {
    // The engine sends events from this response on; its type is that of a Node stream without a class.
    stream = (await docker.getEvents({ filters: { container: [id], type: ['container'] } })) as Readable;
  } catch (error) {
    return requestFailure(message('containers.events-unavailable'), error);
  }
  const ended = new AbortController();
  let notify: () => void = () => undefined;
  let hasDied = false;
  let lost = false;
  // An engine that exits closes the stream: that is enough.
  onEventLines(stream, (line) => {
    if (/"(?:status|Action)":"die"/.test(line)) hasDied = true;
    notify();
  });
  stream.once('close', () => {
    lost = true;
    notify();
  });
  const onAbort = () => {
    notify();
  };
  options.signal.addEventListener('abort', onAbort);
  try {
    const started = await options.start();
    if (!started.ok) return started;
    let graceOver = false;
    const timer = setTimeout(() => {
      graceOver = true;
      notify();
    }, options.graceMs);
    ended.signal.addEventListener('abort', () => {
      clearTimeout(timer);
    });
    for (;;) {
      const happened = new Promise<void>((resolve) => {
        notify = resolve;
      });
      if (options.signal.aborted) return fail('apply.cancelled', message('containers.cancelled'));
      const read = await inspect(docker, id);
      if (!read.ok) return read;
      if (read.value === null)
        return fail('containers.not-healthy', message('containers.new-container-is-gone'));
      const state = describeUnhealthyState(read.value, hasDied, graceOver);
      if (state === 'well') return ok(undefined);
      if (state !== 'waiting')
        return fail('containers.not-healthy', state, {
          reason: await failureDetail(docker, read.value),
          hint: message('containers.correct-then-recreate'),
        });
      if (lost) return fail('engine.unreachable', message('containers.events-ended'));
      await happened;
    }
  } finally {
    ended.abort();
    options.signal.removeEventListener('abort', onAbort);
    stream.destroy();
  }
}

/** 'well', 'waiting', or the problem. */
function describeUnhealthyState(
  container: ContainerInspection,
  hasDied: boolean,
  graceOver: boolean,
): Message | 'well' | 'waiting' {
  const { State: state } = container.view;
  if (hasDied || !state.Running || state.Restarting)
    return message('containers.new-container-ended', { code: state.ExitCode });
  if (!hasHealthcheck(container)) return graceOver ? 'well' : 'waiting';
  switch (state.Health?.Status) {
    case 'healthy':
      return 'well';
    case 'unhealthy':
      return message('containers.new-container-is-unhealthy');
    default:
      return 'waiting';
  }
}

/** The engine's error, the last output of the health check, or the end of the log. */
async function failureDetail(docker: Docker, container: ContainerInspection): Promise<Message | string> {
  const { State: state, Id: id } = container.view;
  if (state.Error !== '') return state.Error;
  try {
    const text = await docker
      .getContainer(id)
      .logs({ stdout: true, stderr: true, tail: tailLines, follow: false });
    return readable(Buffer.from(text)) || message('containers.log-is-empty');
  } catch {
    return message('containers.log-unreadable');
  }
}

/**
 * Log text without the frame headers (8 bytes: stream, three zeros, length), which are present for a
 * container without a terminal.
 */
export function readable(log: Buffer): string {
  const parts: string[] = [];
  let at = 0;
  while (at + 8 <= log.length && (log[at] ?? 9) <= 2 && log.readUIntBE(at + 1, 3) === 0) {
    const length = log.readUInt32BE(at + 4);
    parts.push(log.toString('utf8', at + 8, at + 8 + length));
    at += 8 + length;
  }
  return (at === 0 ? log.toString('utf8') : parts.join('')).trim();
}
