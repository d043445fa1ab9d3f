import { plannerRefusals } from '../../shared/messages/catalogue/en/planner-refusals.ts';
import { addArea, type MessageId } from '../../shared/messages/catalogue/index.ts';
import { message, type Message, type ParamsArgument } from '../../shared/messages/message.ts';

addArea('planner-refusals', () => plannerRefusals);

/** An error whose message is a sentence of the catalogue, in English. */
export class LocalizedError extends Error {
  override readonly name: string = 'LocalizedError';
  readonly sentence: Message;

  constructor(sentence: Message, options?: ErrorOptions) {
    super(sentence.text, options);
    this.sentence = sentence;
  }
}

/** A refusal or a failure, with a sentence for the user of `docker …`: what failed, why, and what to do. */
export class IsolationRefused extends LocalizedError {
  override readonly name = 'IsolationRefused';
}

/** Why something failed: the sentence of an error that has one, otherwise the text of the system. */
export function reasonOf(error: unknown): Message | string {
  if (error instanceof LocalizedError) return error.sentence;
  return error instanceof Error ? error.message : String(error);
}

/** Refuses for a reason of the catalogue, with a message that begins as B6 requires. */
export function refuse<Id extends Extract<MessageId, `planner-refusals.${string}`>>(
  id: Id,
  ...params: ParamsArgument<Id>
): never {
  throw new IsolationRefused(message('planner-refusals.refusal', { reason: message(id, ...params) }));
}
