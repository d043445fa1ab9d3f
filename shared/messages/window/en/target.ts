/** The engine that the window works on, and the features that it does not offer. */
export const target = {
  missing: {
    'not-in-settings-format': 'Not on this engine: only Docker Desktop has these settings.',
    'enforced-by-product':
      'Not on this engine: Docker Desktop enforces the policy, and does not support this.',
    'product-keeps-no-log': 'Not on this engine: Docker Desktop decides by itself and keeps no log of it.',
    'no-gateway-in-front': 'Not on this engine: no gateway is in front of it, so nothing would be enforced.',
  },
  machine: {
    title: 'This engine is shown read-only',
    body:
      'It is the machine’s own Docker Engine, with no gateway and no isolation runtime in front of it. ' +
      'Its containers are listed, none is protected, and ECI can’t be turned on from here. ' +
      'An embedded engine runs beside it.',
    lock: 'the engine: no gateway in front',
    next: 'Nothing protects the containers of this engine',
    nextWhy:
      'An embedded engine with ECI can run beside it. Start one with ' +
      '`sudo bulkhead engine start --root /var/lib/bulkhead`, then switch to it.',
    switch: 'Switch engine…',
  },
  desktop: {
    title: 'Docker Desktop',
    version: 'Version',
    machine: 'Runs in',
    file: 'File',
    quit: 'Restarted by',
    signIn: 'Sign-in',
    users: 'Users\u2019 own',
    unknownVersion: 'Not known: what depends on it counts as unprotected',
    vm: { vm: 'A virtual machine of its own', wsl2: 'WSL 2', 'hyper-v': 'Hyper-V' },
    from: {
      'admin-settings': 'set by the administrator',
      'user-settings': 'chosen by the user',
      platform: 'the default here',
    },
    by: { 'docker-desktop-cli': '`docker desktop stop` and `start`', system: 'the system: quit and opened' },
    enforced: 'Enforced while the file is there',
    notEnforced:
      'Saving the file makes everyone sign in, and holds the engine at boot until a Business user has',
    business: 'Docker Desktop ignores the file unless the user belongs to a Docker Business organisation.',
    notInstalled: 'Not found on this machine',
    older: 'Another file',
    olderIs:
      '`{{path}}`, where older documents put it: not read here. ' +
      'Take from it what you need, then delete it; ' +
      '`bulkhead apply FILE --target docker-desktop` applies it as it is.',
    usersNone: 'Nothing that differs',
    usersUnread: 'Could not be read',
    usersSet_one: '{{names}} differs',
    usersSet_other: '{{names}} differ',
  },
  ownLists: 'One list for all images: Docker Desktop has no other',
  footer:
    'Quit and reopen Docker Desktop. While the file is there, it holds the engine at boot until a Business ' +
    'user signs in.',
  step: {
    reconfigure: 'Get ready',
    'restart-engine': 'Quit and reopen Docker Desktop',
    'health-check': 'Check Docker Desktop',
  },
  stepWhat: {
    'back-up': 'The file as it is',
    reconfigure: 'Docker Desktop reads the file when it starts',
    'restart-engine': 'It may ask to sign in',
    'health-check': 'It responds on the user\u2019s socket',
  },
  isolatedBy: 'Docker Desktop isolates containers with its own runtime. There is nothing to choose.',
  does: {
    restart: 'Docker Desktop quits and opens again.',
    signIn:
      'While the file is there, everyone has to sign in, and the engine is held at boot until a Business ' +
      'user has.',
    own: 'What it protects depends on its version: see the table on the Overview.',
  },
};
