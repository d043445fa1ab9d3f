import type { EventListener } from './event-listener.ts';

/** Until the work ends, Ctrl C, SIGTERM and a cancel from the reader of the events call `cancel`. */
export async function cancellable<T>(
  work: Promise<T>,
  listener: EventListener | null,
  cancel: () => void,
): Promise<T> {
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
  listener?.onCancel(cancel);
  try {
    return await work;
  } finally {
    process.removeListener('SIGINT', cancel);
    process.removeListener('SIGTERM', cancel);
  }
}
