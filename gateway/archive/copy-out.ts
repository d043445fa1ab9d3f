import type { EngineFacts } from '../enforce/engine-facts.ts';
import type { BodyTransform } from '../http/body-stream.ts';
import type { AnswerStream } from '../http/exchange.ts';
import { errorsOf } from './engine-errors.ts';
import { asBefore, changedMeanwhile, rangeSize, type ContainerRun, type IsolatedContainer } from './isolated.ts';
import { TarIds, type EntryPlan, type TarEntry } from './tar-ids.ts';

/** Ids of a range are what they are inside; all others stay: volumes and binds show the engine what is on disk, and so does a stopped container. */
export function outOf({ base }: ContainerRun): EntryPlan {
  const inside = (id: number) => (id >= base && id < base + rangeSize ? id - base : id);
  return { uid: inside, gid: inside, capabilityRoot: inside };
}

/** A transform that rewrites the ids of every entry. */
export function withIds(planFor: (entry: TarEntry) => EntryPlan | Promise<EntryPlan>): BodyTransform {
  return async function* (content) {
    const tar = new TarIds(planFor);
    for await (const part of content) yield await tar.write(part);
    yield tar.end();
  };
}

/** GET archive: what is copied out shows ids as they are in the container. */
export function copyOut(container: IsolatedContainer, facts: EngineFacts): AnswerStream {
  return {
    begin: async (head) => {
      if (head.status !== 200) return errorsOf(container).begin(head);
      // The engine answers with the container held, and lets go of it when the copy is over.
      if (!await asBefore(container, facts)) throw changedMeanwhile(container.facts.name);
      const { run } = container;
      return run === null ? null : withIds(() => outOf(run));
    },
  };
}
