import type { ContainerState } from './containers.ts';

/** No process has this id. */
export const endedPid = 4_194_304;

/** The planner's record of a container without layers, whose runtime has ended unless `more` has another. */
export const containerState = (
  container: Pick<ContainerState, 'id' | 'runcRoot' | 'base'>,
  more: Partial<ContainerState> = {},
): ContainerState => ({
  ...container,
  runtimePid: endedPid,
  overlay: null,
  enginePoints: [],
  device: null,
  shares: null,
  ...more,
});
