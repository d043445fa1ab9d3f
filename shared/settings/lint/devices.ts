import { message } from '../../messages/message.ts';
import { deviceKind } from '../device-name.ts';
import type { Report } from './report.ts';
import { lintImage } from './socket.ts';

/** Devices that containers may have: entries that name no device, or invalid images. */
export function lintDevices(report: Report): void {
  const devices = ['bulkhead', 'devices'];
  report.list(devices).forEach((_, index) => {
    const path = [...devices, index];
    const device = report.value([...path, 'device']);
    if (typeof device === 'string' && deviceKind(device) === null)
      report.add(
        'device-invalid',
        'warning',
        [...path, 'device'],
        message('settings.not-a-device', { device }),
        {
          params: { device },
        },
      );
    report.list([...path, 'images']).forEach((image, at) => {
      lintImage(report, image, [...path, 'images', at], true);
    });
  });
}
