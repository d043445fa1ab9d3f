import { message, type Message } from '../../../shared/messages/message.ts';
import { fail, type AppError, type Result } from '../../../shared/result.ts';
import { dockerClient } from '../../base/docker-client.ts';

export interface ReloadOptions {
  /** dockerd's own socket. */
  readonly engineSocket: string;
  /** Sends dockerd its SIGHUP. */
  readonly trigger: () => Promise<Result<void, AppError>>;
  /** Gives up when it is aborted. */
  readonly signal: AbortSignal;
  /** Where to look where it did not reload. */
  readonly hint: Message;
}

/**
 * Has dockerd read its configuration again, and waits for its own event that it has. One that refuses the
 * configuration logs that and gives no event. Errors: `engine.request-failed`, and those of `trigger`.
 */
export async function reloadDockerd(options: ReloadOptions): Promise<Result<void, AppError>> {
  try {
    const events = await dockerClient(options.engineSocket).getEvents({
      filters: { type: ['daemon'], event: ['reload'] },
      abortSignal: options.signal,
    });
    const reloaded = new Promise<void>((resolve, reject) => {
      events.once('data', () => {
        resolve();
      });
      events.once('error', reject);
      events.once('close', () => {
        reject(new Error('the engine ended its event stream'));
      });
    });
    // It may end before it is awaited.
    reloaded.catch(() => undefined);
    const triggered = await options.trigger();
    if (triggered.ok) await reloaded;
    const { destroy } = events as { destroy?: () => void }; // its type has no way to end it
    destroy?.call(events);
    return triggered;
  } catch (cause) {
    return fail('engine.request-failed', message('engine.reload-failed'), { cause, hint: options.hint });
  }
}
