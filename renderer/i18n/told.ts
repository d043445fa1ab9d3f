let tell: (english: string) => string = (text) => text;

/** Sets how sentences of other processes are told; comes with the window's language. */
export function setTold(next: (english: string) => string): void {
  tell = next;
}

/**
 * A sentence that came from main, engine or gateway (all English), in the window's language; as it is where it is not ours. Components
 * that show one use `useTranslation` too, and so are drawn again when the language changes.
 */
export const told = (english: string): string => tell(english);
