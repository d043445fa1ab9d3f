import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { accompliceAttempts } from './attempt.ts';
import type { Agent } from './agent.ts';
import { AttemptBlocked, failureOfCall } from './evidence.ts';
import { attacker, bob, type Container } from './attack-setup.ts';
import type { AttackFixture } from './attack-fixture.ts';

/**
 * A build step, which shares no directory with the process outside, gets a descriptor of one from it, through
 * a container that shares one with each. It leaves a setuid file there.
 */
async function leaveByStep(
  fixture: AttackFixture,
  name: string,
  step: Agent,
  relay: Container,
  shared: string,
): Promise<boolean> {
  const [outside, relayProcess] = await fixture.both(relay);
  const { directory, descriptor } = await fixture.openDirectory(outside, name);
  const stepDirectory = await fixture.pass(
    relayProcess,
    await fixture.pass(outside, descriptor, relayProcess),
    step,
    {
      from: shared,
      to: shared,
    },
  );
  await step.call('install', stepDirectory, 'program');
  await step.call('fchmodat', stepDirectory, 'program', 0o6755);
  return fixture.isCanary(await outside.run(path.join(directory, 'program'), 'cat', fixture.secret));
}

export const buildAttempts = accompliceAttempts([
  {
    id: 'step-of-the-older-builder',
    title:
      "a build's step (older builder) leaves a setuid file outside, handed a directory through its volume",
    attempt: async (fixture) => {
      const control = `/v/older-${fixture.setup.name}.sock`;
      const run = `RUN ["/accomplice", "serve", "${control}"]`;
      const { agent } = await fixture.build(
        'step-older',
        false,
        control,
        'FROM accomplice',
        'VOLUME /v',
        run,
      );
      const steps = await fixture.docker(attacker, 'ps', '--no-trunc', '--format', '{{.ID}} {{.Command}}');
      const step =
        steps
          .split('\n')
          .find((line) => line.includes(control))
          ?.split(' ')[0] ?? '';
      const relay = await fixture.container('step-older', ['--volumes-from', step]);
      return leaveByStep(fixture, 'step-older', agent, relay, '/v');
    },
  },
  {
    id: 'step-of-buildkit',
    title: 'the same by BuildKit, through a cache directory that a container mounts',
    attempt: async (fixture) => {
      const control = `/c/buildkit-${fixture.setup.name}.sock`;
      const run = `RUN --mount=type=cache,id=accomplice,target=/c /accomplice serve ${control}`;
      const { agent, pid } = await fixture.build('step-buildkit', true, control, 'FROM accomplice', run);
      const mounts = (await readFile(`/proc/${pid}/mountinfo`, 'utf8'))
        .split('\n')
        .map((line) => line.split(' '));
      const cache = mounts.find(([, , , , point]) => point === '/c')?.[3] ?? '';
      const relay = await fixture.container('step-buildkit', ['-v', `${cache}:/c`]);
      return leaveByStep(fixture, 'step-buildkit', agent, relay, '/c');
    },
  },
  {
    id: 'range-of-a-later-container',
    title:
      "a file left with the id of an earlier container's range ends a process of another user's later " +
      'container',
    alone: true,
    attempt: async (fixture) => {
      const names = ['earlier-0', 'earlier-1', 'earlier-2'];
      const files: string[] = [];
      for (const name of names)
        files.push(await fixture.leaveRangeProgram(await fixture.container(name), name));
      // Processes of a removed container may keep running outside.
      await fixture.docker(attacker, 'rm', '-f', ...names);
      await fixture.setup.restartRanges();
      const later = await fixture.container('later', [], [], bob);
      const victim = await fixture.in(later);
      const pid = await fixture.pidOf(victim, later);
      for (const file of files) {
        const range = await fixture.becomeRangeUser(file);
        const signalled = await range.try('kill', pid, 9);
        if (signalled.value === 0) {
          await victim.ended;
          return true;
        }
        const failure = failureOfCall('kill', signalled.errorName);
        if (!(failure instanceof AttemptBlocked)) throw failure;
      }
      throw new AttemptBlocked('kill: no range may signal the process');
    },
  },
]);
