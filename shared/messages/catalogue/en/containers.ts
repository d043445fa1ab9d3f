export const containers = {
  'containers.it-is-gone-since-it-was-chosen': 'it was removed after it was chosen',
  'containers.new-container-is-gone-again': 'the new container has been removed meanwhile',
  'containers.new-container-is-of-another-image': 'the new container is of another image',
  'containers.instead-of': '{{image}} instead of {{imageId}}',
  'containers.tag-was-moved-just-now-try-again': 'A tag was moved just now: try again.',
  'containers.new-container-would-not-be-protected': 'the new container would not be protected',
  'containers.its-runtime-is': 'its runtime is {{runtime}}',
  'containers.nothing-is-changed-change-setting-it-names':
    'Nothing is changed. Change the setting it names, or what the container asks for.',
  'containers.more-than-one-id-begins-so': 'more than one id begins like this',
  'containers.what-is-to-be-recreated-could-not': 'the containers to recreate could not be inspected',
  'containers.engine-did-not-do-what-was-asked': 'the engine did not carry out the request',
  'containers.image-is-gone-again': 'the image {{commitTo}} has been removed meanwhile',
  'containers.new-container-runs-but-not-in-user':
    'the new container runs, but not in a user namespace of its own',
  'containers.it-was-cancelled': 'it was cancelled',
  'containers.everything-is-as-it-was': 'Everything is as it was.',
  'containers.container-could-not-be-inspected': 'container {{reference}} could not be inspected',
  'containers.going-back-did-not-work-out-altogether': 'rolling back failed in part',
  'containers.look-at-docker-ps-bulkhead-containers-recreate':
    'Look at docker ps -a; bulkhead containers recreate{{onEngine}} tries again before anything else.',
  'containers.engine-events-could-not-be-followed': "the engine's events could not be followed",
  'containers.new-container-is-gone': 'the new container is gone',
  'containers.mend-what-it-complains-about-then-recreate':
    'Correct the problem that it reports, then recreate it again.',
  'containers.engine-events-ended-while-new-container-was':
    "the engine's events ended while the new container was coming up",
  'containers.this-user-may-not-recreate-containers': 'this user may not recreate containers',
  'containers.rolling-back-uses-engine-own-socket':
    "rolling back uses the engine's own socket, which belongs to root",
  'containers.run-same-command-with-sudo': 'Run the same command with sudo.',
  'containers.recreating-hit-defect': 'recreating hit a defect',
  'containers.run-it-again-it-first-settles-what':
    'Run it again: it first completes or rolls back what was begun.',
  'containers.plan-says-what-is-in-way-bulkhead':
    'See the plan for the reasons: bulkhead containers recreate --dry-run{{onEngine}}',
  'containers.interrupted-recreation-cannot-be-settled-its-journal':
    'an interrupted recreation cannot be settled: its journal is damaged',
  'containers.look-at-docker-ps-put-right-what':
    'Look at docker ps -a, correct what is wrong, then delete {{recreateJournalPath}}.',
  'containers.removal-not-begun': 'not begun: cancelled',
  'containers.there-is-no-such-container': 'there is no such container',
  'containers.running-container-is-not-removed':
    'it is running, and only stopped containers were to be removed',
  'containers.volumes-kept': 'volumes kept: {{volumes}}',
  'containers.new-one-is-gone': 'the new {{name}} is gone, so the old one stays, as {{old}}',
  'containers.old-one-could-not-be-removed': '{{name}} could not be removed: {{reason}}',
  'containers.what-was-made-could-not-be-removed': 'what was made for {{name}} could not be removed',
  'containers.could-not-be-put-back': '{{name}} could not be rolled back',
  'containers.image-could-not-be-removed': 'image {{image}} could not be removed',
  'containers.there-is-no-new-one': 'there is no new {{name}}',
  'containers.new-one-made-again-not-started': 'the new {{name}} was created again and not started',
  'containers.new-one-without-writes': 'the new {{name}} is without what was written inside the old one',
  'containers.new-one-without-writes-old-kept':
    'the new {{name}} is without what was written inside the old one, which is kept as {{kept}}',
  'containers.new-one-without-writes-in-image':
    'the new {{name}} is without what was written inside the old one: that is in image {{image}}',
  'containers.ran-with-rm-and-is-gone':
    '{{names}} ran with --rm and is gone; the container made from it takes its place',
  'containers.new-container-ended': 'the new container ended with exit code {{code}}',
  'containers.new-container-is-unhealthy': 'the new container is unhealthy',
  'containers.log-is-empty': 'its log is empty',
  'containers.log-could-not-be-read': 'its log could not be read',
  'containers.new-container-was-not-made': 'the new container was not made',
  'containers.new-container-could-not-be-connected':
    'the new container could not be connected to its networks',
  'containers.new-container-did-not-start': 'the new container did not start',
} as const;
