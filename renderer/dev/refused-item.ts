import { message, referenceTo } from '../../shared/messages/message.ts';
import type { RecreateItem } from '../../shared/containers/recreate.ts';
import { deny, refusalMessage } from '../../shared/policy/decision.ts';

const refusal = refusalMessage(deny('bind-not-shared', message('policy.bind-mount', { source: '/etc' })));

/** A container that can't be recreated: it mounts /etc, which is not shared. */
export const refusedItem = (of: Pick<RecreateItem, 'id' | 'name' | 'image'>): RecreateItem => ({
  ...of,
  running: true,
  unchanged: false,
  commit: false,
  written: null,
  changes: [],
  lost: [],
  blockers: [
    {
      code: 'refused',
      params: { rule: 'bind-not-shared', message: refusal.text },
      sentence: referenceTo(refusal),
    },
  ],
});
