import { message, referenceTo } from '../../shared/messages/message.ts';
import type { RecreateItem } from '../../shared/containers/recreate.ts';
import { deny, refusalMessage, type Denial } from '../../shared/policy/decision.ts';

const etc = deny('bind-not-shared', message('policy.bind-mount', { source: '/etc' }));
/** A device that the settings may list, and one that none allows. */
export const deviceDenials = [
  deny('host-device', '--device=/dev/tty'),
  deny('host-device', '--device=/dev/mem', { setting: null }),
];

/** A container that can't be recreated: by default, it mounts /etc, which is not shared. */
export const refusedItem = (
  of: Pick<RecreateItem, 'id' | 'name' | 'image'>,
  denials: readonly Denial[] = [etc],
): RecreateItem => ({
  ...of,
  running: true,
  unchanged: false,
  commit: false,
  written: null,
  changes: [],
  lost: [],
  blockers: denials.map((denial) => {
    const { rule, setting } = denial;
    const refusal = refusalMessage(denial);
    return {
      code: 'refused',
      params: { rule, message: refusal.text, ...(setting === null ? {} : { setting }) },
      sentence: referenceTo(refusal),
    };
  }),
});
