import { message } from '../../messages/message.ts';
import { parseNetworkShare } from '../network-share.ts';
import { networkVolumeTypes } from '../schema/index.ts';
import type { Report } from './report.ts';

/** Shares of other machines that containers may mount: entries that name none. */
export function lintNetworkVolumes(report: Report): void {
  const volumes = ['bulkhead', 'networkVolumes'];
  report.list(volumes).forEach((_, index) => {
    const at = [...volumes, index];
    const source = report.value([...at, 'source']);
    const type = networkVolumeTypes.find((one) => one === report.value([...at, 'type']));
    if (type === undefined || typeof source !== 'string') return;
    if (parseNetworkShare(type, source, { pattern: true }) === null)
      report.add(
        'network-volume-invalid',
        'warning',
        [...at, 'source'],
        message('settings.not-a-network-share', { source, type }),
        { params: { source } },
      );
  });
}
