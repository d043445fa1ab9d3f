const number = (count: number): string => new Intl.NumberFormat('en').format(count);

/** English texts of the tray, the notifications and the app's start. */
export const en = {
  state: {
    protected: 'Protected',
    unverified: 'On, not verified',
    audit: 'Audit mode',
    off: 'ECI off',
    deleted: 'Settings file deleted',
    unusable: 'Settings file unusable',
    stopped: 'Engine stopped',
    failed: 'Engine failed',
    unreachable: 'No response from the engine',
    working: 'Working',
  },
  except: (count: number) => `Protected, except ${number(count)} ${count === 1 ? 'container' : 'containers'}`,
  menu: {
    open: 'Open Bulkhead',
    verify: 'Verify now',
    start: 'Start engine',
    stop: 'Stop engine…',
    quit: 'Quit',
  },
  // As macOS writes its own menus.
  view: { title: 'View', reset: 'Actual Size', in: 'Zoom In', out: 'Zoom Out' },
  alreadyOpen: 'Bulkhead is open already: its window is in front now.',
  denied: {
    one: (what: string) => `Denied: ${what}`,
    many: (count: number) => `${number(count)} requests denied`,
  },
  unprotected: {
    one: (name: string) => `${name} is not protected`,
    many: (count: number) => `${number(count)} containers are not protected`,
    body: 'A container appeared that Enhanced Container Isolation does not protect.',
  },
  notVerified: {
    title: 'Protection is not verified any more',
    body: 'Enhanced Container Isolation is on, but nothing proves now that it holds. Verify again.',
  },
  gap: {
    bypassed: {
      title: 'Clients can reach the engine past the gateway',
      body: 'The Overview says where, and what to do.',
    },
    otherRuntime: {
      title: 'Classic builds are denied',
      body: 'The default runtime of the engine would not isolate them. The Overview says what to do.',
    },
  },
  lost: {
    off: {
      title: 'Protection is off',
      body: 'Enhanced Container Isolation was turned off, and not from this window.',
    },
    audit: {
      title: 'Rules deny nothing any more',
      body: 'Audit mode is on: what they would deny is only logged.',
    },
  },
  engineStopped: {
    title: 'The engine stopped unexpectedly',
    body: 'Nothing runs and nothing is checked. The Overview says why.',
  },
  failed: { verify: 'The protection could not be verified', start: 'The engine could not be started' },
  times: (what: string, count: number) => `${what} (${number(count)} times)`,
};
