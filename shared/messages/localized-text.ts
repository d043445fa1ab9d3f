/** A value in a sentence: a name, a number, or a sentence of its own. */
export type MessageParam = string | number | Message;

/** The catalogue sentence of a text, and its values. The id may come from another version. */
export interface MessageReference {
  readonly id: string;
  readonly params?: Readonly<Record<string, MessageParam>> | undefined;
}

/**
 * A sentence of the catalogue (`shared/messages/catalogue`) with its values. Processes pass it on as data,
 * and translate it where it is displayed.
 */
export interface Message extends MessageReference {
  /** The sentence in English: for logs, JSON output, and readers without the id. */
  readonly text: string;
}
