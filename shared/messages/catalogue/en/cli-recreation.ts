import { concat } from '../concat.ts';

export const cliRecreation = {
  'cli-recreation.runtime': 'runtime: {{before}} → {{after}}, in a user namespace of its own',
  'cli-recreation.userns': '--userns={{before}} is dropped',
  'cli-recreation.cgroup-namespace': 'its cgroup namespace is its own',
  'cli-recreation.image': 'image: {{before}} names another image by now → {{after}}',
  'cli-recreation.anonymous-volume': concat(
    'the anonymous volume at {{destination}} is kept, from now on by its name {{name}}… (docker rm -v ',
    'leaves it)',
  ),
  'cli-recreation.volumes-from': '--volumes-from {{names}}: the same volumes, mounted by name',
  'cli-recreation.socket':
    'the Docker socket at {{destination}} becomes one of its own, where the settings allow it',
  'cli-recreation.chosen-ports': 'host ports that Docker chose are chosen again',
  'cli-recreation.chosen-ports-listed': 'host ports that Docker chose are chosen again ({{ports}})',
  'cli-recreation.owner-label': "it does not belong to a container's socket any more",
  'cli-recreation.compose-again': concat(
    'docker compose up creates it again: Compose stores the id of the container whose network it shares ',
    '(project {{project}})',
  ),
  'cli-recreation.shares_one':
    "{{sources}} is shared as {{user}}: what it writes there is {{user}}'s (--as USER)",
  'cli-recreation.shares_other':
    "{{sources}} are shared as {{user}}: what it writes there is {{user}}'s (--as USER)",
  'cli-recreation.memory': 'what its processes have in memory',
  'cli-recreation.writable-layer_one':
    'what was written inside it: {{size}} in {{count}} path (--commit carries it over)',
  'cli-recreation.writable-layer_other':
    'what was written inside it: {{size}} in {{count}} paths (--commit carries it over)',
  'cli-recreation.writable-unknown':
    'what was written inside it: the engine does not report how much (--commit carries it over)',
  'cli-recreation.after-commit':
    'what it writes after the commit, which is made while it runs: what runs with --rm is gone once it stops',
  'cli-recreation.logs': 'its log so far, which is removed with the old one',
  'cli-recreation.logs-hint': 'its log so far, which is removed with the old one ({{option}} keeps both)',
  'cli-recreation.execs': '{{number}} docker exec under way',
  'cli-recreation.auto-remove': 'the possibility to roll back: it runs with --rm and is gone once it stops',
  'cli-recreation.linked-by': 'the links of {{names}} to it: recreate those as well',
  'cli-recreation.compose-second': concat(
    'the old one stays, and counts in compose project {{project}} as a second container of its ',
    'service: docker compose up may remove either',
  ),
  'cli-recreation.never-run':
    'the old one is kept beside it, since the new one is not started (--remove-old removes it)',
  'cli-recreation.kept-written': concat(
    'the old one is kept beside it, stopped: what was written inside it is nowhere else (--remove-old ',
    'removes it)',
  ),
  'cli-recreation.kept-after-commit': concat(
    'the old one is kept beside it, stopped: what was written inside it after the commit, which is made ',
    'while it runs, is nowhere else (--remove-old removes it)',
  ),
  'cli-recreation.eci-off': 'Enhanced Container Isolation is off: turn it on first',
  'cli-recreation.host-namespace':
    '{{option}} is not possible under ECI: create the container again without it',
  'cli-recreation.paused': 'it is paused: unpause it first',
  'cli-recreation.unusable-state': 'its state is {{state}}: remove it',
  'cli-recreation.image-gone':
    'its image {{image}} is gone: commit the container to an image by hand (docker commit), or pull it again',
  'cli-recreation.swarm': 'it is a task of a swarm service: Docker makes those itself',
  'cli-recreation.shared-by_one': '{{names}} shares its namespaces: recreate them together',
  'cli-recreation.shared-by_other': '{{names}} share its namespaces: recreate them together',
  'cli-recreation.not-inspected': 'it could not be inspected, so what it would lose is not known: {{why}}',
  'cli-recreation.joined-gone': 'it shares the namespaces of container {{name}}, which is gone',
  'cli-recreation.joined-unprotected':
    'it shares the namespaces of {{name}}, which is not protected: recreate both',
  'cli-recreation.no-rollback':
    'it runs with --rm, so nothing is left to roll back to once it is stopped: use --without-rollback',
  'cli-recreation.gone-at-restart': 'it runs with --rm: it is gone when Docker Engine restarts',
  'cli-recreation.group-blocked': "it shares namespaces with {{names}}, which can't be recreated",
  'cli-recreation.item-running': 'running: it stops, and the new one starts',
  'cli-recreation.item-not-running': 'not running: the new one is not started',
  'cli-recreation.item-unchanged': 'is protected already: nothing to do',
  'cli-recreation.blockers': 'in the way',
  'cli-recreation.changes': 'changes',
  'cli-recreation.committed': 'carried over by a commit',
  'cli-recreation.committed-unknown': 'what was written inside it: the engine does not report how much',
  'cli-recreation.committed-size_one': 'what was written inside it: {{size}} in {{count}} path',
  'cli-recreation.committed-size_other': 'what was written inside it: {{size}} in {{count}} paths',
  'cli-recreation.lost': 'not carried over',
  'cli-recreation.together': 'Together, since they share namespaces: {{names}}',
  'cli-recreation.step-create': 'making the new container',
  'cli-recreation.step-stop': 'stopping the old one',
  'cli-recreation.step-commit': 'committing what was written',
  'cli-recreation.step-swap': 'swapping names',
  'cli-recreation.step-start': 'starting',
  'cli-recreation.step-wait': 'waiting until it runs properly',
  'cli-recreation.step-clean-up': 'cleaning up',
  'cli-recreation.rolling-back': 'rolling back to the old container',
  'cli-recreation.not-ended': 'not ended',
  'cli-recreation.recreated-running': 'recreated, protected and running',
  'cli-recreation.recreated-stopped': 'recreated, protected; not started',
  'cli-recreation.kept-as': 'the old one is {{name}}, stopped and without a restart policy',
  'cli-recreation.made-from': 'made from {{image}}',
  'cli-recreation.unchanged': 'protected already, nothing to do',
  'cli-recreation.refused': 'not recreated, nothing was stopped. {{error}}',
  'cli-recreation.rolled-back': 'not recreated, rolled back to the old one. {{error}}',
  'cli-recreation.rollback-failed': 'not recreated, and rolling back failed. {{error}}',
  'cli-recreation.not-begun': 'not begun. {{error}}',
} as const;
