import { concat } from '../concat.ts';

export const daemonJson = {
  'daemon-json.rejected-by-engine': 'the Docker Engine does not take daemon.json',
  'daemon-json.correct-and-retry': 'Correct daemon.json, then try again. Nothing was stopped.',
  'daemon-json.unreadable': "the engine's configuration file daemon.json can't be read",
  'daemon-json.line-column': 'line {{line}}, column {{column}}: {{reason}}',
  'daemon-json.not-overwritten': 'Correct the file; it is never overwritten while it is broken.',
  'daemon-json.contradicts-engine': 'daemon.json contradicts how this engine has to run',
  'daemon-json.is-symlink': concat(
    '{{file}} is a symbolic link to {{target}}, and would be replaced by a file: ',
    'what writes the target, such as a configuration management tool, would have no effect any more.',
  ),
  'daemon-json.replace-symlink':
    'Replace it yourself (cp --remove-destination {{target}} {{file}}), and have {{file}} written directly.',
  'daemon-json.record-damaged': 'the record of daemon.json before Enhanced Container Isolation is damaged',
  'daemon-json.remove-bulkhead-keys': concat(
    'Take our keys (default-runtime, runtimes.bulkhead) out of daemon.json by hand and delete that ',
    'record.',
  ),
  'daemon-json.too-large': '{{path}} is too large',
  'daemon-json.size-limit': '{{count}} bytes; at most {{maxBytes}} are read',
  'daemon-json.not-utf-8': 'it is not UTF-8',
  'daemon-json.save-as-utf-8': 'Save it as UTF-8.',
  'daemon-json.remove-key': 'Remove "{{key}}" from daemon.json.',
  'daemon-json.rename-runtime': 'Give the other runtime another name than "{{runtimeName}}".',
  'daemon-json.remove-userns-remap': 'Remove "userns-remap" from daemon.json.',
  'daemon-json.own-bridge': 'the engine has a network bridge of its own',
  'daemon-json.own-bridge-address': 'the engine has a network bridge of its own, with an address of its own',
  'daemon-json.own-socket': "the engine's own socket is root's alone; users go through the gateway's",
  'daemon-json.own-address-pools': 'the engine has address pools of its own',
  'daemon-json.own-containerd': 'the engine runs a containerd of its own',
  'daemon-json.nftables-table-shared': concat(
    'With nftables, all Docker engines of a machine share one table, and each of their starts replaces it: ',
    'an engine of its own uses iptables, with chains of its own.',
  ),
  'daemon-json.key-not-allowed': '"{{key}}" can\'t be set here: {{why}}.',
  'daemon-json.runtime-name-taken':
    'The runtime name "{{runtimeName}}" is the isolation runtime\'s; here it names another program.',
  'daemon-json.userns-remap-conflict': concat(
    "The engine's own user namespace remapping puts every container into one shared range and hides ",
    "existing images; it can't be combined with Enhanced Container Isolation.",
  ),
  'daemon-json.socket-behind-gateway': 'the engine must listen on the socket behind the gateway only',
  'daemon-json.own-data-directory': "the engine's data belongs below its own directory",
  'daemon-json.own-exec-root': 'the engine keeps its run-time files in a directory of its own',
  'daemon-json.own-pid-file': 'the engine keeps its pid file in a directory of its own',
} as const;
