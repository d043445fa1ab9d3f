import { plannerRefusals } from '../../shared/messages/catalogue/en/planner-refusals.ts';
import { addArea, type MessageId } from '../../shared/messages/catalogue/index.ts';
import { message, type Message, type ParamsArgument } from '../../shared/messages/message.ts';

addArea('planner-refusals', () => plannerRefusals);

/**
 * A refusal or a failure, with a sentence for the user of `docker …`: what failed, why, and what to do. The
 * error's message is the sentence in English.
 */
export class IsolationRefused extends Error {
  override readonly name = 'IsolationRefused';
  readonly sentence: Message;

  constructor(sentence: Message) {
    super(sentence.text);
    this.sentence = sentence;
  }
}

/** Refuses for a reason of the catalogue, with a message that begins as B6 requires. */
export function refuse<Id extends Extract<MessageId, `planner-refusals.${string}`>>(
  id: Id,
  ...params: ParamsArgument<Id>
): never {
  throw new IsolationRefused(message('planner-refusals.refusal', { reason: message(id, ...params) }));
}
