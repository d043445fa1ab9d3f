/** The Simulator: what would happen to a command line or a compose file. */
export const simulator = {
  subtitle: 'What would happen to a docker run, a docker build or a compose file, rule by rule. Nothing is run.',
  open: 'Open compose file\u2026', openFailed: 'The file could not be opened',
  against: { label: 'Decide under', applied: 'Applied settings', draft: 'Draft' },
  input: { command: 'Docker command', compose: 'Compose file', placeholder: 'docker run \u2026, or paste a compose file', clear: 'Clear', pasted: 'Pasted; relative paths begin at your home directory', from: 'From `{{file}}`' },
  empty: {
    title: 'Type or paste a docker command, or open a compose file', body: 'It is decided by the gateway\u2019s own code, with what the engine knows. Try one:',
    example: { privileged: 'A privileged container', bind: 'A host directory', socket: 'The Docker socket', build: 'A build with the engine\u2019s network', compose: 'A compose file' },
  },
  running: 'Deciding', stop: 'Stop', stopped: 'Stopped. Change the text to decide again.', stale: 'Of the text before this change',
  problem: {
    empty: 'There is no command yet.', 'too-long': 'The text is too long for one command.', syntax: 'A quote or bracket is not closed here: `{{what}}`', 'several-commands': 'One command at a time: `{{what}}` is another one.', pipe: 'A pipe runs another program: give the docker command alone.', redirection: 'Leave the redirection out: `{{what}}`',
    substitution: 'The shell would replace `{{what}}` first: write out what it stands for.', 'no-directory': 'The Simulator is in no directory: write out what `{{what}}` stands for.', braces: 'The shell would make several words of `{{what}}`: write them out.',
    'not-docker': '`{{what}}` is not docker.', 'sudo-option': 'Leave `{{what}}` out: it changes who runs the command.', 'general-option': 'Leave `{{what}}` out: the engine is the one of this window.', 'no-command': 'Say which: `docker run`, `docker create` or `docker build`.',
    compose: 'For Compose open or paste the compose file itself.', 'other-command': '`docker {{what}}` can\u2019t be simulated here: `run`, `create` and `build` can. `bulkhead explain` takes others, too.', 'no-image': 'The image is missing.', 'writes-file': '`{{what}}` writes a file: leave it out, it decides nothing.',
    at: 'Character {{position}}', atLine: 'Line {{line}}, column {{column}}',
  },
  yaml: {
    yaml: 'This can\u2019t be read as YAML.', 'duplicate-key': 'This key is there twice.', tab: 'YAML is indented with spaces, not tabs.', indent: 'The indentation is wrong here, or a bracket is not closed.', 'not-closed': 'A quote, bracket or separator is missing here.', alias: 'This alias stands for nothing, or is not written right.', 'several-documents': 'Compose reads one document: leave out what begins with `---` after the first.',
  },
  failed: 'It could not be decided',
  noDocker: 'Nothing can be simulated without the Docker command line',
  verdict: {
    off: 'Allowed: ECI is off', offText: 'Nothing is checked while Enhanced Container Isolation is off.',
    reads: 'Allowed: it only reads', allow: 'Allowed', rewrite: 'Allowed, with changes', undecided: 'Can\u2019t tell', 'would-deny': 'Let through, and logged', audit: 'Audit mode: nothing is refused. With `enforce` the client would be told:',
    denyOne: 'Refused: {{why}}', denyMany_one: 'Refused for {{count}} reason', denyMany_other: 'Refused for {{count}} reasons',
    services_one: 'Refused: {{count}} of {{total}} services', services_other: 'Refused: {{count}} of {{total}} services',
    by: 'What the client would see', label: 'Verdict',
  },
  rules: {
    title: 'Rule by rule', denied_one: '{{count}} denied', denied_other: '{{count}} denied', wouldDeny_one: '{{count}} would be denied', wouldDeny_other: '{{count}} would be denied', changed_one: '{{count}} changed', changed_other: '{{count}} changed', allowed_one: '{{count}} allowed', allowed_other: '{{count}} allowed', missing_one: '{{count}} open', missing_other: '{{count}} open',
    none: 'No rule has anything to say about it: it passes as it is.', notSaid: 'no {{option}}', whole: 'the whole request', open: 'Open', wouldDeny: 'Would be denied',
    shared: '`{{path}}` isn\u2019t inside a shared directory: {{shares}}.', sharedNone: '`{{path}}` isn\u2019t inside a shared directory: none is shared.',
  },
  passed: {
    privileged: { title: 'Kept, and confined', text: 'All capabilities inside its own namespaces; kernel modules and global sysctls fail.' },
    capability: { title: 'Kept, and confined', text: 'The capability counts inside the container\u2019s own namespaces only.' },
    'shared-bind': { title: 'Inside a shared directory', text: 'What the container\u2019s root writes there belongs to the user who shares it.' },
    volume: { title: 'Named volume', text: 'The engine\u2019s own storage; nothing of the host\u2019s files.' },
    'security-opt': { title: 'Security option kept', text: 'It takes rights away, or changes nothing about the isolation.' },
    sysctl: { title: 'Set in the container', text: 'The value counts in the container\u2019s own namespaces only.' },
  },
  socket: { none: 'No command works through it: its list allows none.', all: 'Every Docker command works through it.', only: 'Only {{commands}} can be used through it.', allBut: 'All Docker commands but {{commands}} can be used through it.' },
  image: { title: 'Trusted for the socket', by: 'Its content, `{{id}}`, is what the entry `{{entry}}` allows.', derived: 'Built from `{{base}}`, which the entry `{{entry}}` allows.', any: 'The entry `{{entry}}` allows it.' },
  fix: {
    title: 'To make it work',
    leave: 'Leave out {{words}}. {{rest}}', restAllowed: 'The rest is allowed.', restLogged: 'The rest would be let through and logged.', restDenied: 'The rest is still refused.', restOpen: 'What becomes of the rest can\u2019t be told.', tryIt: 'Try without it',
    share: 'Share `{{path}}`.', shareDanger: 'Share `{{path}}`. Not recommended: {{why}}', image: 'Allow `{{image}}` to mount the Docker socket.', imageAny: 'Allow `{{image}}` under any tag to mount the Docker socket.', derived: 'Allow images derived from listed ones, too.', byHand: 'A setting can allow it: see the page.',
    add: 'Add to draft\u2026', cannot: 'No setting allows this. {{instead}}',
    dialog: { title: 'Add to the draft?', body: 'This changes the draft only. Nothing is applied before the review.', confirm: 'Add to draft' },
  },
  basis: {
    title: 'What it was decided with', at: 'Decided', atValue: '{{ago}}, in {{ms}} ms', settings: 'Settings', settingsApplied: 'Applied, version {{version}}', settingsDraft: 'The draft', engine: 'Engine', engineAsked: 'Asked', engineAbsent: 'Not reachable: what it knows was taken for absent',
    user: 'As', userRoot: 'root', userYou: 'you: `$HOME` is your home, and what you may read of the engine', sudo: 'you, without `sudo`: root has another `$HOME`',
    facts: 'Looked up', missing: 'Taken for absent', nothing: 'Nothing had to be looked up', there: '{{name}}: {{found}}', absent: '{{name}}: not there', leftOut: 'Not looked at',
    kind: { container: 'container', image: 'image', volume: 'volume', network: 'network' },
    note: {
      'later-requests': 'Only the first request that would change something is decided; what follows it is not known.', 'build-calls': 'What the Dockerfile asks for (`RUN --network`, `--security`) is decided while BuildKit builds.', 'image-assumed': 'The image was taken for an allowed one.',
      'stub-context': 'The build\u2019s directory was not read: an empty one stood in for it.', 'options-left-out': 'These options are BuildKit\u2019s or the client\u2019s own, and were not looked at.', 'compose-environment': 'Variables of your shell are not known here; Compose\u2019s words say which are missing.', 'compose-stopped': 'Compose stopped before the end: its words say why. What comes after was not decided.', 'compose-build': 'Builds of services were decided by network, privileges and entitlements; their Dockerfiles were not read.',
    },
  },
  compose: { service: 'Service {{name}}', network: 'Network {{name}}', volume: 'Volume {{name}}', other: 'Other requests', build: 'Build of {{name}}', warnings: 'Compose says' },
};
