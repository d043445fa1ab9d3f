/** Kinds of engines that can be opened; each is a folder of `engine/targets` that declares its capabilities. */
export const targetKinds = ['embedded', 'docker-engine', 'docker-desktop'] as const;
export type TargetKind = (typeof targetKinds)[number];

/** What the command line calls each kind. The window has its own texts: `frame.engine.kind`. */
export const targetKindNames: Readonly<Record<TargetKind, string>> = {
  embedded: 'embedded engine',
  'docker-engine': 'Docker Engine of this machine',
  'docker-desktop': 'Docker Desktop',
};
