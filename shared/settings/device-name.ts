const devicePath = /^\/dev(?:\/(?!\.{0,2}(?:\/|$))[^/]+)+$/;
/** `vendor.com/class=name`, with `*` and `?` in the name. */
const cdiDevice = /^[A-Za-z0-9][A-Za-z0-9_.-]*\/[A-Za-z0-9][A-Za-z0-9_-]*=[A-Za-z0-9_.:*?-]+$/;

/** What an entry of `bulkhead.devices` names: devices by their path, CDI devices, or nothing valid. */
export function deviceKind(device: string): 'path' | 'cdi' | null {
  if (devicePath.test(device)) return 'path';
  return cdiDevice.test(device) ? 'cdi' : null;
}
