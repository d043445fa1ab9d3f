import React from 'react';

// Set-up of component tests: React's development build records where each element was created, for its
// warnings and for the debugger, which costs several times as much as the element. It does so for the first
// 10 000 elements of every second; here for none, unless BULKHEAD_TEST_OWNER_STACKS=1.
const counter = 'recentlyCreatedOwnerStacks';

if (process.env['BULKHEAD_TEST_OWNER_STACKS'] !== '1') {
  const internals: unknown = Reflect.get(
    React,
    '__CLIENT_INTERNALS_DO_NOT_USE_OR_WARN_USERS_THEY_CANNOT_UPGRADE',
  );
  if (typeof internals !== 'object' || internals === null || !(counter in internals))
    throw new Error(`React ${React.version} has no ${counter}: remove this file, or adapt it`);
  Object.defineProperty(internals, counter, {
    get: () => Number.POSITIVE_INFINITY,
    set: () => undefined,
  });
}
