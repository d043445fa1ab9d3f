/**
 * Where snippets run: arguments of `docker run -i --rm … sh`, arguments of `docker exec -i … sh`, or
 * (neither) the host's shell.
 */
export interface Inspection {
  readonly run?: string;
  readonly exec?: string;
  /** Another image than `compared`, for `run`. */
  readonly image?: string;
  readonly snippets: Readonly<Record<string, string>>;
}

/**
 * Things inspected together: in one container, or by the clients of one engine. Every entry of `snippets` is
 * an observation of its own, compared on its own between a stock engine and a protected one; its name is its
 * id, `of: name`, in failures and in the list of explained differences. Its shell snippet must succeed on the
 * stock engine, so that two equal failures don't pass: what must be refused is written as `! command`.
 *
 * Names in scripts begin with `$G`, which no other group and no other attempt has; `$W` is the group's
 * directory, which containers may mount; `$N` is a number of the engine's own, for subnets. Containers called
 * `$G-…` are removed afterwards. Starting a container is what costs time: inspect many things in one.
 */
export interface Group extends Inspection {
  readonly of: string;
  /** Host shell, run first in the group's directory; must succeed. */
  readonly before?: string;
  /** Checked afterwards, in order. */
  readonly then?: readonly Inspection[];
}

/** The ids of a group's observations. */
export const idsOf = (group: Group) =>
  [group, ...(group.then ?? [])]
    .flatMap((inspection) => Object.keys(inspection.snippets))
    .map((name) => `${group.of}: ${name}`);

/**
 * The result of one observation on one engine. `code` is the snippet's exit code; both outputs are in `text`.
 */
export interface Observation {
  readonly text: string;
  readonly code: number;
}

/** Marks the beginning and the end of a snippet's output. BEL characters: no program here prints any. */
const mark = '\u0007';

/** The host script of a group: prints the result of every snippet, between marks. */
export function scriptOf(group: Group): string {
  const observed = [group, ...(group.then ?? [])].map(scriptOfInspection).join('\n');
  return `mkdir -p "$W"; cd "$W" || exit 1
trap 'x=$(docker ps -aq --filter "name=^$G-"); [ -z "$x" ] || docker rm -fv $x >/dev/null' EXIT
( set -e
${group.before ?? ':'}
) >before.log 2>&1 || { echo "before: $(cat before.log)" >&2; exit 1; }
${observed}`;
}

function scriptOfInspection({ run, exec, image = 'compared', snippets }: Inspection): string {
  const where =
    run !== undefined
      ? `docker run -i --rm ${run} ${image} sh`
      : exec !== undefined
        ? `docker exec -i ${exec} sh`
        : null;
  // Docker sends a container's two streams separately, so their order on the host is random: errors come last
  // there.
  const [errors, after] =
    where === null ? ['2>"$W/.errors"', 'code=$?; cat "$W/.errors"'] : ['2>&1', 'code=$?'];
  const script = Object.entries(snippets)
    .map(
      ([name, snippet]) =>
        `printf '${mark}%s\\n' ${quoted(name)}\n(\n${snippet}\n) </dev/null ${errors}\n${after}\n` +
        `printf '${mark}%s\\n' $code\n`,
    )
    .join('');
  return where === null ? script : `${where} <<'SNIPPETS'\n${script}SNIPPETS\n`;
}

/** Parses the output of a group's script. Snippets that did not end are missing. */
export function observationsIn(group: Group, stdout: string): Map<string, Observation> {
  const observations = new Map<string, Observation>();
  const parts = stdout.split(mark).slice(1);
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [name = '', ...lines] = parts[at]?.split('\n') ?? [];
    observations.set(`${group.of}: ${name}`, {
      text: lines.join('\n').trimEnd(),
      code: Number.parseInt(parts[at + 1] ?? '', 10),
    });
  }
  return observations;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
