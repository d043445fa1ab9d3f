/** How a volume is made. */
export interface VolumeDriverFacts {
  /** '' is the default, `local`. */
  readonly driver: string;
  readonly options: ReadonlyMap<string, string>;
}
