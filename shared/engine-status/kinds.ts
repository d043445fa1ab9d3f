/**
 * Kinds of engines that can be opened; each is a folder of `engine/targets` that declares its capabilities.
 */
export const targetKinds = ['embedded', 'system', 'docker-engine', 'docker-desktop'] as const;
export type TargetKind = (typeof targetKinds)[number];
