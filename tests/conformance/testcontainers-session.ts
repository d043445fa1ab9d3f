import { GenericContainer, Network } from 'testcontainers';

/**
 * A program that uses Testcontainers and never cleans up: prints which container it started, then runs until
 * it is killed.
 */
const network = await new Network().start();
const container = await new GenericContainer('busybox')
  .withCommand(['sleep', '1000'])
  .withNetwork(network)
  .start();
console.log(container.getId());
setInterval(() => undefined, 1000);
