import type { IpcEvents, IpcRequest, IpcRequests } from './contract.ts';

/**
 * The contract's names without its schemas: the preload script must stay small and needs no validator.
 * `satisfies` keeps both lists complete and equal: a request that is in the contract and not here is a type
 * error.
 */
const requests = {
  'app:state': 'app',
  'targets:list': 'app',
  'targets:forget': 'app',
  'targets:remember': 'app',
  'target:switch': 'app',
  'settings:set-draft': 'engine',
  'settings:discard-draft': 'engine',
  'settings:prefer': 'engine',
  'settings:resolve-conflict': 'engine',
  'history:list': 'engine',
  'history:read': 'engine',
  'plan:make': 'engine',
  'apply:start': 'engine',
  'apply:cancel': 'engine',
  'apply:log': 'engine',
  'apply:dismiss': 'engine',
  'containers:scan': 'engine',
  'containers:remove': 'engine',
  'containers:cancel-removal': 'engine',
  'containers:dismiss-removal': 'engine',
  'containers:acknowledge': 'engine',
  'recreate:plan': 'engine',
  'recreate:start': 'engine',
  'recreate:cancel': 'engine',
  'recreate:dismiss': 'engine',
  'verify:run': 'engine',
  'engine:start': 'engine',
  'engine:stop': 'engine',
  'engine:restart': 'engine',
  'engine:docker-context': 'engine',
  'engine:log': 'engine',
  'activity:read': 'engine',
  'activity:leave': 'app',
  'activity:seen': 'engine',
  'activity:export': 'engine',
  'dialog:pick-folder': 'app',
  'paths:resolve': 'app',
  'paths:would-mount': 'engine',
  'images:list': 'engine',
  'registry:resolve': 'engine',
  'simulate:run': 'engine',
  'simulate:cancel': 'app',
  'simulate:open-compose': 'app',
  'first-run:set': 'engine',
  'support:collect': 'engine',
  'support:cancel': 'app',
  'support:save': 'app',
  'support:show': 'app',
  'desktop:start-at-login': 'app',
  'app:licences': 'app',
  'preferences:set': 'app',
  'window:action': 'app',
  'clipboard:write': 'app',
} as const satisfies { readonly [K in IpcRequest]: IpcRequests[K]['scope'] };

const events = {
  changed: true,
  log: true,
  activity: true,
  support: true,
  navigate: true,
  zoom: true,
} satisfies Record<keyof IpcEvents, true>;

export const requestNames: ReadonlySet<string> & Iterable<IpcRequest> = new Set(
  Object.keys(requests) as IpcRequest[],
); // the literal's keys
/** Whether a request is about the engine that the window shows. */
export const isEngineRequest = (name: IpcRequest): boolean => requests[name] === 'engine';
export const eventNames: ReadonlySet<string> = new Set(Object.keys(events));

export const requestChannel = (name: string): string => `bulkhead:request:${name}`;
export const eventChannel = (name: string): string => `bulkhead:event:${name}`;
export const paintedChannel = 'bulkhead:painted';
