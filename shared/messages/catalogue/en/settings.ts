import { concat } from '../concat.ts';

export const settings = {
  'settings.version-unreadable': 'version {{version}} could not be read',
  'settings.version-not-text': 'version {{version}} is not text',
  'settings.version-too-large': 'version {{version}} is too large to be settings',
  'settings.version-bytes-kept': 'its bytes are kept in {{file}}',
  'settings.version-record-damaged': '{{path}}/meta.json is missing or damaged',
  'settings.other-versions-unaffected': 'The other versions are not affected.',
  'settings.backup-unwritable': 'the backup {{target}} could not be written',
  'settings.version-missing': 'there is no version {{version}}',
  'settings.nothing-applied-yet': 'nothing has been applied yet',
  'settings.versions-available': 'there are: {{known}}; 0 is no settings file',
  'settings.draft-too-large': 'the draft is too large to be a settings file',
  'settings.preferences-unsupported': 'this engine takes no preferences of users',
  'settings.run-as-writer': 'Run as a user who may write there (root).',
  'settings.preference-locked': 'the administrator has locked this setting',
  'settings.key-locked': '{{pointer}} is locked',
  'settings.preference-cannot-turn-on': "isolation can't be turned on by a preference",
  'settings.engine-not-prepared': 'it takes an engine that was started for it',
  'settings.ask-administrator-to-apply': 'Ask the administrator to turn it on: bulkhead apply{{onEngine}}',
  'settings.preferences-file-missing': 'there is no place for preferences yet',
  'settings.preferences-file-origin':
    '{{userSettingsPath}} is made by the gateway while it runs and something is not locked',
  'settings.preference-not-saved': 'the preference could not be kept',
  'settings.preferences-writers': 'Members of the group that may use the socket (docker) can write it.',
  'settings.value-not-json': "The value can't be written as JSON: {{problem}}.",
  'settings.document-replacement-invalid': 'The whole document can only be replaced by an object.',
  'settings.pointer-not-found': 'There is no place {{toPointer}} in the document: {{why}}.',
  'settings.format-version-unsupported': concat(
    'The settings file has format version {{version}}; ',
    'this program supports version {{settingsFileVersion}}.',
  ),
  'settings.set-format-version': 'Set configurationFileVersion to {{settingsFileVersion}}.',
  'settings.file-not-a-policy': "The settings file can't be used as a policy.",
  'settings.correct-with-lint': 'Correct it; `bulkhead settings lint{{onEngine}}` shows every finding.',
  'settings.pointer-start-invalid':
    '"{{pointer}}" is not a JSON pointer: it must be empty or start with "/".',
  'settings.pointer-example': 'Write it like /enhancedContainerIsolation/value.',
  'settings.pointer-escape-invalid':
    '"{{pointer}}" is not a JSON pointer: "~" must be written "~0", and "/" inside a key "~1".',
  'settings.needs-desktop-4-36': '{{what}} needs Docker Desktop 4.36 or newer; {{version}} is installed.',
  'settings.duplicate-key':
    '"{{key}}" occurs twice here (first in line {{line}}). Readers disagree on which one counts: remove one.',
  'settings.format-version-missing':
    '"configurationFileVersion": {{settingsFileVersion}} is missing. Docker Desktop requires it.',
  'settings.add-it': 'Add it',
  'settings.format-version-unknown':
    'Format version {{version}} is not known. It must be {{settingsFileVersion}}.',
  'settings.change-it-to': 'Change it to {{value}}',
  'settings.key-missing': '"{{name}}" is missing.',
  'settings.type-boolean': 'true or false',
  'settings.type-string': 'a string',
  'settings.type-number': 'a number',
  'settings.type-integer': 'a whole number',
  'settings.type-object': 'an object',
  'settings.type-list': 'a list',
  'settings.type-null': 'null',
  'settings.type-nothing': 'nothing',
  'settings.key-of-desktop-only':
    'Only Docker Desktop reads "{{written}}". It is kept, and does nothing on this engine.',
  'settings.key-unknown-to-desktop':
    'Docker Desktop does not know "{{written}}": nothing in it has an effect there.',
  'settings.key-of-other-system':
    'Docker Desktop reads "{{written}}" on {{systems}} only. It is kept, and does nothing here.',
  'settings.key-undocumented': concat(
    'Docker does not document "{{written}}" for this file. Docker Desktop takes the names of all its ',
    'settings here, in any case, and locks them.',
  ),
  'settings.key-undocumented-or-unknown': concat(
    'Docker does not document "{{written}}". If a setting of Docker Desktop has this name, it is set and ',
    'locked; otherwise nothing reads it.',
  ),
  'settings.hosts-as-string': concat(
    "Docker's example has a list here, its text a comma-separated string. Both are taken; a list is clear ",
    'to every version.',
  ),
  'settings.convert-to-list': 'Make it a list',
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
  'settings.embedded-json-invalid': 'The JSON document inside this string is not valid: {{problem}}.',
  'settings.list-without-eci': concat(
    'Enhanced Container Isolation is off: this list has no effect, every container may mount the ',
    'Docker socket.',
  ),
  'settings.audit-mode': concat(
    'Requests that break the rules are let through and only written to the decision log, ',
    'until the mode is "enforce".',
  ),
  'settings.eci-not-locked':
    'These settings turn Enhanced Container Isolation on without locking it: users may turn it off.',
  'settings.file-sharing-all-off':
    'VirtioFS and gRPC FUSE are both off: Docker Desktop would not start on macOS. Turn one of them on.',
  'settings.kubernetes-needs-socket':
    'Kubernetes from this repository mounts the Docker socket: add {{list}} to the images that may mount it.',
  'settings.no-shared-directories':
    'An empty list: no host directory may be bind-mounted. Without the key, $HOME and $TMP may.',
  'settings.empty-list-on-desktop': concat(
    'Docker Desktop treats an empty list like a missing one: its default shares apply. ',
    'List what may be shared.',
  ),
  'settings.command-list-image-not-allowed': concat(
    'No image that may mount the Docker socket is "{{image}}": this list has no effect. ',
    'Add the image to imageList.',
  ),
  'settings.list-by-content': 'Only * allows "{{image}}": made or loaded here, it has the general list.',
  'settings.not-a-device':
    '"{{device}}" is neither a clean path below /dev nor the name of a CDI device. It allows none.',
  'settings.not-a-network-share': concat(
    '"{{source}}" is no share of type {{type}}: write server:/path (nfs) or //server/share (cifs). ',
    'It allows none.',
  ),
  'settings.not-an-image-reference': '"{{image}}" is not an image reference: {{why}}. It matches no image.',
  'settings.all-images-allowed':
    'Every image may mount the Docker socket, and with it command the engine. List the images that need it.',
  'settings.all-repositories-trusted':
    'Every repository below {{domain}}/{{path}} is trusted, whoever may push there.',
  'settings.all-tags-trusted':
    'Every tag of this image is trusted, also those that are pushed later. Name a tag or a digest.',
  'settings.tag-can-move':
    'This tag can move: what is pushed under it later is trusted too. Pin the digest (name@sha256:…).',
  'settings.latest-can-move': concat(
    'No tag means :latest, which moves: what is pushed under it later is trusted too. ',
    'Pin the digest (name@sha256:…).',
  ),
  'settings.image-not-in-registry': concat(
    'The registry serves no image for "{{image}}": the entry allows none. ',
    'Check the name and the tag, or push it.',
  ),
  'settings.registry-query-failed': concat(
    'The registry could not be queried for "{{image}}": {{why}}. ',
    'While that lasts, only the content it served before is allowed.',
  ),
  'settings.reference-empty': 'it is empty',
  'settings.reference-white-space': 'it contains white space',
  'settings.repository-not-lower-case': 'repository names are lower case',
  'settings.registry-host-invalid': 'the registry host is not valid',
  'settings.repository-name-invalid': 'the repository name is not valid',
  'settings.tag-invalid': 'the tag is not valid',
  'settings.digest-invalid': 'the digest is not valid: sha256: and 64 hexadecimal digits',
  'settings.wildcard-invalid':
    '* may replace the whole reference, the tag, or the last part of the repository',
  'settings.repository-name-too-long': 'the repository name is longer than 255 characters',
  'settings.reference-without-repository':
    'an image id or bare digest names no repository: write name@sha256:…',
  'settings.byte-order-mark-blocks-engine': concat(
    'The file starts with a byte order mark, which stops the engine from reading it. ',
    'Save it as UTF-8 without BOM.',
  ),
  'settings.remove-byte-order-mark': 'Remove the byte order mark',
  'settings.remove-comma': 'Remove the comma',
  'settings.remove-comment': 'Remove the comment',
  'settings.file-empty':
    'The file is empty. Write at least {"configurationFileVersion": 2}, or remove the file.',
  'settings.byte-order-mark': 'The file starts with a byte order mark. Save it as UTF-8 without BOM.',
  'settings.file-too-large': concat(
    'The file is larger than {{maxSettingsLength}} MiB. A settings file is a few kilobytes: ',
    'is it the right one?',
  ),
  'settings.document-too-deep': 'The document is nested deeper than {{maxSettingsDepth}} levels.',
  'settings.json-comment': 'Comments are not allowed in JSON. Remove it.',
  'settings.json-trailing-comma': 'There is a comma after the last entry. Remove it.',
  'settings.json-comma-missing': 'A comma is missing between two entries.',
  'settings.json-colon-missing': 'A colon is missing between key and value.',
  'settings.json-value-missing':
    'A value is missing here: a string in double quotes, a number, true, false, null, an object or a list.',
  'settings.json-key-missing': 'A key in double quotes is expected here.',
  'settings.json-bracket-missing': 'A closing bracket is missing.',
  'settings.json-text-after-end': 'The document has ended before this. Remove what follows.',
  'settings.json-string-not-closed': 'The string is not closed on its line. Add the closing double quote.',
  'settings.json-string-invalid': 'The string contains a character or an escape that JSON does not allow.',
  'settings.json-number-invalid': 'This is not a number as JSON writes them.',
  'settings.json-unknown-token':
    'This is not JSON. Strings and keys are written in double quotes; literals are true, false and null.',
  'settings.document-not-object': 'The document must be an object: { … }.',
  'settings.another-value': 'another value',
  'settings.file-not-json': 'The settings file is not valid JSON.',
  'settings.file-unreadable-at': "The settings file can't be read: line {{line}}, column {{column}}",
  'settings.correct-or-roll-back': 'Correct the file, or roll back to the last version.',
  'settings.shares-file-system': concat(
    'This shares the whole file system: a container could change every file of this host and take ',
    'it over.',
  ),
  'settings.shares-engine-files':
    "This contains the engine's own files: a container could change images, other containers and the policy.",
  'settings.shares-docker-socket':
    'This contains the Docker socket: a container could command the engine through it.',
  'settings.shares-configuration': concat(
    'This contains the configuration of this host, passwords and services included: ',
    'a container could take it over.',
  ),
  'settings.shares-service-sockets':
    "This contains sockets and state of the system's services, the Docker socket often among them.",
  'settings.shares-kernel-files':
    "These are the kernel's own files: through them a container could leave its isolation.",
  'settings.shares-devices': 'These are the devices of this host: a container could read and write disks.',
  'settings.shares-administrator-home':
    "This is the administrator's home: keys and start-up files in it give access to this host.",
  'settings.shares-programs':
    'This contains programs that this host runs as administrator: a container could replace them.',
  'settings.shares-all-homes': "This shares every user's home directory with every user's containers.",
  'settings.contains-and-explanation': 'It contains {{holds}}. {{explain}}',
  'settings.path-empty': 'The path is empty.',
  'settings.path-control-character': 'The path contains a control character.',
  'settings.path-variable-unknown': 'Only {{list}} are replaced; "{{written}}" is not a path.',
  'settings.path-tilde': 'The "~" is not replaced. Write $HOME.',
  'settings.path-not-absolute': 'The path must be absolute, or start with $HOME, $TMP or $TEMP.',
  'settings.path-dot-segments': 'The path must not contain "." or "..": write where it leads.',
  'settings.command-unknown': '"{{entry}}" is not a Docker command. The entry has no effect.',
  'settings.command-unknown-denies-all':
    '"{{entry}}" is not a Docker command. As long as it is in this list, everything is denied.',
  'settings.command-misspelt': '"{{entry}}" is not a Docker command. Did you mean "{{suggestion}}"?',
  'settings.command-misspelt-denies-all': concat(
    '"{{entry}}" is not a Docker command. Did you mean "{{suggestion}}"? As long as it is in this ',
    'list, everything is denied.',
  ),
  'settings.command-not-listable':
    '"{{name}}" can\'t be listed: {{why}}. List the commands it calls instead.',
  'settings.command-not-listable-denies-all': concat(
    '"{{name}}" can\'t be listed: {{why}}. List the commands it calls instead. ',
    'As long as it is in this list, everything is denied.',
  ),
  'settings.command-calls-others': 'it calls run, create, network create and others',
  'settings.command-outside-engine': 'it works outside the engine',
  'settings.command-local-only': 'it never reaches the engine',
  'settings.command-of-registries': 'it sends requests to registries, not to the engine',
  'settings.command-of-plugins': 'plugins are denied while ECI is on',
  'settings.command-reads-images': 'it reads images with save and pull',
  'settings.command-seen-as-push-pull': 'it sends requests to registries; the engine sees push and pull',
  'settings.default-value': 'What a missing one means.',
  'settings.command-description': '{{description}}.',
  'settings.command-group': 'Every command of the group: {{commands}}.',
  'settings.not-listable-because': "Can't be listed: {{why}}.",
  'settings.preferences-too-large': 'it is too large',
  'settings.preferences-file-foreign': 'it is not the file that the gateway made',
  'settings.preferences-content-unknown': 'it contains something other than preferences',
  'settings.place-has-no-members': '{{place}} is a {{type}}, it has no members',
  'settings.list-length': 'the list at {{place}} has {{length}} elements',
  'settings.list-index-not-zero': 'a new list starts at 0',
  'settings.number-not-json': '{{value}} is not a JSON number',
  'settings.has-no-json-form': 'a {{value}} has no JSON form',
  'settings.value-contains-itself': 'it contains itself',
  'settings.value-too-deep': 'it is nested too deep',
  'settings.key-type-wrong': 'A known key has a wrong type.',
  'settings.key-duplicated': 'The key {{pointer}} occurs twice there: which one counts is not clear.',
  'settings.key-letter-case': 'The key "{{found}}" must be written "{{known}}": upper and lower case count.',
  'settings.needs-newer-docker-desktop':
    '{{what}} needs Docker Desktop {{since}} or newer; {{version}} is installed and ignores it.',
  'settings.list-of-allowed-images': 'A list of allowed images',
  'settings.derived-images': 'Allowing images built from allowed ones',
  'settings.rename-it-to': 'Rename it to "{{closest}}"',
  'settings.key-unknown': '"{{written}}" is not a known key. It is kept as it is.',
  'settings.key-misspelt': '"{{written}}" is not a known key. Did you mean "{{closest}}"?',
  'settings.not-an-object': 'it is a {{type}}, not an object',
  'settings.lock-it': 'Lock it',
  'settings.turn-virtiofs-on': 'Turn VirtioFS on',
  'settings.the-document': 'the document',
  'settings.value-type-mismatch': '{{pointer}}: expected {{expected}}, got {{found}}.',
  'settings.more-wrong_one': '{{count}} more value has a wrong type, too.',
  'settings.more-wrong_other': '{{count}} more values have wrong types, too.',
  'settings.either': '{{first}} or {{second}}',
  'settings.either-of-more': '{{first}} or {{second}}',
  'settings.enforce': 'Enforce',
  'settings.rights-of': 'the permissions of {{directory}}',
  'settings.rights-of-without-program': 'the permissions of {{directory}} ({{missing}})',
} as const;
