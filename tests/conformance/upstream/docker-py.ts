import type { KnownDifference } from './differences.ts';

/** Files of docker-py's integration tests that are left out, and why. */
export const leftOut: readonly { readonly why: string; readonly files: readonly string[] }[] = [
  {
    why: 'Swarm, its services, secrets and configurations, and engine plugins are refused: they bypass isolation.',
    files: [
      'api_config_test.py',
      'api_plugin_test.py',
      'api_secret_test.py',
      'api_service_test.py',
      'api_swarm_test.py',
      'models_nodes_test.py',
      'models_services_test.py',
      'models_swarm_test.py',
    ],
  },
  {
    why: 'They use no engine: contexts and credential helpers.',
    files: ['context_api_test.py', 'credentials'],
  },
];

/** As many pass on a bare engine, or what they need is missing: it is seen where both fail. */
export const atLeast = 150;

/** What passes on a bare engine alone. Names begin after `tests/integration/`. */
export const known: readonly KnownDifference[] = [];
