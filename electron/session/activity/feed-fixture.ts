import type { ActivityEntry } from '../../../shared/audit/activity.ts';

export const line = (target: string, more: object = {}) =>
  `${JSON.stringify({
    id: `r-${target.slice(1)}`,
    time: new Date().toISOString(),
    outcome: 'deny',
    rule: 'host-namespace',
    setting: null,
    what: '--pid=host',
    message: 'm',
    client: { uid: 1000, pid: 1 },
    method: 'POST',
    target,
    ...more,
  })}\n`;
export const targets = (entries: readonly ActivityEntry[]) => entries.map((entry) => entry.target);
