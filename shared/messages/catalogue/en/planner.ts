export const planner = {
  'planner.already-running': 'Another isolation planner serves this engine.',
  'planner.stop-it-first': 'Stop it first.',
  'planner.start-failed': 'The isolation planner could not start.',
  'planner.not-all-released': 'not all id ranges could be released',
  'planner.owners-need-root': 'only root may see the owners of id ranges',
  'planner.run-with-sudo': 'Run it with sudo.',
  'planner.owners-unreadable': 'the owners of id ranges could not be read',
  'planner.ranges-in-use': 'the id ranges are still in use',
  'planner.remove-containers-of-owner':
    'Remove the containers of that owner and end processes with such ids, then try again.',
  'planner.run-as-root': 'Run as root, and see that nothing else uses this engine root.',
  'planner.see-ranges-list': 'See which are left: bulkhead ranges list{{onEngine}}',
} as const;
