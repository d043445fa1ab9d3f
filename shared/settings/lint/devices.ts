import { message } from '../../messages/message.ts';
import type { Report } from './report.ts';
import { lintImage } from './socket.ts';

const devicePath = /^\/dev(?:\/(?!\.{0,2}(?:\/|$))[^/]+)+$/;
/** `vendor.com/class=name`, with `*` and `?` in the name. */
const cdiDevice = /^[A-Za-z0-9][A-Za-z0-9_.-]*\/[A-Za-z0-9][A-Za-z0-9_-]*=[A-Za-z0-9_.:*?-]+$/;

/** Devices that containers may have: entries that name none, or images that are none. */
export function lintDevices(report: Report): void {
  const devices = ['bulkhead', 'devices'];
  report.list(devices).forEach((_, index) => {
    const path = [...devices, index];
    const device = report.value([...path, 'device']);
    if (typeof device === 'string' && !devicePath.test(device) && !cdiDevice.test(device))
      report.add(
        'device-invalid',
        'warning',
        [...path, 'device'],
        message('settings.is-no-device', { device }),
        {
          params: { device },
        },
      );
    report.list([...path, 'images']).forEach((image, at) => {
      lintImage(report, image, [...path, 'images', at], true);
    });
  });
}
