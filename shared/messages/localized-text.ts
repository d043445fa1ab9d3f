/** A value in a sentence: a name, a number, or a sentence of its own. */
export type MessageParam = string | number | Message;

/** Which sentence of the catalogue a text is, and its values. The id may be one of another version. */
export interface MessageReference {
  readonly id: string;
  readonly params?: Readonly<Record<string, MessageParam>> | undefined;
}

/**
 * A sentence of the catalogue (`shared/messages/catalogue`) with its values. Processes pass it on as data,
 * and whoever shows it to a person translates it.
 */
export interface Message extends MessageReference {
  /** The sentence in English: for logs, JSON output, and readers that do not know the id. */
  readonly text: string;
}
