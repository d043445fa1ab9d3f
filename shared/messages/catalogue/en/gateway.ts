export const gateway = {
  'gateway.listening-on-is-not-possible': 'Listening on {{file}} is not possible.',
  'gateway.path-of-unix-socket-may-have-bytes':
    'The path of a unix socket may have {{maxPathBytes}} bytes at most.',
  'gateway.is-there-and-is-not-socket': '{{file}} is there and is not a socket.',
  'gateway.move-it-away-or-listen-elsewhere': 'Move it away, or listen elsewhere.',
  'gateway.leftover-socket-cannot-be-removed': 'The leftover socket {{file}} cannot be removed.',
  'gateway.somebody-is-already-listening-on': 'Somebody is already listening on {{file}}.',
  'gateway.stop-that-process-first-or-listen-elsewhere': 'Stop that process first, or listen elsewhere.',
  'gateway.socket-cannot-be-made': 'The socket {{file}} cannot be made.',
  'gateway.check-directory-and-rights-on-it': 'Check the directory and the rights on it.',
  'gateway.docker-compose-is-not-installed': 'Docker Compose is not installed',
  'gateway.install-it-apt-get-install-docker-compose': 'Install it: apt-get install docker-compose.',
  'gateway.compose-does-not-take-this-file': 'Compose does not take this file',
  'gateway.compose-itself-would-run-something-for': 'Compose itself would run something for {{runs}}',
  'gateway.leave-it-out-nothing-is-run-to': 'Leave it out: nothing is run to explain anything.',
  'gateway.there-is-no-command-to-explain': 'there is no command to explain',
  'gateway.cannot-be-explained': '"{{command}}" can\'t be explained',
  'gateway.give-docker-command-as-you-would-type':
    'Give a Docker command as you would type it, without "docker" and its general options: bulkhead explain -- run --pid=host alpine. For a compose file: bulkhead explain --compose FILE. Buildx does more than ask the engine, and is not run.',
  'gateway.would-write-file': '{{writes}} would write a file',
  'gateway.leave-it-out-it-changes-nothing-about': 'Leave it out: it changes nothing about what is decided.',
  'gateway.docker-does-not-take-this-command-line': 'docker does not take this command line',
  'gateway.see-docker-help': 'See docker --help.',
  'gateway.directory-cannot-be-entered': "the directory {{workingDirectory}} can't be entered",
  'gateway.it-is-where-relative-paths-begin-check':
    'It is where relative paths begin: check that it is there, and yours.',
  'gateway.docker-command-line-is-not-installed': 'the Docker command line is not installed',
  'gateway.install-it-apt-get-install-docker-cli': 'Install it: apt-get install docker-cli.',
  'gateway.docker-could-not-be-run': 'docker could not be run',
  'gateway.docker-took-too-long': 'docker took too long',
  'gateway.try-again-or-make-it-less-at': 'Try again, or make it less at a time.',
  'gateway.cancelled': 'cancelled',
  'gateway.this-is-no-command-line-that-can': 'this is no command line that can be simulated: {{problem}}',
  'gateway.path-of-unix-socket-may-have-107': 'The path of a unix socket may have 107 bytes at most.',
  'gateway.form-body': 'a form body',
  'gateway.connecting-to-engine-network': "connecting to the engine's network",
  'gateway.the-name': 'the name {{name}}',
  'gateway.bind-with-option-rro': 'a bind with the option rro',
  'gateway.it-needs-version-1-44-of-api': 'it needs version 1.44 of the API',
  'gateway.use-of-container': '{{verb}} container {{name}}',
  'gateway.it-is-not-known-who-made-it':
    'it is not known who made it, so whose ids it would have: recreate it',
  'gateway.container-which-mounts': '{{verb}} container {{name}}, which mounts {{source}},',
  'gateway.the-filter': 'the filter {{filter}}',
  'gateway.link-stands-in-its-way': 'a link stands in its way',
  'gateway.this-docker-socket': 'this Docker socket',
  'gateway.it-is-not-known-to-gateway-any': 'it is not known to the gateway any more; recreate the container',
  'gateway.build-call': 'the build call {{call}}',
  'gateway.docker-socket-for-container-of-that-is':
    'a Docker socket for a container of {{image}} that is made through the Docker socket of a container of {{callerImage}}',
  'gateway.caller-is-under-new-container-would-be':
    'the caller is under {{callerList}}, the new container would be under {{containerList}}',
  'gateway.caller-is-under-container-socket-under':
    "the caller is under {{callerList}}, the container's socket under {{containerList}}",
  'gateway.of-container-is-device-fifo-or-socket':
    '{{special}} of container {{name}} is a device, a FIFO or a socket',
  'gateway.call-for-build': 'a call for the build {{build}}',
  'gateway.this-connection-has-started-no-such-build': 'this connection has started no such build',
  'gateway.build-with-engine-network-run-network-host':
    "a build with the engine's network (RUN --network=host)",
  'gateway.build-step-with': 'a build step with {{entitlement}}',
  'gateway.source-that-frontend-or-dockerfile-asks-for': 'a source that a frontend or a Dockerfile asks for',
  'gateway.or-build-own-source-policy-denies-it': "or the build's own source policy denies it",
  'gateway.docker-socket-of-container': 'the Docker socket of container {{name}}',
  'gateway.container-it-was-made-for-is-gone': 'the container it was made for is gone',
  'gateway.container-it-was-made-for-is-not':
    'the container it was made for is not known yet; try again in a moment',
  'gateway.mounting-docker-socket-into-container-of-image':
    'mounting the Docker socket into a container of image {{image}}',
  'gateway.name-meant-another-image-when-container-was':
    'the name meant another image ({{imageId}}) when the container was made than when it was checked ({{checkedId}}); try again',
  'gateway.docker-socket-of-another-container': 'the Docker socket of another container',
  'gateway.it-is-not-utf-8': 'it is not UTF-8',
  'gateway.use-of-object': 'the use of {{kind}} {{name}}',
  'gateway.it-leads-through-proc': 'it leads through /proc',
  'gateway.path-cannot-be-looked-at': '{{path}} cannot be looked at',
  'gateway.path-cannot-be-looked-at-because': '{{path}} cannot be looked at ({{code}})',
  'gateway.it-goes-up-from-missing-directory': 'it goes up from a directory that does not exist',
  'gateway.it-has-too-many-links': 'it has too many symbolic links',
  'gateway.too-many-places': 'there are more than {{most}} directories and links to look at in this request',
  'gateway.it-leads-through-changeable-link':
    'it leads through the link {{link}}, which others than root may change',
  'gateway.directory-is-not-shared': '{{path}} is not shared: {{problem}}',
  'gateway.home-is-not-known': 'where $HOME of user {{uid}} is could not be told',
  'gateway.user-cannot-make-it': 'user {{uid}} cannot make it: {{error}}',
  'gateway.no-record-of-socket': 'the gateway has no record of this socket; recreate the container',
  'gateway.socket-is-not-known-yet':
    'the gateway does not know yet which container this socket is for; try again in a moment',
  'gateway.socket-belongs-to-container':
    'it belongs to container {{name}}; a container has a socket of its own or none',
  'gateway.create-with-parts-of-container': 'docker create with volumes or namespaces of container {{name}}',
  'gateway.socket-could-not-be-made': "the gateway could not make a socket for it; see the gateway's log",
  'gateway.made-without-socket-of-its-own':
    'the container was not made with a socket of its own; recreate it',
  'gateway.entry-is-no-longer-listed':
    'the entry "{{allowedBy}}" that allowed its image {{image}} is no longer in the list',
  'gateway.entry-is-no-longer-listed-because':
    'the entry "{{allowedBy}}" that allowed its image {{image}} is no longer in the list: {{problem}}',
} as const;
