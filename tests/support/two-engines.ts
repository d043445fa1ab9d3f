import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { makeNetwork, type Network } from './network.ts';
import { side, startGuardedEngine, type GuardedEngine, type Side } from './guarded-engine.ts';
import { startBareEngine, type BareEngine } from './real-engine.ts';

/**
 * An engine under ECI behind a gateway, next to a stock one: the same script on both shows the differences
 * for a client.
 */
export interface TwoEngines {
  readonly guarded: GuardedEngine;
  readonly bare: Side;
  /**
   * The stock engine's network, in which its scripts run too: what listens elsewhere can't be reached there.
   */
  readonly bareNetwork: Network;
  /**
   * Runs a comparison, and once more if it fails while an engine has lost a container's output, as its log
   * then says: the stock engine does, too (docs/design/testing.md). Rejects with the comparison's error.
   */
  compare(comparison: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** Starts both, ECI on, with busybox. Pair with `stop()`, also after a failed test. */
export async function startTwoEngines(): Promise<TwoEngines> {
  const guarded = await startGuardedEngine();
  const bareNetwork = await makeNetwork();
  let bare: BareEngine | null = null;
  const stop = async () => {
    if (bare !== null) await removeContainers(bare);
    await bare?.stop();
    await bareNetwork.close();
    await guarded.stop();
  };
  try {
    bare = await startBareEngine({ network: bareNetwork });
    const work = path.join(guarded.scratch, 'bare');
    await mkdir(work);
    const roots = [guarded.engine.root, bare.root];
    return {
      guarded,
      bare: side(bare.socket, work, bareNetwork.enter),
      bareNetwork,
      compare: async (comparison) => {
        const lostBefore = await lostOutputs(roots);
        try {
          await comparison();
        } catch (error) {
          if ((await lostOutputs(roots)) === lostBefore) throw error;
          console.log(`once more, an engine lost output: ${String(error)}`);
          await comparison();
        }
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** How often the engines at these roots have dropped what a container printed, by their logs. */
async function lostOutputs(roots: readonly string[]): Promise<number> {
  const logs = await Promise.all(roots.map((root) => readFile(path.join(root, 'dockerd.log'), 'utf8')));
  return logs.join('').split('stream copy error: reading from a closed fifo').length - 1;
}

async function removeContainers(engine: BareEngine): Promise<void> {
  const ids = (await engine.docker('ps', '-aq').catch(() => '')).split('\n').filter((id) => id !== '');
  if (ids.length > 0) await engine.docker('rm', '-f', ...ids).catch(() => undefined);
}

/** Replaces what differs between any two runs: ids, digests, times, addresses, paths of the two sides. */
export function comparable(text: string, of: Side): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- terminal sequences are what this takes out
      .replaceAll(/\r|\u001b\[[0-9;]*[A-Za-z]/g, '')
      .replaceAll(of.work, 'WORK')
      .replaceAll(of.socket, 'SOCKET')
      .replaceAll(/\b[0-9a-f]{64}\b/g, 'ID64')
      .replaceAll(/\b[0-9a-f]{12}\b/g, 'ID12')
      .replaceAll(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| ?[+-]\d\d:?\d\d)?(?: UTC)?/g, 'TIME')
      .replaceAll(/\b(?:10|172|192)\.\d+\.\d+\.\d+(?:\/\d+)?/g, 'ADDRESS')
      .replaceAll(/(?:127\.0\.0\.1|localhost|0\.0\.0\.0|\[::\]|\[::1\]):\d+/g, 'HOST:PORT')
      .replaceAll(/\b(?:Less than a second|About a minute|\d+ (?:seconds?|minutes?))( ago)?/g, 'DURATION')
      .replaceAll(/\b\d+(?:\.\d+)?(?:ms|s)\b/g, 'DURATION')
  );
}
