import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import * as z from 'zod';
import { onEventLines } from '../base/event-lines.ts';

/** The containers that somebody has stopped or killed through the engine since a moment. */
export interface StopRequests {
  /** Whether a container is one of them; true as well if that is not known. */
  include(id: string): Promise<boolean>;
  close(): void;
}

const eventSchema = z.object({ Actor: z.object({ ID: z.string() }) });
const timeSchema = z.object({ SystemTime: z.iso.datetime({ offset: true }) });

/** How long the events of the past may take, ms. */
const pastEventsLimitMs = 30_000;

/** Container events of requests to stop or kill: one that ends by itself only has a `die`. */
const filters = { type: ['container'], event: ['kill', 'stop'] } satisfies Docker.GetEventsOptions['filters'];

/**
 * Watches from now on who stops containers. By a stream, since the engine remembers only its last 256 events,
 * and health checks have three each.
 */
export async function watchStopRequests(engine: Docker, longestEvent?: number): Promise<StopRequests> {
  const stopped = new Set<string>();
  let isComplete = true;
  let since: number;
  let stream: Readable;
  try {
    since = await engineTime(engine);
    // Its type is that of a Node stream without a class.
    stream = (await engine.getEvents({ filters })) as Readable;
  } catch {
    return { include: () => Promise.resolve(true), close: () => undefined };
  }
  const onEvent = (line: string) => {
    const ids = stoppedBy(line);
    isComplete &&= ids !== null;
    for (const id of ids ?? []) stopped.add(id);
  };
  onEventLines(stream, onEvent, longestEvent);
  stream.once('close', () => {
    isComplete = false;
  });
  return {
    include: async (id) => {
      if (stopped.has(id) || !isComplete) return true;
      // The stream may be late: what the engine has recorded by now counts as well.
      return wasStoppedSince(engine, id, since).catch(() => true);
    },
    close: () => {
      stream.destroy();
    },
  };
}

async function wasStoppedSince(engine: Docker, id: string, since: number): Promise<boolean> {
  const until = await engineTime(engine);
  const past = await engine.getEvents({
    since: since / 1000,
    // Its time has no more than milliseconds here.
    until: (until + 1) / 1000,
    filters: { ...filters, container: [id] },
    abortSignal: AbortSignal.timeout(pastEventsLimitMs),
  });
  return stoppedBy(await text(past))?.includes(id) ?? true;
}

/** The ids in lines of events; null if one is not an event. */
function stoppedBy(lines: string): string[] | null {
  try {
    return lines
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => eventSchema.parse(JSON.parse(line)).Actor.ID);
  } catch {
    return null;
  }
}

/** The engine's clock, ms since 1970: it may run on another machine. */
const engineTime = async (engine: Docker): Promise<number> =>
  Date.parse(timeSchema.parse(await engine.info()).SystemTime);
