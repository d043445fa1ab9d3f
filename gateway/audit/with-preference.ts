import type { DecisionLog } from './decision-log.ts';

/** A decision log whose entries name the user's preference they were decided under, if any. */
export function withPreference(audit: DecisionLog, preference: () => string | null): DecisionLog {
  return {
    write: (entry) => {
      const by = preference();
      audit.write(by === null ? entry : { ...entry, preference: by });
    },
    get dropped() {
      return audit.dropped;
    },
    flush: () => audit.flush(),
  };
}
