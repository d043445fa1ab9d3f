import type { TargetRef } from '../../shared/targets/target-id.ts';
import type { Sessions } from '../session/sessions.ts';

/** The engines requested by later starts of the app. */
export interface SecondStartTargets {
  /** The engine to open first: the last one requested so far. Null: none was requested. */
  first(): TargetRef | null;
  /** Sets the sessions in which engines requested from now on are opened. */
  attach(sessions: Pick<Sessions, 'switchTo'>): void;
  /** A second start requests `target`. */
  open(target: TargetRef): void;
}

/**
 * Stores what a second start requests until there are sessions to open it in. `named` is what this start
 * itself requested.
 */
export function secondStartTargets(
  named: TargetRef | null,
  report: (error: unknown) => void,
): SecondStartTargets {
  let first = named;
  let opened: Pick<Sessions, 'switchTo'> | undefined;
  const switchTo = async (sessions: Pick<Sessions, 'switchTo'>, target: TargetRef): Promise<void> => {
    const switched = await sessions.switchTo(target);
    if (!switched.ok) report(switched.error);
  };
  return {
    first: () => first,
    attach(sessions) {
      opened = sessions;
    },
    open(target) {
      if (opened === undefined) first = target;
      else switchTo(opened, target).catch(report);
    },
  };
}
