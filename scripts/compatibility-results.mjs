// Reads what test runs left: their reports in Vitest's JSON form, and the engines and machines that their
// logs name.

/**
 * What a suite left in Vitest's JSON form: how many tests passed, and the titles of the others. A file that
 * failed as a whole is one failure. With a `file`, relative to the repository, of a report of many files:
 * null if it is not among them.
 */
export function resultOf(report, file = '') {
  const { testResults: all = [] } = JSON.parse(report);
  const testResults = all.filter(({ name = '' }) => file === '' || name.endsWith(`/${file}`));
  if (file !== '' && testResults.length === 0) return null;
  const tests = testResults.flatMap((file) => file.assertionResults);
  const titles = (...statuses) =>
    tests.filter(({ status }) => statuses.includes(status)).map(({ fullName }) => fullName.trim());
  const failed = titles('failed');
  const broken = testResults.filter(({ status }) => status === 'failed').length > 0 && failed.length === 0;
  return {
    passed: titles('passed').length,
    failed: broken ? ['the whole suite'] : failed,
    skipped: titles('skipped', 'pending', 'todo', 'disabled'),
  };
}

/** When a test run began, from its report. */
export function startOf(report) {
  return `${new Date(JSON.parse(report).startTime ?? 0).toISOString().slice(0, 19)}Z`;
}

/**
 * The engines that a suite ran with, according to its log (tests/support/real-engine.ts). A suite that starts
 * none, but reads its program, names neither clients nor a store.
 */
export function enginesIn(log) {
  const line = /^engine under test: (\d+\.\d+\.\d+)\S*(?: (\d+\.\d+\.\d+)\S* (\S+))?$/gm;
  return [...log.matchAll(line)].map(([, engine, client, driver]) =>
    client === undefined
      ? { engine }
      : { engine, client, store: driver === 'overlayfs' ? 'containerd' : driver },
  );
}

/** Whether a suite ran with the cell's engine, client and store; single tests may use another store, too. */
export function isAsNamed(cell, engines) {
  const started = engines.filter(({ client }) => client !== undefined);
  return (
    engines.length > 0 &&
    engines.every(({ engine }) => engine === cell.engine.docker) &&
    started.every(({ client }) => client === cell.client.docker) &&
    (started.length === 0 || started.some(({ store }) => store === cell.store))
  );
}

/**
 * The virtual machines that were booted, according to a log (tests/machine/guest.ts), with their versions.
 */
export function guestsIn(log) {
  const lines = log.matchAll(/^machine under test: (\S+) kind=(\S+) ((?:\S+=\S+ ?)+)$/gm);
  return [...lines].map(([, file, kind, text]) => {
    const upstream = text
      .trim()
      .split(' ')
      .map((pair) => /^([^=]+)=(\d+(?:\.\d+)*)/.exec(pair) ?? []);
    const versions = Object.fromEntries(upstream.map(([, name, version]) => [name, version]));
    return { file, kind, versions };
  });
}
