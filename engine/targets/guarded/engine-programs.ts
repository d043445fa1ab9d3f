/**
 * Programs that precede others in the engine's PATH. The classic builder and BuildKit both run `git` by name,
 * and git runs `ssh` by name: BuildKit sets GIT_SSH_COMMAND="ssh -F /dev/null …" itself, and ssh takes root's
 * home from the user database, not from $HOME. So neither variables nor an empty home keep root's keys from
 * being offered.
 */

/** Shell: sets `next` to the next program of that name in PATH, or exits with 127. */
export const findNextProgram = (name: string): string => `next=
IFS=:
for directory in $PATH; do
  case $directory in /*) ;; *) continue ;; esac
  if [ -x "$directory/${name}" ] && ! [ "$directory/${name}" -ef "$0" ]; then
    next=$directory/${name}
    break
  fi
done
unset IFS
if [ -z "$next" ]; then echo "bulkhead: ${name} is not installed" >&2; exit 127; fi
`;

/** Prepends the named variables, as far as they are set, to the program's arguments. */
const passVariables = (names: readonly string[]) => `for name in ${names.join(' ')}; do
  eval "isset=\\\${$name+x} value=\\\${$name-}"
  if [ -n "$isset" ]; then set -- "$name=$value" "$@"; fi
done
`;

/** A `for` list may continue after an escaped line break. */
const newLine = '\\\n ';
const gitVariables = [
  'TMPDIR',
  'LANG',
  'LC_ALL',
  'TZ',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'no_proxy',
  'NO_PROXY',
  newLine,
  'GIT_PROTOCOL_FROM_USER',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'GIT_SSH_COMMAND',
  'SSH_AUTH_SOCK',
];
const sshVariables = ['TMPDIR', 'LANG', 'LC_ALL', 'GIT_PROTOCOL', 'SSH_AUTH_SOCK'];

/**
 * git with our configuration only, without a home or credentials, and with a new environment. An SSH agent
 * (BuildKit's way to forward the client's) and headers that BuildKit passes as arguments are kept.
 */
export const gitProgram = `#!/bin/sh
# The git that builds run: without root's configuration, credential helpers, ~/.netrc
# and Kerberos tickets.
${findNextProgram('git')}set -- "$next" "$@"
# BuildKit's own form of it; any other is of whoever started the engine.
case \${GIT_SSH_COMMAND-} in 'ssh -F /dev/null'*) ;; *) unset GIT_SSH_COMMAND ;; esac
${passVariables(gitVariables)}exec env -i PATH="$PATH" HOME=/dev/null XDG_CONFIG_HOME=/dev/null \\
  GIT_CONFIG_GLOBAL="\${0%/*}/gitconfig" GIT_CONFIG_NOSYSTEM=1 GIT_ATTR_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 \\
  KRB5CCNAME=FILE:/dev/null KRB5_CLIENT_KTNAME=FILE:/dev/null "$@"
`;

/** The complete git configuration, also for submodules: arguments of git (\`-c\`) do not apply to those. */
export const gitConfig = `[credential]
	helper =
[http]
	emptyAuth = false
[protocol]
	allow = never
[protocol "https"]
	allow = always
[protocol "http"]
	allow = always
[protocol "git"]
	allow = always
[protocol "ssh"]
	allow = always
`;

/**
 * ssh with the keys of the given agent only: neither root's files nor the machine's configuration. Known
 * hosts are those that BuildKit provides; root's are neither read nor extended.
 */
export const sshProgram = `#!/bin/sh
# ssh as the engine's git runs it, for whoever may build: without root's keys, configuration and known hosts.
${findNextProgram('ssh')}known=
for word in "$@"; do
  case $word in UserKnownHostsFile=*) known=given ;; esac
done
if [ -z "$known" ]; then set -- -o UserKnownHostsFile=/dev/null "$@"; fi
set -- "$next" -F /dev/null -o BatchMode=yes -o IdentityFile=none \\
  -o GSSAPIAuthentication=no -o HostbasedAuthentication=no "$@"
${passVariables(sshVariables)}exec env -i PATH="$PATH" HOME=/dev/null "$@"
`;
