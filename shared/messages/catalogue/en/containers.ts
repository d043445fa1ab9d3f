export const containers = {
  'containers.it-is-gone-since-it-was-chosen': 'it is gone since it was chosen',
  'containers.new-container-is-gone-again': 'the new container is gone again',
  'containers.new-container-is-of-another-image': 'the new container is of another image',
  'containers.instead-of': '{{image}} instead of {{imageId}}',
  'containers.tag-was-moved-just-now-try-again': 'A tag was moved just now: try again.',
  'containers.new-container-would-not-be-protected': 'the new container would not be protected',
  'containers.its-runtime-is': 'its runtime is {{runtime}}',
  'containers.nothing-is-changed-change-setting-it-names':
    'Nothing is changed. Change the setting it names, or what the container asks for.',
  'containers.more-than-one-id-begins-so': 'more than one id begins so',
  'containers.what-is-to-be-recreated-could-not': 'what is to be recreated could not be looked at',
  'containers.engine-did-not-do-what-was-asked': 'the engine did not do what was asked of it',
  'containers.image-is-gone-again': 'the image {{commitTo}} is gone again',
  'containers.new-container-runs-but-not-in-user':
    'the new container runs, but not in a user namespace of its own',
  'containers.it-was-cancelled': 'it was cancelled',
  'containers.everything-is-as-it-was': 'Everything is as it was.',
  'containers.container-could-not-be-inspected': 'container {{reference}} could not be inspected',
  'containers.going-back-did-not-work-out-altogether': 'going back did not work out altogether',
  'containers.look-at-docker-ps-bulkhead-containers-recreate':
    'Look at docker ps -a; bulkhead containers recreate tries again before anything else.',
  'containers.engine-events-could-not-be-followed': "the engine's events could not be followed",
  'containers.new-container-is-gone': 'the new container is gone',
  'containers.mend-what-it-complains-about-then-recreate':
    'Mend what it complains about, then recreate it again.',
  'containers.engine-events-ended-while-new-container-was':
    "the engine's events ended while the new container was coming up",
  'containers.this-user-may-not-recreate-containers': 'this user may not recreate containers',
  'containers.way-back-goes-over-engine-own-socket':
    "a way back goes over the engine's own socket, which is root's",
  'containers.run-same-command-with-sudo': 'Run the same command with sudo.',
  'containers.recreating-hit-defect': 'recreating hit a defect',
  'containers.run-it-again-it-first-settles-what': 'Run it again: it first settles what was begun.',
  'containers.plan-says-what-is-in-way-bulkhead':
    'The plan says what is in the way: bulkhead containers recreate --dry-run.',
  'containers.interrupted-recreation-cannot-be-settled-its-journal':
    'an interrupted recreation cannot be settled: its journal is damaged',
  'containers.look-at-docker-ps-put-right-what':
    'Look at docker ps -a, put right what is not, then delete {{recreateJournalPath}}.',
} as const;
