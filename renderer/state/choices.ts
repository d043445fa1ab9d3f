import type { ContainerChoices } from '../../shared/apply/plan.ts';
import { viewDocument } from './draft-view.ts';
import type { Snapshot } from './snapshot.ts';

/** Is anything chosen but to leave containers as they are? */
const chosen = (choices: ContainerChoices): boolean =>
  choices.remove.length + (choices.recreate?.length ?? 0) > 0;

/**
 * Did this step take away what containers were chosen for? A choice goes with its change: once the draft is
 * what is applied, or has ECI off, or was applied, nothing is removed or recreated in some later apply. A run
 * that was refused or went back leaves it to be tried again.
 */
export function withdrawsChoices(before: Snapshot, after: Snapshot): boolean {
  if (after.app === null || !chosen(after.choices)) return false;
  const applied = after.app.run?.outcome?.kind === 'applied' && before.app?.run?.outcome?.kind !== 'applied';
  if (applied) return true;
  const { settings } = after.app;
  if (before.draft === after.draft && before.app?.settings.applied === settings.applied) return false;
  if (after.draft === settings.applied) return true;
  // A draft that is no policy at this moment, in the middle of a word, says nothing.
  const intended = viewDocument(after.draft, settings.exists).settings;
  return intended.ok && !intended.value.eci.value;
}
