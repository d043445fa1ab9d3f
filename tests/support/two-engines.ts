import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { makeNetwork, type Network } from './network.ts';
import { LostOutputRepetitions, type Comparison } from './lost-output.ts';
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
   * Runs a comparison, and once more if it fails while a dockerd loses a container's output, as its log then
   * says: the stock engine does, too (lost-output.ts). Rejects with the comparison's error.
   */
  compare(name: string, comparison: Comparison): Promise<void>;
  /** Stops both, and prints which comparisons were repeated. */
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
    const logs = [guarded.engine.root, bare.root].map((root) => path.join(root, 'dockerd.log'));
    const repetitions = new LostOutputRepetitions(() =>
      Promise.all(logs.map((log) => readFile(log, 'utf8'))),
    );
    return {
      guarded,
      bare: side(bare.socket, work, bareNetwork.enter),
      bareNetwork,
      compare: (name, comparison) => repetitions.run(name, comparison),
      stop: async () => {
        const report = repetitions.report();
        if (report !== null) console.log(report);
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
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
