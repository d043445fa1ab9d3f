import { message, type Message } from '../../../shared/messages/message.ts';
import { readLastRecord } from '../../base/enforced-policy.ts';
import { isAlive } from '../../base/process-identity.ts';
import type { RootPaths } from '../../base/root-paths.ts';

/**
 * That the running gateway could not store the settings text that it enforces, as on a full disk; null if it
 * did. `gatewayUp`: it responds.
 */
export async function unstoredPolicy(
  paths: Pick<RootPaths, 'enforcedPolicy'>,
  gatewayUp: boolean,
): Promise<Message | null> {
  if (!gatewayUp) return null;
  const record = await readLastRecord(paths);
  const isOwn = record !== null && record !== 'damaged' && (await isAlive(record.gateway));
  const isStored = isOwn && (record.stored !== false || record.hash === '' || record.hash === null);
  return isStored ? null : message('engine.settings-not-stored');
}
