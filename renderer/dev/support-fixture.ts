import type { ListedBundleEntry } from '../../shared/support/bundle.ts';

const entry = (
  name: string,
  bytes: number,
  redactions: ListedBundleEntry['redactions'] = {},
  omittedBytes = 0,
): ListedBundleEntry => ({ name, bytes, redactions, omittedBytes });

/** The contents of a support bundle of an invented engine. */
export const bundleEntries: ListedBundleEntry[] = [
  entry('versions.json', 412),
  entry('status.json', 5_210),
  entry('containers.json', 18_904, { 'named-secret': 2 }),
  entry('logs/engine-log.json', 96_120, { 'url-credentials': 1 }),
  entry('settings/admin-settings.json', 1_873, { 'url-credentials': 2 }),
  entry('settings/daemon.json', 311),
  entry('records/engine-state.json', 880),
  entry('records/enforced-policy.json', 640),
  entry('records/verification.json', 9_021),
  entry('logs/audit.jsonl', 2_097_040, { authorization: 1, 'known-token': 1 }, 4_718_592),
  entry('logs/dockerd.log', 412_001, { 'named-secret': 1 }),
  entry('logs/gateway.log', 20_118),
  entry('logs/planner.log', 8_201),
  entry('logs/supervisor.log', 3_377),
];
