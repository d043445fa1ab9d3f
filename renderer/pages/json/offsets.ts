/**
 * Maps an offset of the document to CodeMirror's position, which counts every line end as one character; the
 * document's offsets count UTF-16 units. Built once per text; lookups by binary search.
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
