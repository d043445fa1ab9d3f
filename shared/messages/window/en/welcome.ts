export const welcome = {
  title: 'Protect this engine',
  subtitle:
    'Enhanced Container Isolation (ECI) keeps root inside a container from being root on the host. ' +
    'Four short steps; nothing is changed before you have seen and confirmed the plan.',
  steps: 'Steps of the first run',
  footer: 'First run',
  step: { engine: 'Engine', scan: 'Containers', policy: 'Policy', review: 'Review & apply' },
  skip: 'Skip for now',
  back: 'Back',
  next: 'Continue',
  toReview: 'Review the changes',
  nothingYet: 'Nothing is changed yet.',
  needsEngine: 'Start the engine to continue.',
  needsBackend: 'ECI can\u2019t be turned on here: see what is missing in the first step.',
  needsRights: 'You have no rights to change the settings of this engine.',
  engine: {
    title: 'The engine that was found',
    text:
      'Bulkhead runs a Docker engine behind a gateway that enforces the policy. ' +
      'Docker clients use its socket like any other.',
    ready: '{{name}} is running',
    stopped: '{{name}} is not running',
    notProtected: 'Not protected yet: ECI is off, so root in a container is root on the host.',
    starting: 'The engine is starting',
    startNote: 'It must run to be inspected and protected.',
    where: 'Directory',
    version: 'Docker Engine',
    system: 'System',
    requirements: 'What isolation needs',
    examining: 'This machine is being examined.',
    met_one: 'This machine has what {{name}} needs: its requirement is met.',
    met_other: 'This machine has what {{name}} needs: all {{count}} requirements are met.',
    missing: 'Missing: {{what}}',
  },
  scan: {
    title: 'Containers on it now',
    text:
      'Containers get their protection when they are created. ' +
      'Those that exist already stay unprotected, and once stopped can\u2019t be started again while ECI ' +
      'is on, unless you recreate them protected or let them be used.',
    looking: 'Looking for containers',
    found_one: '{{count}} container',
    found_other: '{{count}} containers',
    age: 'Scanned {{age}}',
    again: 'Scan again',
    empty: 'There is no container yet: everything that is created from now on will be protected.',
    more_one: 'and {{count}} more',
    more_other: 'and {{count}} more',
    existing_one: 'It was created without protection',
    existing_other: 'They were created without protection',
    choose:
      'Before the review you choose what happens to each: recreated protected, removed, or kept unprotected.',
  },
  policy: {
    title: 'The policy to begin with',
    text: 'It suits most machines, and every line of it can be changed later.',
    card: 'Policy',
    included: 'Part of the policy',
    eci: 'Container root has no privileges on the host. `--privileged` works, confined to its container.',
    shares: 'Share home and temporary directories',
    sharesOn:
      'Containers may mount what is below `{{home}}` and `{{tmp}}` (`$HOME` and `$TMP`), and nothing ' +
      'else of the host.',
    sharesOff: 'The list is empty: no host directory can be mounted.',
    sharesKept_one: 'The {{count}} directory that the draft lists already stays.',
    sharesKept_other: 'The {{count}} directories that the draft lists already stay.',
    socket: 'Docker socket',
    socketText:
      'No container may mount it, until you allow its image. ' +
      'What is denied is shown with the way to allow it.',
  },
};
