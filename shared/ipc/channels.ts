import type { IpcEvents, IpcRequest } from './contract.ts';

/**
 * The contract's names without its schemas: the preload script must stay small and has no need of a validator.
 * `satisfies` keeps both lists complete: a request added to the contract and not here is a type error.
 */
const requests = {
  'app:state': true, 'targets:list': true, 'target:switch': true,
  'settings:set-draft': true, 'settings:discard-draft': true, 'settings:resolve-conflict': true, 'settings:prefer': true, 'history:list': true, 'history:read': true,
  'plan:make': true, 'apply:start': true, 'apply:cancel': true, 'apply:log': true, 'apply:dismiss': true,
  'containers:scan': true, 'containers:remove': true, 'containers:cancel-removal': true, 'containers:dismiss-removal': true, 'containers:acknowledge': true, 'recreate:plan': true, 'recreate:start': true, 'recreate:cancel': true, 'recreate:dismiss': true, 'verify:run': true,
  'engine:start': true, 'engine:stop': true, 'engine:restart': true, 'engine:log': true,
  'activity:read': true, 'activity:leave': true, 'activity:seen': true,
  'dialog:pick-folder': true, 'paths:resolve': true, 'paths:would-mount': true, 'images:list': true, 'registry:resolve': true,
  'simulate:run': true, 'simulate:cancel': true, 'simulate:open-compose': true,
  'first-run:set': true, 'desktop:start-at-login': true, 'app:licences': true, 'preferences:set': true, 'window:action': true, 'clipboard:write': true,
} satisfies Record<IpcRequest, true>;

const events = { changed: true, log: true, activity: true, navigate: true } satisfies Record<keyof IpcEvents, true>;

export const requestNames: ReadonlySet<string> & Iterable<IpcRequest> = new Set(Object.keys(requests) as IpcRequest[]); // the literal's keys
export const eventNames: ReadonlySet<string> = new Set(Object.keys(events));

export const requestChannel = (name: string): string => `bulkhead:request:${name}`;
export const eventChannel = (name: string): string => `bulkhead:event:${name}`;
export const paintedChannel = 'bulkhead:painted';
