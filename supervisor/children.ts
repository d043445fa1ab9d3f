import type { RootPaths } from '../engine/base/root-paths.ts';
import { superviseChild, type SupervisedChild } from './child-process.ts';
import type { EngineState } from '../engine/targets/embedded/engine-state.ts';
import { openLog } from '../engine/targets/embedded/log-files.ts';
import { superviseLxcfs } from './lxcfs.ts';
import { gatewayArguments } from '../engine/targets/guarded/gateway-arguments.ts';
import { supervisePlanner } from './supervised-planner.ts';
import type { Message } from '../shared/messages/message.ts';

/** The processes besides dockerd and containerd. */
export interface Children {
  readonly gateway: SupervisedChild;
  readonly planner: SupervisedChild;
  readonly lxcfs: ReturnType<typeof superviseLxcfs>;
}

/** Whom the children report to. */
export interface ChildrenOptions {
  /** Absolute path of the launcher. */
  readonly bulkheadCommand: string;
  /** Called when gateway or planner starts (its identity) or ends (null). */
  readonly onChange: (patch: Partial<Pick<EngineState, 'gateway' | 'planner'>>) => void;
  readonly log: (text: string | Message) => void;
}

/** The children of the engine at `paths`; none is started yet. */
export function superviseChildren(
  paths: RootPaths,
  { bulkheadCommand, onChange, log }: ChildrenOptions,
): Children {
  return {
    gateway: superviseChild({
      name: 'gateway',
      command: bulkheadCommand,
      args: gatewayArguments(paths),
      log: openLog(paths, 'gateway'),
      ready: /gateway listening on/,
      keepListeners: true,
      heartbeat: {},
      onChange: (gateway) => {
        onChange({ gateway });
      },
    }),
    planner: supervisePlanner(paths, {
      command: bulkheadCommand,
      log: openLog(paths, 'planner'),
      onChange: (planner) => {
        onChange({ planner });
      },
    }),
    lxcfs: superviseLxcfs(paths, openLog(paths, 'lxcfs'), log),
  };
}
