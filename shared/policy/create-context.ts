export interface CreateContext {
  /** The isolation runtime (A6). */
  readonly runtime: string;
}
