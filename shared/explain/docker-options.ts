/** One word of a command line, and its position in the text. */
export interface Word {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** An option with its value, if it takes one: `-v /etc:/x`, `--pid=host`, `--privileged`. */
export interface OptionUse {
  /** The long name, without dashes: `volume`. */
  readonly name: string;
  readonly value: string | null;
  /** Its position in the text, value included. */
  readonly start: number;
  readonly end: number;
}

export interface OptionTable {
  /** Options without a value. */
  readonly switches: ReadonlySet<string>;
  /** Options with a value. */
  readonly valued: ReadonlySet<string>;
  /** Letters and the options that they abbreviate. */
  readonly letters: Readonly<Record<string, string>>;
  /** Aliases of options. */
  readonly aliases?: Readonly<Record<string, string>>;
}

const names = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** `docker run` and `docker create`. */
export const containerOptions: OptionTable = {
  switches: new Set([
    'detach',
    'interactive',
    'tty',
    'rm',
    'privileged',
    'read-only',
    'init',
    'publish-all',
    'no-healthcheck',
    'oom-kill-disable',
    'sig-proxy',
    'disable-content-trust',
    'quiet',
    'help',
    'use-api-socket',
  ]),
  valued: names(
    'add-host annotation attach blkio-weight blkio-weight-device cap-add cap-drop cgroup-parent cgroupns ' +
      'cidfile cpu-count cpu-percent cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares cpus ' +
      'cpuset-cpus cpuset-mems detach-keys device device-cgroup-rule device-read-bps device-read-iops ' +
      'device-write-bps device-write-iops dns dns-option dns-search domainname entrypoint env env-file ' +
      'expose gpus group-add health-cmd health-interval health-retries health-start-interval ' +
      'health-start-period health-timeout hostname io-maxbandwidth io-maxiops ip ip6 ipc isolation ' +
      'kernel-memory label label-file link link-local-ip log-driver log-opt mac-address memory ' +
      'memory-reservation memory-swap memory-swappiness mount name network network-alias oom-score-adj pid ' +
      'pids-limit platform publish pull restart runtime security-opt shm-size stop-signal stop-timeout ' +
      'storage-opt sysctl tmpfs ulimit user userns uts volume volume-driver volumes-from workdir',
  ),
  letters: {
    a: 'attach',
    c: 'cpu-shares',
    d: 'detach',
    e: 'env',
    h: 'hostname',
    i: 'interactive',
    l: 'label',
    m: 'memory',
    p: 'publish',
    P: 'publish-all',
    q: 'quiet',
    t: 'tty',
    u: 'user',
    v: 'volume',
    w: 'workdir',
  },
  aliases: { net: 'network', 'net-alias': 'network-alias', 'dns-opt': 'dns-option' },
};

/** `docker build` and `docker buildx build`. */
export const buildOptions: OptionTable = {
  switches: new Set([
    'no-cache',
    'pull',
    'quiet',
    'rm',
    'force-rm',
    'squash',
    'compress',
    'disable-content-trust',
    'load',
    'push',
    'check',
    'debug',
    'help',
  ]),
  valued: names(
    'add-host allow annotation attest build-arg build-context builder cache-from cache-to call ' +
      'cgroup-parent cpu-period cpu-quota cpu-shares cpuset-cpus cpuset-mems file iidfile isolation label ' +
      'memory memory-swap metadata-file network no-cache-filter output platform policy progress ' +
      'provenance sbom ' +
      'secret security-opt shm-size ssh tag target ulimit',
  ),
  letters: { c: 'cpu-shares', D: 'debug', f: 'file', m: 'memory', o: 'output', q: 'quiet', t: 'tag' },
};

/** Whether Docker's command line has such an option; `name` without dashes. */
export const isKnownOption = (name: string, { switches, valued }: OptionTable): boolean =>
  switches.has(name) || valued.has(name);

/**
 * Parses the leading options, as Docker's command line does (pflag): `--name value`, `--name=value`, `-abc
 * value`, `-pvalue`. With `interspersed` options may follow the first positional argument. Returns the
 * positional arguments.
 */
export function takeOptions(
  words: readonly Word[],
  table: OptionTable,
  interspersed: boolean,
): { readonly options: readonly OptionUse[]; readonly plain: readonly Word[] } {
  const options: OptionUse[] = [];
  const plain: Word[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === undefined) break;
    if (word.value === '--') {
      plain.push(...words.slice(at + 1));
      break;
    }
    if (!word.value.startsWith('-') || word.value === '-') {
      plain.push(word);
      if (interspersed) continue;
      plain.push(...words.slice(at + 1));
      break;
    }
    const use = (name: string, value: string | null) => {
      const known = table.aliases?.[name] ?? name;
      // An unknown option is refused: the meaning of what follows is undefined.
      const next = value === null && table.valued.has(known) ? words[at + 1] : undefined;
      if (next !== undefined) at++;
      options.push({
        name: known,
        value: next?.value ?? value,
        start: word.start,
        end: (next ?? word).end,
      });
    };
    if (word.value.startsWith('--')) {
      const [name = '', ...rest] = word.value.slice(2).split('=');
      use(name, rest.length === 0 ? null : rest.join('='));
      continue;
    }
    for (let letter = 1; letter < word.value.length; letter++) {
      const name = table.letters[word.value[letter] ?? ''] ?? word.value[letter] ?? '';
      const rest = word.value.slice(letter + 1);
      // `-it`: both are switches. `-p80:80`, `-p=80:80`: the rest is the value.
      if (table.switches.has(name) && !rest.startsWith('=')) {
        options.push({ name, value: null, start: word.start, end: word.end });
        continue;
      }
      use(name, rest === '' ? null : rest.replace(/^=/, ''));
      break;
    }
  }
  return { options, plain };
}
