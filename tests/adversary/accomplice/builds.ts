import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { accompliceAttempts } from './attempt.ts';
import { AttemptBlocked, type Agent } from './agent.ts';
import { attacker, bob, type Container } from './attack-setup.ts';
import type { Scene } from './scene.ts';

/**
 * A build step, which shares no directory with the process outside, gets a descriptor of one from it, through
 * a container that shares one with each. It leaves a setuid file there.
 */
async function leaveByStep(
  scene: Scene,
  name: string,
  step: Agent,
  relay: Container,
  shared: string,
): Promise<boolean> {
  const [outside, relayProcess] = await scene.both(relay);
  const { directory, descriptor } = await scene.openDirectory(outside, name);
  const stepDirectory = await scene.pass(
    relayProcess,
    await scene.pass(outside, descriptor, relayProcess),
    step,
    {
      from: shared,
      to: shared,
    },
  );
  await step.call('install', stepDirectory, 'program');
  await step.call('fchmodat', stepDirectory, 'program', 0o6755);
  return scene.isCanary(await outside.run(path.join(directory, 'program'), 'cat', scene.secret));
}

export const buildAttempts = accompliceAttempts([
  {
    id: 'step-of-the-older-builder',
    title:
      "a build's step (older builder) leaves a setuid file outside, handed a directory through its volume",
    attempt: async (scene) => {
      const control = `/v/older-${scene.setup.name}.sock`;
      const run = `RUN ["/accomplice", "serve", "${control}"]`;
      const { agent } = await scene.build('step-older', false, control, 'FROM accomplice', 'VOLUME /v', run);
      const steps = await scene.docker(attacker, 'ps', '--no-trunc', '--format', '{{.ID}} {{.Command}}');
      const step =
        steps
          .split('\n')
          .find((line) => line.includes(control))
          ?.split(' ')[0] ?? '';
      const relay = await scene.container('step-older', ['--volumes-from', step]);
      return leaveByStep(scene, 'step-older', agent, relay, '/v');
    },
  },
  {
    id: 'step-of-buildkit',
    title: 'the same by BuildKit, through a cache directory that a container mounts',
    attempt: async (scene) => {
      const control = `/c/buildkit-${scene.setup.name}.sock`;
      const run = `RUN --mount=type=cache,id=accomplice,target=/c /accomplice serve ${control}`;
      const { agent, pid } = await scene.build('step-buildkit', true, control, 'FROM accomplice', run);
      const mounts = (await readFile(`/proc/${pid}/mountinfo`, 'utf8'))
        .split('\n')
        .map((line) => line.split(' '));
      const cache = mounts.find(([, , , , point]) => point === '/c')?.[3] ?? '';
      const relay = await scene.container('step-buildkit', ['-v', `${cache}:/c`]);
      return leaveByStep(scene, 'step-buildkit', agent, relay, '/c');
    },
  },
  {
    id: 'range-of-a-later-container',
    title:
      "a file left with the id of an earlier container's range ends a process of another user's later " +
      'container',
    alone: true,
    attempt: async (scene) => {
      const names = ['earlier-0', 'earlier-1', 'earlier-2'];
      const files: string[] = [];
      for (const name of names) files.push(await scene.leaveRangeProgram(await scene.container(name), name));
      // Processes of a removed container may keep running outside.
      await scene.docker(attacker, 'rm', '-f', ...names);
      await scene.setup.restartRanges();
      const later = await scene.container('later', [], [], bob);
      const victim = await scene.in(later);
      const pid = await scene.pidOf(victim, later);
      const stopped: string[] = [];
      for (const file of files) {
        const range = await scene.becomeRangeUser(file);
        const signalled = await range.try('kill', pid, 9);
        if (signalled.value === 0) {
          await victim.ended;
          return true;
        }
        stopped.push(signalled.errorName);
      }
      throw new AttemptBlocked(`kill: ${stopped.join(' ')}`);
    },
  },
]);
