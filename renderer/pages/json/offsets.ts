/**
 * Where a place of the document is in CodeMirror, which counts a line end as one character whatever it is;
 * the document's offsets count UTF-16 units. Made once per text, then by halving.
 */
export class OffsetMap {
  /** Offset of each line end of two units; empty where all have one. */
  readonly #ends: readonly number[];

  constructor(text: string, lineBreak: string) {
    const ends: number[] = [];
    if (lineBreak.length > 1)
      for (
        let index = text.indexOf(lineBreak);
        index !== -1;
        index = text.indexOf(lineBreak, index + lineBreak.length)
      )
        ends.push(index);
    this.#ends = ends;
  }

  /** CodeMirror's position of an offset of the document. */
  position(offset: number): number {
    let low = 0,
      high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ends[middle] ?? Infinity) < offset) low = middle + 1;
      else high = middle;
    }
    return offset - low;
  }
}
