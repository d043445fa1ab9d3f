import { message, type Message } from './message.ts';

/** Sentences one after the other, as one; null for none. */
export const joinMessages = (messages: readonly Message[]): Message | null =>
  messages.reduce<Message | null>(
    (first, second) => (first === null ? second : message('common.first-and-second', { first, second })),
    null,
  );
