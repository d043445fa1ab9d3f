import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { bundleEventSchema, type BundleEntry, type BundleProgress } from '../../shared/support/bundle.ts';
import { message } from '../../shared/messages/message.ts';
import { elevationFailure, followCommand } from './elevated-command.ts';
import type { ElevatedChild } from './elevator.ts';

/** A support bundle that an elevated command collects. */
export interface BundleHandle {
  /** Cancels it; what it had collected is discarded. */
  cancel(): void;
  /** Its entries, null when cancelled. */
  readonly done: Promise<Result<readonly BundleEntry[] | null, AppError>>;
}

/** Follows `support-bundle --events`. Resolves when it has begun, or with why it has not. */
export async function followBundle(
  child: ElevatedChild,
  onProgress: (progress: BundleProgress) => void,
): Promise<Result<BundleHandle, AppError>> {
  const entries: BundleEntry[] = [];
  let complete = false;
  let cancelled = false;
  const ended = await followCommand(child, 'support-bundle', (value) => {
    const event = bundleEventSchema.safeParse(value);
    if (!event.success) return false;
    if (event.data.type === 'progress') onProgress(event.data.progress);
    else if (event.data.type === 'entry') entries.push(event.data.entry);
    else complete = true;
    return true;
  });
  if (!ended.ok) return ended;
  return ok({
    cancel() {
      cancelled = true;
      child.writeLine('cancel');
    },
    done: ended.value.then((end) => {
      if (cancelled) return ok(null);
      if (complete) return ok(entries);
      const failure = message('app.support-bundle-failed');
      return elevationFailure(end, failure, end.code === 0 ? fail('internal', failure).error : null);
    }),
  });
}
