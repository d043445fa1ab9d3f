import type { TargetRef } from '../../shared/targets/target-id.ts';
import type { Sessions } from '../session/sessions.ts';

/** Where the engines go that later starts of the app name. */
export interface SecondStartTargets {
  /** The engine to open first: the one that was named last so far. Null: none was named. */
  first(): TargetRef | null;
  /** Takes the sessions in which engines named from now on are opened. */
  attach(sessions: Pick<Sessions, 'switchTo'>): void;
  /** A second start names `target`. */
  open(target: TargetRef): void;
}

/**
 * Keeps what a second start names until there are sessions to open it in. `named` is what this start itself
 * names.
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
