import { concat } from '../concat.ts';

export const daemonJson = {
  'daemon-json.docker-engine-does-not-take-daemon-json': 'the Docker Engine does not take daemon.json',
  'daemon-json.correct-daemon-json-then-try-again-nothing':
    'Correct daemon.json, then try again. Nothing was stopped.',
  'daemon-json.engine-configuration-file-daemon-json-cannot-be':
    "the engine's configuration file daemon.json can't be read",
  'daemon-json.line-column': 'line {{line}}, column {{column}}: {{reason}}',
  'daemon-json.correct-file-it-is-never-overwritten-while':
    'Correct the file; it is never overwritten while it is broken.',
  'daemon-json.daemon-json-contradicts-how-this-engine-has':
    'daemon.json contradicts how this engine has to run',
  'daemon-json.is-link': concat(
    '{{file}} is a symbolic link to {{target}}, and would be replaced by a file: ',
    'what writes the target, such as a configuration management tool, would have no effect any more.',
  ),
  'daemon-json.replace-link':
    'Replace it yourself (cp --remove-destination {{target}} {{file}}), and have {{file}} written directly.',
  'daemon-json.record-of-daemon-json-before-enhanced-container':
    'the record of daemon.json before Enhanced Container Isolation is damaged',
  'daemon-json.take-our-keys-out': concat(
    'Take our keys (default-runtime, runtimes.bulkhead) out of daemon.json by hand and delete that ',
    'record.',
  ),
  'daemon-json.is-too-large': '{{path}} is too large',
  'daemon-json.bytes-at-most-are-read': '{{count}} bytes; at most {{maxBytes}} are read',
  'daemon-json.it-is-not-utf-8': 'it is not UTF-8',
  'daemon-json.save-it-as-utf-8': 'Save it as UTF-8.',
  'daemon-json.remove-from-daemon-json': 'Remove "{{key}}" from daemon.json.',
  'daemon-json.give-other-runtime-another-name-than':
    'Give the other runtime another name than "{{runtimeName}}".',
  'daemon-json.remove-userns-remap-from-daemon-json': 'Remove "userns-remap" from daemon.json.',
  'daemon-json.engine-has-network-bridge-of-its-own': 'the engine has a network bridge of its own',
  'daemon-json.engine-has-network-bridge-of-its-own-with':
    'the engine has a network bridge of its own, with an address of its own',
  'daemon-json.engine-own-socket-is-root-alone-users':
    "the engine's own socket is root's alone; users go through the gateway's",
  'daemon-json.engine-has-address-pools-of-its-own': 'the engine has address pools of its own',
  'daemon-json.engine-runs-containerd-of-its-own': 'the engine runs a containerd of its own',
  'daemon-json.nftables-table-is-shared': concat(
    'With nftables, all Docker engines of a machine share one table, and each of their starts replaces it: ',
    'an engine of its own uses iptables, with chains of its own.',
  ),
  'daemon-json.cannot-be-set-here': '"{{key}}" can\'t be set here: {{why}}.',
  'daemon-json.runtime-name-is-isolation-runtime-here-it':
    'The runtime name "{{runtimeName}}" is the isolation runtime\'s; here it names another program.',
  'daemon-json.engine-own-user-namespace-remapping-puts-every': concat(
    "The engine's own user namespace remapping puts every container into one shared range and hides ",
    "existing images; it can't be combined with Enhanced Container Isolation.",
  ),
  'daemon-json.engine-must-listen-behind-the-gateway':
    'the engine must listen on the socket behind the gateway only',
  'daemon-json.data-belongs-below-the-engine-directory': "the engine's data belongs below its own directory",
  'daemon-json.run-time-files-have-their-directory':
    'the engine keeps its run-time files in a directory of its own',
  'daemon-json.pid-file-has-its-directory': 'the engine keeps its pid file in a directory of its own',
} as const;
