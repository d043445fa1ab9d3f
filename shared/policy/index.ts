/** May this be done under Enhanced Container Isolation? Pure: facts in, decisions out. */
export * from './decision.ts';
export * from './json.ts';
export * from './shape.ts';
export * from './docker-bodies.ts';
export * from './bind-source.ts';
export * from './bind-spec.ts';
export * from './socket-mount.ts';
export * from './volume.ts';
export * from './references.ts';
export * from './create-container.ts';
export * from './create-mounts.ts';
export * from './create-confinement.ts';
export * from './build.ts';
export * from './build-solve.ts';
export * from './load.ts';
export * from './commands.ts';
