import { concat } from '../concat.ts';

export const settings = {
  'settings.version-could-not-be-read': 'version {{version}} could not be read',
  'settings.meta-json-is-missing-or-damaged': '{{path}}/meta.json is missing or damaged',
  'settings.other-versions-are-not-affected': 'The other versions are not affected.',
  'settings.backup-could-not-be-written': 'the backup {{target}} could not be written',
  'settings.there-is-no-version': 'there is no version {{version}}',
  'settings.nothing-has-been-applied-yet': 'nothing has been applied yet',
  'settings.there-are': 'there are: {{known}}',
  'settings.draft-is-too-large-to-be-settings': 'the draft is too large to be a settings file',
  'settings.this-engine-takes-no-preferences-of-users': 'this engine takes no preferences of users',
  'settings.run-as-user-who-may-write-there': 'Run as a user who may write there (root).',
  'settings.administrator-has-locked-this-setting': 'the administrator has locked this setting',
  'settings.is-locked': '{{pointer}} is locked',
  'settings.isolation-can-t-be-turned-on-by': 'isolation can’t be turned on by a preference',
  'settings.it-takes-engine-that-was-started-for': 'it takes an engine that was started for it',
  'settings.ask-administrator-to-turn-it-on-bulkhead':
    'Ask the administrator to turn it on: bulkhead apply{{onEngine}}',
  'settings.there-is-no-place-for-preferences-yet': 'there is no place for preferences yet',
  'settings.is-made-by-gateway-while-it-runs':
    '{{userSettingsPath}} is made by the gateway while it runs and something is not locked',
  'settings.preference-could-not-be-kept': 'the preference could not be kept',
  'settings.members-of-group-that-may-use-socket':
    'Members of the group that may use the socket (docker) can write it.',
  'settings.value-cannot-be-written-as-json': "The value can't be written as JSON: {{problem}}.",
  'settings.whole-document-can-only-be-replaced-by': 'The whole document can only be replaced by an object.',
  'settings.there-is-no-place-in-document': 'There is no place {{toPointer}} in the document: {{why}}.',
  'settings.settings-file-has-format-version-this-program': concat(
    'The settings file has format version {{version}}; ',
    'this program supports version {{settingsFileVersion}}.',
  ),
  'settings.set-configurationfileversion-to': 'Set configurationFileVersion to {{settingsFileVersion}}.',
  'settings.settings-file-cannot-be-used-as-policy': "The settings file can't be used as a policy.",
  'settings.correct-it-bulkhead-settings-lint-shows-every':
    'Correct it; `bulkhead settings lint{{onEngine}}` shows every finding.',
  'settings.is-not-json-pointer-it-must-be':
    '"{{pointer}}" is not a JSON pointer: it must be empty or start with "/".',
  'settings.write-it-like-enhancedcontainerisolation-value':
    'Write it like /enhancedContainerIsolation/value.',
  'settings.is-not-json-pointer-must-be-written':
    '"{{pointer}}" is not a JSON pointer: "~" must be written "~0", and "/" inside a key "~1".',
  'settings.needs-docker-desktop-4-36-or-newer':
    '{{what}} needs Docker Desktop 4.36 or newer; {{version}} is installed.',
  'settings.stands-here-twice-first-in-line-readers':
    '"{{key}}" occurs twice here (first in line {{line}}). Readers disagree on which one counts: remove one.',
  'settings.configurationfileversion-is-missing-docker-desktop-requires-it':
    '"configurationFileVersion": {{settingsFileVersion}} is missing. Docker Desktop requires it.',
  'settings.add-it': 'Add it',
  'settings.format-version-is-not-known-it-must':
    'Format version {{version}} is not known. It must be {{settingsFileVersion}}.',
  'settings.change-it-to': 'Change it to {{value}}',
  'settings.is-missing': '"{{name}}" is missing.',
  'settings.type-boolean': 'true or false',
  'settings.type-string': 'a string',
  'settings.type-number': 'a number',
  'settings.type-integer': 'a whole number',
  'settings.type-object': 'an object',
  'settings.type-list': 'a list',
  'settings.type-null': 'null',
  'settings.type-nothing': 'nothing',
  'settings.this-must-be-and-is': 'Expected {{expected}}, got {{found}}.',
  'settings.only-docker-desktop-reads-it-is-kept':
    'Only Docker Desktop reads "{{written}}". It is kept, and does nothing on this engine.',
  'settings.docker-desktop-does-not-know-nothing-in':
    'Docker Desktop does not know "{{written}}": nothing in it has an effect there.',
  'settings.docker-desktop-reads-on-another-operating-system':
    'Docker Desktop reads "{{written}}" on {{systems}} only. It is kept, and does nothing here.',
  'settings.key-is-undocumented': concat(
    'Docker does not document "{{written}}" for this file. Docker Desktop takes the names of all its ',
    'settings here, in any case, and locks them.',
  ),
  'settings.key-is-undocumented-or-unknown': concat(
    'Docker does not document "{{written}}". If a setting of Docker Desktop has this name, it is set and ',
    'locked; otherwise nothing reads it.',
  ),
  'settings.hosts-are-better-listed': concat(
    "Docker's example has a list here, its text a comma-separated string. Both are taken; a list is clear ",
    'to every version.',
  ),
  'settings.make-it-list': 'Make it a list',
  'settings.proxy-without-address': concat(
    'The mode is "manual", but there is no address of a proxy or PAC file, and no PAC script: ',
    'no proxy is used.',
  ),
  'settings.number-out-of-range': 'Expected a whole number from {{first}} to {{last}}, got {{found}}.',
  'settings.text-proxy-address': 'This is no address of a proxy: write http://HOST:PORT.',
  'settings.text-pac-address':
    'This is no address of a PAC file: write http://HOST/FILE, or https:// or file://.',
  'settings.text-pac-script': 'A PAC script defines the function FindProxyForURL; this one does not.',
  'settings.text-contact-address':
    'This is nothing that a user could open: write an address with https://, http:// or mailto:.',
  'settings.text-port-list':
    'This is no list of ports: write numbers from 1 to 65535 with commas ("80,443"), or "*" for all.',
  'settings.text-ipv4-network': 'This is no network: write an IPv4 network such as 192.168.65.0/24.',
  'settings.json-document-inside-this-string-is-not':
    'The JSON document inside this string is not valid: {{problem}}.',
  'settings.enhanced-container-isolation-is-off-this-list': concat(
    'Enhanced Container Isolation is off: this list has no effect, every container may mount the ',
    'Docker socket.',
  ),
  'settings.audit-mode-nothing-is-refused-what-would': concat(
    'Requests that break the rules are let through and only written to the decision log, ',
    'until the mode is "enforce".',
  ),
  'settings.enhanced-container-isolation-is-on-but-not':
    'Enhanced Container Isolation is on but not locked: it is a default that a user may turn off.',
  'settings.virtiofs-and-grpc-fuse-are-both-off':
    'VirtioFS and gRPC FUSE are both off: Docker Desktop would not start on macOS. Turn one of them on.',
  'settings.kubernetes-from-this-repository-mounts-docker-socket':
    'Kubernetes from this repository mounts the Docker socket: add {{list}} to the images that may mount it.',
  'settings.empty-list-no-host-directory-may-be':
    'An empty list: no host directory may be bind-mounted. Without the key, $HOME and $TMP may.',
  'settings.docker-desktop-treats-empty-list-like-missing': concat(
    'Docker Desktop treats an empty list like a missing one: its default shares apply. ',
    'List what may be shared.',
  ),
  'settings.no-image-that-may-mount-docker-socket': concat(
    'No image that may mount the Docker socket is "{{image}}": this list has no effect. ',
    'Add the image to imageList.',
  ),
  'settings.is-no-device':
    '"{{device}}" is neither a clean path below /dev nor the name of a CDI device. It allows none.',
  'settings.is-no-network-share': concat(
    '"{{source}}" is no share of type {{type}}: write server:/path (nfs) or //server/share (cifs). ',
    'It allows none.',
  ),
  'settings.is-not-image-reference-it-matches-no':
    '"{{image}}" is not an image reference: {{why}}. It matches no image.',
  'settings.every-image-may-mount-docker-socket-and':
    'Every image may mount the Docker socket, and with it command the engine. List the images that need it.',
  'settings.every-repository-below-is-trusted-whoever-may':
    'Every repository below {{domain}}/{{path}} is trusted, whoever may push there.',
  'settings.every-tag-of-this-image-is-trusted':
    'Every tag of this image is trusted, also those that are pushed later. Name a tag or a digest.',
  'settings.this-tag-can-move-what-is-pushed':
    'This tag can move: what is pushed under it later is trusted too. Pin the digest (name@sha256:…).',
  'settings.no-tag-means-latest-which-moves-what': concat(
    'No tag means :latest, which moves: what is pushed under it later is trusted too. ',
    'Pin the digest (name@sha256:…).',
  ),
  'settings.registry-serves-no-image-for-entry-lets': concat(
    'The registry serves no image for "{{image}}": the entry allows none. ',
    'Check the name and the tag, or push it.',
  ),
  'settings.registry-could-not-be-asked-for-while': concat(
    'The registry could not be queried for "{{image}}": {{why}}. ',
    'While that lasts, only the content it served before is allowed.',
  ),
  'settings.it-is-empty': 'it is empty',
  'settings.it-holds-white-space': 'it holds white space',
  'settings.repository-names-are-lower-case': 'repository names are lower case',
  'settings.registry-host-is-not-valid': 'the registry host is not valid',
  'settings.repository-name-is-not-valid': 'the repository name is not valid',
  'settings.tag-is-not-valid': 'the tag is not valid',
  'settings.digest-is-not-valid-sha256-and-64': 'the digest is not valid: sha256: and 64 hexadecimal digits',
  'settings.may-stand-for-whole-reference-for-tag':
    '* may replace the whole reference, the tag, or the last part of the repository',
  'settings.repository-name-is-longer-than-255-characters':
    'the repository name is longer than 255 characters',
  'settings.image-id-or-bare-digest-names-no':
    'an image id or bare digest names no repository: write name@sha256:…',
  'settings.file-starts-with-byte-order-mark-which': concat(
    'The file starts with a byte order mark, which stops the engine from reading it. ',
    'Save it as UTF-8 without BOM.',
  ),
  'settings.remove-byte-order-mark': 'Remove the byte order mark',
  'settings.remove-comma': 'Remove the comma',
  'settings.remove-comment': 'Remove the comment',
  'settings.file-is-empty-write-at-least-configurationfileversion':
    'The file is empty. Write at least {"configurationFileVersion": 2}, or remove the file.',
  'settings.file-starts-with-byte-order-mark-save':
    'The file starts with a byte order mark. Save it as UTF-8 without BOM.',
  'settings.file-is-larger-than-mib-settings-file': concat(
    'The file is larger than {{maxSettingsLength}} MiB. A settings file is a few kilobytes: ',
    'is it the right one?',
  ),
  'settings.document-is-nested-deeper-than-levels':
    'The document is nested deeper than {{maxSettingsDepth}} levels.',
  'settings.comments-are-not-allowed-in-json-remove': 'Comments are not allowed in JSON. Remove it.',
  'settings.there-is-comma-after-last-entry-remove': 'There is a comma after the last entry. Remove it.',
  'settings.comma-is-missing-between-two-entries': 'A comma is missing between two entries.',
  'settings.colon-is-missing-between-key-and-value': 'A colon is missing between key and value.',
  'settings.value-is-missing-here-string-in-double':
    'A value is missing here: a string in double quotes, a number, true, false, null, an object or a list.',
  'settings.key-in-double-quotes-is-expected-here': 'A key in double quotes is expected here.',
  'settings.closing-bracket-is-missing': 'A closing bracket is missing.',
  'settings.document-has-ended-before-this-remove-what':
    'The document has ended before this. Remove what follows.',
  'settings.string-is-not-closed-on-its-line':
    'The string is not closed on its line. Add the closing double quote.',
  'settings.string-holds-character-or-escape-that-json':
    'The string holds a character or an escape that JSON does not allow.',
  'settings.this-is-not-number-as-json-writes': 'This is not a number as JSON writes them.',
  'settings.this-is-not-json-strings-and-keys':
    'This is not JSON. Strings and keys are written in double quotes; literals are true, false and null.',
  'settings.document-must-be-object': 'The document must be an object: { … }.',
  'settings.another-value': 'another value',
  'settings.settings-file-is-not-valid-json': 'The settings file is not valid JSON.',
  'settings.settings-file-cannot-be-read-line-column':
    "The settings file can't be read: line {{line}}, column {{column}}",
  'settings.correct-file-or-roll-back-to-last': 'Correct the file, or roll back to the last version.',
  'settings.this-shares-whole-file-system-container-could': concat(
    'This shares the whole file system: a container could change every file of this host and take ',
    'it over.',
  ),
  'settings.this-holds-engine-own-files-container-could':
    "This holds the engine's own files: a container could change images, other containers and the policy.",
  'settings.this-holds-docker-socket-container-could-command':
    'This holds the Docker socket: a container could command the engine through it.',
  'settings.this-holds-configuration-of-this-machine-passwords': concat(
    'This holds the configuration of this host, passwords and services included: ',
    'a container could take it over.',
  ),
  'settings.this-holds-sockets-and-state-of-system':
    "This holds sockets and state of the system's services, the Docker socket often among them.",
  'settings.these-are-kernel-own-files-through-them':
    "These are the kernel's own files: through them a container could leave its isolation.",
  'settings.these-are-devices-of-this-machine-container':
    'These are the devices of this host: a container could read and write disks.',
  'settings.this-is-administrator-home-keys-and-start':
    "This is the administrator's home: keys and start-up files in it give access to this host.",
  'settings.this-holds-programs-that-this-machine-runs':
    'This holds programs that this host runs as administrator: a container could replace them.',
  'settings.this-shares-every-user-home-directory-with':
    "This shares every user's home directory with every user's containers.",
  'settings.it-holds': 'It holds {{holds}}. {{explain}}',
  'settings.path-is-empty': 'The path is empty.',
  'settings.path-holds-control-character': 'The path holds a control character.',
  'settings.only-are-replaced-is-not-path': 'Only {{list}} are replaced; "{{written}}" is not a path.',
  'settings.is-not-replaced-write-home': 'The "~" is not replaced. Write $HOME.',
  'settings.path-must-be-absolute-or-start-with':
    'The path must be absolute, or start with $HOME, $TMP or $TEMP.',
  'settings.path-must-not-hold-or-write-where': 'The path must not hold "." or "..": write where it leads.',
  'settings.no-docker-command': '"{{entry}}" is not a Docker command. The entry has no effect.',
  'settings.no-docker-command-denies-all':
    '"{{entry}}" is not a Docker command. As long as it is in this list, everything is denied.',
  'settings.no-docker-command-suggestion':
    '"{{entry}}" is not a Docker command. Did you mean "{{suggestion}}"?',
  'settings.no-docker-command-suggestion-denies-all': concat(
    '"{{entry}}" is not a Docker command. Did you mean "{{suggestion}}"? As long as it is in this ',
    'list, everything is denied.',
  ),
  'settings.command-cannot-be-listed':
    '"{{name}}" can\'t be listed: {{why}}. List the commands it calls instead.',
  'settings.command-cannot-be-listed-denies-all': concat(
    '"{{name}}" can\'t be listed: {{why}}. List the commands it calls instead. ',
    'As long as it is in this list, everything is denied.',
  ),
  'settings.it-calls-run-create-network-create-and': 'it calls run, create, network create and others',
  'settings.it-works-outside-the-engine': 'it works outside the engine',
  'settings.it-never-reaches-the-engine': 'it never reaches the engine',
  'settings.it-talks-to-registries-not-to-the': 'it sends requests to registries, not to the engine',
  'settings.plugins-are-refused-while-eci-is-on': 'plugins are denied while ECI is on',
  'settings.it-reads-images-with-save-and-pull': 'it reads images with save and pull',
  'settings.it-talks-to-registries-the-engine-sees':
    'it sends requests to registries; the engine sees push and pull',
  'settings.what-a-missing-one-means': 'What a missing one means.',
  'settings.command-description': '{{description}}.',
  'settings.every-command-of-the-group': 'Every command of the group: {{commands}}.',
  'settings.cannot-be-listed-because': "Can't be listed: {{why}}.",
  'settings.preferences-too-large': 'it is too large',
  'settings.preferences-not-made-by-gateway': 'it is not the file that the gateway made',
  'settings.preferences-hold-something-else': 'it contains something other than preferences',
  'settings.place-has-no-members': '{{place}} is a {{type}}, it has no members',
  'settings.list-has-elements': 'the list at {{place}} has {{length}} elements',
  'settings.new-list-starts-at-0': 'a new list starts at 0',
  'settings.is-not-json-number': '{{value}} is not a JSON number',
  'settings.has-no-json-form': 'a {{value}} has no JSON form',
  'settings.it-holds-itself': 'it contains itself',
  'settings.it-is-nested-too-deep': 'it is nested too deep',
  'settings.known-key-has-wrong-type': 'A known key has a wrong type.',
  'settings.key-stands-there-twice': 'The key {{pointer}} occurs twice there: which one counts is not clear.',
  'settings.key-must-be-written':
    'The key "{{found}}" must be written "{{known}}": upper and lower case count.',
  'settings.needs-newer-docker-desktop':
    '{{what}} needs Docker Desktop {{since}} or newer; {{version}} is installed and ignores it.',
  'settings.list-of-images-that-may-mount-docker': 'A list of allowed images',
  'settings.allowing-images-built-from-listed-ones': 'Allowing images built from allowed ones',
  'settings.rename-it-to': 'Rename it to "{{closest}}"',
  'settings.key-is-not-known': '"{{written}}" is not a known key. It is kept as it is.',
  'settings.key-is-not-known-did-you-mean': '"{{written}}" is not a known key. Did you mean "{{closest}}"?',
  'settings.it-is-not-object': 'it is a {{type}}, not an object',
  'settings.lock-it': 'Lock it',
  'settings.turn-virtiofs-on': 'Turn VirtioFS on',
  'settings.the-document': 'the document',
  'settings.value-must-be': '{{pointer}}: expected {{expected}}, got {{found}}.',
  'settings.either': '{{first}} or {{second}}',
  'settings.either-of-more': '{{first}} or {{second}}',
  'settings.enforce': 'Enforce',
  'settings.rights-of': 'the rights of {{directory}}',
  'settings.rights-of-without-program': 'the rights of {{directory}} ({{missing}})',
} as const;
