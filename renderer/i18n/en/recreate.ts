/** Recreating containers under ECI: the question, how it goes, how it ended. */
export const recreate = {
  action: 'Recreate protected…', bar: 'Recreate protected…',
  title_one: 'Recreate {{count}} container under ECI?', title_other: 'Recreate {{count}} containers under ECI?',
  body: 'Each is made anew with the same configuration. The old one comes back if the new one does not run well.',
  planning: 'Looking at what would change', together: 'Together, since they share namespaces', running: 'Stops, and the new one starts', idle: 'Does not run; the new one is not started',
  group: { blockers: 'In the way', lost: 'Not carried over', carried: 'Carried over', changes: 'Changes' },
  unchanged: 'Protected already. Nothing is done.', show: 'What else changes',
  note: {
    runtime: 'Runtime {{before}} becomes {{after}}, in a user namespace of its own', userns: '`--userns={{before}}` is dropped', 'cgroup-namespace': 'Its cgroup namespace is its own', image: '{{before}} names another image by now, so it is made of {{after}}',
    'anonymous-volume': 'The anonymous volume at {{destination}} stays, from now on by its name', 'volumes-from': 'The volumes it has from {{names}} are mounted by name', socket: 'The Docker socket at {{destination}} becomes one of its own, where the settings allow it',
    'chosen-ports': 'Host ports that Docker chose are chosen anew', 'owner-label': 'It does not belong to a container\u2019s socket any more', 'compose-again': '`docker compose up` makes it once more, since it keeps by id whose network is shared',
    shares: '{{sources}}: shared as {{user}}, who owns what it writes there',
    memory: 'What its processes have in memory', 'writable-layer_one': 'What was written inside: {{size}} in {{count}} path', 'writable-layer_other': 'What was written inside: {{size}} in {{count}} paths', execs_one: '{{count}} `docker exec` under way', execs_other: '{{count}} `docker exec` under way',
    'auto-remove': 'The way back: it runs with `--rm` and is gone once it stops', 'linked-by': 'The links of {{names}} to it; recreate those as well', 'compose-second': 'The old one counts in compose project {{project}} as a second container of its service', 'never-run': 'The old one is kept beside it, since the new one is not started',
    'eci-off': 'ECI is off. Turn it on first.', 'host-namespace': '`{{option}}` is not possible under ECI. Make it anew without.', paused: 'It is paused. Unpause it first.', 'unusable-state': 'Its state is {{state}}. Remove it.', 'image-gone': 'Its image {{image}} is gone. Pull it again.',
    swarm: 'It is a task of a swarm service; Docker makes those itself.', 'shared-by': 'Its namespaces are shared by {{names}}. Recreate them together.', 'joined-gone': 'It shares the namespaces of {{name}}, which is gone.', 'joined-unprotected': 'It shares the namespaces of {{name}}, which is not protected. Recreate both.',
    'no-way-back': 'It runs with `--rm`: once it is stopped there is no way back.',
  },
  option: {
    commit: 'Carry over what was written inside', commitWhy: 'It becomes an image `bulkhead/recreated`, which the new one is made of.',
    keep: 'Keep the old ones, stopped', keepWhy: 'Otherwise each is removed once the new one runs well. Volumes are kept in any case.',
    wayBack: 'Also those run with --rm', wayBackWhy: 'If the new one does not run well, the old one can\u2019t come back.',
  },
  confirm_one: 'Recreate {{count}} container', confirm_other: 'Recreate {{count}} containers', confirmNone: 'Recreate', keepThem: 'Leave as they are',
  left_one: '{{count}} is left as it is', left_other: '{{count}} are left as they are',
  step: { create: 'Making the new container', stop: 'Stopping the old one', commit: 'Keeping what was written inside', swap: 'Swapping names', start: 'Starting', wait: 'Waiting until it runs well', 'clean-up': 'Tidying up' },
  run: { title: 'Recreating {{name}}', back: 'Going back', of: '{{done}} of {{total}}', waiting: 'Waiting', cancel: 'Stop', label: 'Containers being recreated' },
  outcome: {
    recreated: 'Recreated, protected and running', idle: 'Recreated, protected; not started', kept: 'The old one is {{name}}.', image: 'Made of {{image}}.', unchanged: 'Protected already', refused: 'Not recreated; nothing was stopped', 'rolled-back': 'The old one is back', 'rollback-failed': 'Going back did not work out', 'not-begun': 'Not begun',
  },
  done_one: '{{count}} container recreated', done_other: '{{count}} containers recreated', failed_one: '{{count}} was not recreated', failed_other: '{{count}} were not recreated', nothing: 'Nothing was recreated',
  openSharing: 'Open File sharing', openSocket: 'Open Docker socket', dismiss: 'Dismiss',
};
