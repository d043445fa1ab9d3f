/**
 * Things seen together: in one container, or by the clients of one engine. Every entry of `see` is an observation of its own, compared on
 * its own between a stock engine and a protected one; its name is its id, `of: name`, in failures and in the list of explained differences.
 * Its shell snippet must succeed on the stock engine, so that two equal failures don't pass: what must be refused says `! command`.
 *
 * Names in scripts begin with `$G`, which no other group and no other attempt has; `$W` is the group's directory, which containers may mount;
 * `$N` is a number of the engine's own, for subnets. Containers called `$G-…` are removed afterwards.
 */
export interface Group {
  readonly of: string;
  /** Host shell, run first in the group's directory; must succeed. */
  readonly before?: string;
  /** Where the snippets run: arguments of `docker run -i --rm … sh`, arguments of `docker exec -i … sh`, or (neither) the host's shell. */
  readonly run?: string;
  readonly exec?: string;
  readonly see: Readonly<Record<string, string>>;
}

/** What one engine showed for one observation. `code` is the snippet's exit code; both outputs are in `text`. */
export interface Seen { readonly text: string; readonly code: number }

/** Where a snippet's output begins and ends. Bells: no program here writes any. */
const mark = '\u0007';

/** The host script of a group: prints what every snippet shows, between marks. */
export function scriptOf(group: Group): string {
  const snippets = Object.entries(group.see).map(([name, snippet]) => `printf '${mark}%s\\n' ${quoted(name)}\n(\n${snippet}\n) </dev/null 2>&1\nprintf '${mark}%s\\n' $?\n`).join('');
  const image = 'compared';
  const where = group.run !== undefined ? `docker run -i --rm ${group.run.includes('IMAGE') ? group.run.replace('IMAGE', image) : `${group.run} ${image}`} sh`
    : group.exec !== undefined ? `docker exec -i ${group.exec} sh` : null;
  const observed = where === null ? snippets : `${where} <<'SNIPPETS'\n${snippets}SNIPPETS\n`;
  return `mkdir -p "$W"; cd "$W" || exit 1
trap 'x=$(docker ps -aq --filter "name=^$G-"); [ -z "$x" ] || docker rm -fv $x >/dev/null' EXIT
( set -e
${group.before ?? ':'}
) >before.log 2>&1 || { echo "before: $(cat before.log)" >&2; exit 1; }
${observed}`;
}

/** Takes the output of a group's script apart. Snippets that did not come to an end are missing. */
export function observationsIn(group: Group, stdout: string): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  const parts = stdout.split(mark).slice(1);
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [name = '', ...lines] = parts[at]?.split('\n') ?? [];
    seen.set(`${group.of}: ${name}`, { text: lines.join('\n').trimEnd(), code: Number.parseInt(parts[at + 1] ?? '', 10) });
  }
  return seen;
}

const quoted = (text: string) => `'${text.replaceAll('\'', '\'\\\'\'')}'`;
