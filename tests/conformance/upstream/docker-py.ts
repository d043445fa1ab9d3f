import type { KnownDifference } from './differences.ts';

/** Files of docker-py's integration tests that are left out, and why. */
export const leftOut: readonly { readonly why: string; readonly files: readonly string[] }[] = [
  {
    why: 'Swarm, its services, secrets and configurations, and engine plugins bypass isolation: refused.',
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
export const atLeast = 230;

/** What passes on a bare engine alone. Names begin after `tests/integration/`. */
export const known: readonly KnownDifference[] = [
  {
    why: "No container gets a namespace of the engine's: --pid=host is refused.",
    spec: 'A7',
    shows: /enhanced container isolation: --pid=host is blocked/,
    tests: ['api_container_test/CreateContainerTest/test_create_with_host_pid_mode'],
  },
  {
    why: 'Which devices a container may open follows from those that it has; cgroup rules are refused.',
    spec: 'A5',
    shows: /enhanced container isolation: --device-cgroup-rule .* is blocked/,
    tests: ['api_container_test/CreateContainerTest/test_create_with_device_cgroup_rules'],
  },
  {
    why: "Containers run with the isolating runtime, not the engine's runc, and docker inspect says so.",
    spec: 'A1',
    shows: /assert 'bulkhead' == 'runc'/,
    tests: ['api_container_test/ContainerCPUTest/test_create_with_runtime'],
  },
  {
    why:
      'Networks have private addresses only. With public ones (132.124.0.0/16, 2001:389::/64), what the ' +
      'machine sends there would reach containers.',
    spec: 'A7',
    shows: /is blocked: a network takes no public addresses/,
    tests: ['with_ipv4_address', 'with_ipv6_address', 'network_ipv6_enabled']
      .map((name) => `api_network_test/TestNetworks/test_create_${name}`)
      .concat('api_network_test/TestNetworks/test_connect_with_ipv6_address'),
  },
  {
    why: 'Volume plugins run outside of isolation: a create that names one is refused, volume or not.',
    spec: 'A8',
    shows: /enhanced container isolation: --volume-driver foo is blocked/,
    tests: ['models_containers_test/ContainerTest/test_create_with_volume_driver'],
  },
  {
    why: 'Swarm is refused: its tasks bypass isolation. On a bare engine they pass where it has an eth0.',
    spec: 'A1',
    shows: /enhanced container isolation: .*swarm/i,
    tests: ['create_network_attachable', 'create_network_ingress', 'create_inspect_network_with_scope'].map(
      (name) => `api_network_test/TestNetworks/test_${name}`,
    ),
  },
];
