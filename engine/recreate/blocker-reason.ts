import type { RecreateNote } from '../../shared/containers/recreate.ts';
import { joinMessages } from '../../shared/messages/join-messages.ts';
import { message, withReference, type Message } from '../../shared/messages/message.ts';

/** Why a container cannot be recreated, by a blocker of its plan, without options of the command line. */
export function blockerReason({ code, params, sentence }: RecreateNote): string | Message {
  const value = (key: string): string => {
    const param = params[key];
    return Array.isArray(param) ? param.join(', ') : String(param ?? '');
  };
  const names = params['names'];
  const listed = Array.isArray(names) ? names : [value('names')];
  switch (code) {
    case 'refused':
      return withReference(value('message'), sentence);
    case 'not-inspected':
      return withReference(value('why'), sentence);
    case 'no-rollback':
      return message('containers.runs-with-rm');
    case 'host-namespace':
      return message('cli-recreation.host-namespace', { option: value('option') });
    case 'unusable-state':
      return message('cli-recreation.unusable-state', { state: value('state') });
    case 'image-gone':
      return message('cli-recreation.image-gone', { image: value('image') });
    case 'shared-by':
      return message('cli-recreation.shared-by', {
        count: listed.length,
        names: joinMessages('enumeration', listed),
      });
    case 'joined-gone':
    case 'joined-unprotected':
      return message(`cli-recreation.${code}`, { name: value('name') });
    case 'eci-off':
    case 'paused':
    case 'swarm':
    case 'gone-at-restart':
      return message(`cli-recreation.${code}`);
    default:
      return '';
  }
}
