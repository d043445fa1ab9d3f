type Tell = (english: string) => string;
const asItIs: Tell = (text) => text;
let tell: Tell = asItIs,
  tellEvidence: Tell = asItIs;

/** Sets how sentences of other processes, and what probes saw, are told; comes with the window's language. */
export function setTold(next: { readonly told: Tell; readonly evidence: Tell } | null): void {
  tell = next?.told ?? asItIs;
  tellEvidence = next?.evidence ?? asItIs;
}

/**
 * A sentence that came from main, engine or gateway (all English), in the window's language; as it is where
 * it is not ours. Components that show one use `useTranslation` too, and so are drawn again when the language
 * changes.
 */
export const told = (english: string): string => tell(english);

/** What was seen inside a container (a claim's evidence, or one item of it), likewise. */
export const toldEvidence = (english: string): string => tellEvidence(english);
