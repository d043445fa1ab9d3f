import {
  plainText,
  sentenceOf,
  withReference,
  type Message,
  type MessageReference,
} from '../messages/message.ts';

/** Why a registry returned no result: the English text, and its catalogue sentence. */
export interface RegistryProblem {
  readonly why: string;
  /** Missing for the registry's or the system's own messages. */
  readonly sentence?: MessageReference | undefined;
}

/** A problem from a sentence, or from a message of the registry or the system. */
export const registryProblem = (text: Message | string): RegistryProblem => ({
  why: plainText(text),
  ...sentenceOf(text),
});

/** The problem as a sentence, if it is one. */
export const problemText = ({ why, sentence }: RegistryProblem): Message | string =>
  withReference(why, sentence);

/** The problem alone, of a result that has one. */
export const problemOf = ({ why, sentence }: RegistryProblem): RegistryProblem =>
  sentence === undefined ? { why } : { why, sentence };
