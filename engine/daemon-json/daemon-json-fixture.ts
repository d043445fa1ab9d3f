export const on = { eci: true, runtimeName: 'bulkhead', runtimePath: '/r/runtime/bulkhead-runc' };
export const off = { ...on, eci: false };
