import type { ApplyHandle } from '../engine/apply/apply.ts';
import type { ApplyEvent, ApplyRun } from '../shared/apply/run.ts';
import { cancellable } from './cancellation.ts';
import { progress } from './output.ts';
import type { EventListener } from './event-listener.ts';
import { describeStep } from './plan-text.ts';
import { recreationPrinter } from './recreate-text.ts';
import { text } from './text.ts';

/**
 * Ctrl C, and a cancel from the reader of the events, request a cancel (and roll back) instead of leaving the
 * apply half done; the next start would settle that, too.
 */
export function waitForEnd(handle: ApplyHandle, listener: EventListener | null): Promise<ApplyRun> {
  return cancellable(handle.done, listener, () => {
    progress(
      handle.cancel()
        ? text('cli-output.cancelling-apply')
        : handle.cancelRecreation()
          ? text('cli-output.cancelling-recreation')
          : text('cli-output.too-late-to-cancel'),
    );
  });
}

/** Prints each step as it ends, once. */
export function stepPrinter(): (event: ApplyEvent) => void {
  const printed = new Set<string>();
  const printRecreation = recreationPrinter(progress);
  return (event) => {
    if (event.type === 'recreation') printRecreation(event.recreation);
    if (event.type !== 'run') return;
    for (const step of event.run.steps) {
      const line = describeStep(step, event.run.steps);
      if (line === null || printed.has(step.step)) continue;
      printed.add(step.step);
      process.stdout.write(`${line}\n`);
    }
    if (
      (event.run.activity === 'rolling-back' || event.run.activity === 'cancelling') &&
      !printed.has('roll-back')
    ) {
      printed.add('roll-back');
      process.stdout.write(`${text('cli-output.rolling-back')}\n`);
    }
  };
}
