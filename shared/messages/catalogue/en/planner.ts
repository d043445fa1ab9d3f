export const planner = {
  'planner.another-isolation-planner-serves-this-engine': 'Another isolation planner serves this engine.',
  'planner.stop-it-first': 'Stop it first.',
  'planner.isolation-planner-could-not-start': 'The isolation planner could not start.',
  'planner.id-ranges-could-not-all-be-handed': 'not all id ranges could be released',
  'planner.whose-id-ranges-are-is-for-root': 'only root may see the owners of id ranges',
  'planner.run-it-with-sudo': 'Run it with sudo.',
  'planner.whose-id-ranges-are-could-not-be': 'the owners of id ranges could not be read',
  'planner.id-ranges-are-still-in-use': 'the id ranges are still in use',
  'planner.remove-containers-of-that-owner-and-end':
    'Remove the containers of that owner and end processes with such ids, then try again.',
  'planner.run-as-root': 'Run as root, and see that nothing else uses this engine root.',
  'planner.see-which-are-left': 'See which are left: bulkhead ranges list.',
} as const;
