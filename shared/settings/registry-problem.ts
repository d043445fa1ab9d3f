import {
  plainText,
  sentenceOf,
  withReference,
  type Message,
  type MessageReference,
} from '../messages/message.ts';

/** Why a registry gave no answer: the English text, and which sentence of the catalogue it is. */
export interface RegistryProblem {
  readonly why: string;
  /** Missing for the registry's or the system's own words. */
  readonly sentence?: MessageReference | undefined;
}

/** A problem from a sentence, or from words of the registry or the system. */
export const registryProblem = (text: Message | string): RegistryProblem => ({
  why: plainText(text),
  ...sentenceOf(text),
});

/** The problem as a sentence, where it is one. */
export const problemText = ({ why, sentence }: RegistryProblem): Message | string =>
  withReference(why, sentence);

/** The problem alone, of an answer that has one. */
export const problemOf = ({ why, sentence }: RegistryProblem): RegistryProblem =>
  sentence === undefined ? { why } : { why, sentence };
