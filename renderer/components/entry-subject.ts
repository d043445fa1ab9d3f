import type { MessageId } from '../../shared/messages/catalogue/index.ts';
import { isDenial, type ActivityEntry } from '../../shared/audit/activity.ts';

/** The options that these sentences are about. */
const optionsBySentence: Readonly<Partial<Record<string, string>>> = {
  'policy.build-with-host-network': '--allow network.host',
  'policy.privileged-build-step': '--security=insecure',
  'gateway.build-step-with-host-network': '--network=host',
} satisfies Partial<Record<MessageId, string>>;

/** The refused object as written: a path, a command, an option. Null if the title has it. */
export function entrySubject(entry: ActivityEntry): string | null {
  if (entry.subject?.path !== undefined) return entry.subject.path;
  if (entry.subject?.command !== undefined) return entry.subject.command;
  const sentence = entry.sentences?.what;
  if (sentence?.id === 'gateway.use-of-container') {
    const command = sentence.params?.['command'];
    return typeof command === 'string' ? command : null;
  }
  if (entry.what === undefined || !isDenial(entry)) return null;
  if (sentence !== undefined) return optionsBySentence[sentence.id] ?? null;
  // No sentence, but what a user types: the same in every language.
  return entry.what.startsWith('--') || entry.what.startsWith('docker ') ? entry.what : null;
}
