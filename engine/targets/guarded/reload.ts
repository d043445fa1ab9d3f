import { message, type Message } from '../../../shared/messages/message.ts';
import { fail, type AppError, type Result } from '../../../shared/result.ts';
import { dockerClient } from '../../base/docker-client.ts';

export interface ReloadOptions {
  /** dockerd's own socket. */
  readonly engineSocket: string;
  /** Sends dockerd SIGHUP. */
  readonly trigger: () => Promise<Result<void, AppError>>;
  /** Gives up when it is aborted. */
  readonly signal: AbortSignal;
  /** Where to find the reason if it did not reload. */
  readonly hint: Message;
}

/**
 * Has dockerd reload its configuration, and waits for its event about that. If dockerd refuses the
 * configuration, it logs that and emits no event. Errors: `engine.request-failed`, and those of `trigger`.
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
    // It may reject before it is awaited.
    reloaded.catch(() => undefined);
    const triggered = await options.trigger();
    if (triggered.ok) await reloaded;
    const { destroy } = events as { destroy?: () => void }; // its type declares no way to end it
    destroy?.call(events);
    return triggered;
  } catch (cause) {
    return fail('engine.request-failed', message('engine.reload-failed'), { cause, hint: options.hint });
  }
}
