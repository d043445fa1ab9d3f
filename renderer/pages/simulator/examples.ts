/** Example inputs, each for another rule. */
export const examples = [
  { name: 'privileged', text: 'docker run --rm --privileged alpine' },
  { name: 'bind', text: 'docker run --rm -v /etc:/host-etc:ro alpine cat /host-etc/shadow' },
  { name: 'socket', text: 'docker run --rm -v /var/run/docker.sock:/var/run/docker.sock docker:cli ps' },
  { name: 'build', text: 'docker build --network=host .' },
  {
    name: 'compose',
    text:
      'services:\n  web:\n    image: nginx\n    ports: ["8080:80"]\n  agent:\n    image: alpine\n    pid: ' +
      'host\n    volumes:\n      - /:/host:ro\n',
  },
] as const;
