import { createQuestions, inheritedQuestions, type ContainerReference, type CreateFacts, type CreateQuestions } from '../../shared/policy/references.ts';
import type { JsonObject } from '../../shared/policy/json.ts';
import type { BindSourceFacts } from '../../shared/policy/bind-source.ts';
import type { VolumeDriverFacts } from '../../shared/policy/volume.ts';
import { resolveBindSource, type BindSourceEnvironment } from './bind-sources.ts';
import type { ContainerFacts, EngineFacts } from './engine-facts.ts';
import { isProtected, type ProtectionOptions } from './existing-containers.ts';

/** Answers everything a create body refers to, by asking the engine and the file system. Throws EngineUnreachable. */
export async function gatherCreateFacts(body: JsonObject, facts: EngineFacts, environment: BindSourceEnvironment, options: ProtectionOptions): Promise<Omit<CreateFacts, 'socket'>> {
  const questions = createQuestions(body);
  const containers = new Map<string, ContainerReference | null>();
  await Promise.all(questions.containers.map(async (name) => {
    const found = await facts.container(name);
    containers.set(name, found === null ? null : await reference(found, options));
  }));
  const inherited = inheritedQuestions(containers.values());
  const held = await gatherMountFacts({
    volumes: [...questions.volumes, ...inherited.volumes], binds: [...questions.binds, ...inherited.binds],
  }, facts, environment);
  const networks = new Map<string, { driver: string } | null>();
  await Promise.all(questions.networks.map(async (name) => { networks.set(name, await facts.network(name)); }));
  return { containers, networks, ...held };
}

/** A container as the policy sees it. */
export async function reference(container: ContainerFacts, options: ProtectionOptions): Promise<ContainerReference> {
  return { id: container.id, protected: await isProtected(container, options), mounts: container.mounts };
}

/** Facts about volumes and bind sources. */
export async function gatherMountFacts(questions: Pick<CreateQuestions, 'volumes' | 'binds'>, facts: EngineFacts, environment: BindSourceEnvironment): Promise<Pick<CreateFacts, 'volumes' | 'binds'>> {
  const volumes = new Map<string, VolumeDriverFacts | null>();
  const binds = new Map<string, BindSourceFacts>();
  await Promise.all([
    ...[...new Set(questions.volumes)].map(async (name) => {
      const volume = await facts.volume(name);
      volumes.set(name, volume === null ? null : { driver: volume.driver, options: new Map(Object.entries(volume.options)) });
    }),
    ...[...new Set(questions.binds)].map(async (source) => { binds.set(source, await resolveBindSource(source, environment)); }),
  ]);
  return { volumes, binds };
}
