import type { ContainerChoices } from '../../shared/apply/plan.ts';
import { viewDocument } from './draft-view.ts';
import type { Snapshot } from './snapshot.ts';

/** Whether any container is to be removed or recreated. */
const hasChoices = (choices: ContainerChoices): boolean =>
  choices.remove.length + (choices.recreate?.length ?? 0) > 0;

/**
 * Whether this change discards the choices for containers: once the draft is reverted, has ECI off, or was
 * applied, no later apply removes or recreates anything. A refused or rolled back run keeps them for another
 * try.
 */
export function withdrawsChoices(before: Snapshot, after: Snapshot): boolean {
  if (after.app === null || !hasChoices(after.choices)) return false;
  const applied = after.app.run?.outcome?.kind === 'applied' && before.app?.run?.outcome?.kind !== 'applied';
  if (applied) return true;
  const { settings } = after.app;
  if (before.draft === after.draft && before.app?.settings.applied === settings.applied) return false;
  if (after.draft === settings.applied) return true;
  // A draft that is unusable at this moment, while being typed, has no effect.
  const intended = viewDocument(after.draft, settings.exists).settings;
  return intended.ok && !intended.value.eci.value;
}
