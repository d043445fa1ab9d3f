import type { RemoveOutcome } from '../shared/containers/protection.ts';
import { text, translate } from './text.ts';

/** How removing one container ended, with the option that removes one that runs. */
export function removalText({ name, removed, error, sentence }: RemoveOutcome): string {
  const reason = translate(error ?? '', sentence);
  if (!removed)
    return sentence?.id === 'containers.running-not-removed'
      ? text('cli-output.running-not-removed', { name, reason })
      : text('cli-output.not-removed', { name, reason });
  return error === undefined
    ? text('cli-output.removed', { name })
    : text('cli-output.removed-with-note', { name, note: reason });
}
