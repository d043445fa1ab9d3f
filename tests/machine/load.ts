import { expect } from 'vitest';
import { exitWithIdMap } from '../support/id-map-exit-code.ts';
import type { Guest } from './guest.ts';

/** Typical operations of users. Each loop records failures with their output, and each round's time in ms. */
const script = `#!/bin/bash
cd ~/load
echo $$ > pid
note() { echo "$(date +%T.%N) $*" >> failures; }
round() {
  local name=$1 begun=\${EPOCHREALTIME/./} out
  shift
  if out=$("$@" 2>&1); then echo $(((\${EPOCHREALTIME/./} - begun) / 1000)) >> "rounds.$name"
  else note "$name: $out"; fi
}
# Old or new, never neither: a range of ids of its own, or the whole machine.
isolated_or_plain() {
  docker run --rm busybox sh -c '${exitWithIdMap}'
  local code=$?
  [ $code = 10 ] || [ $code = 11 ] || { echo "exit code $code"; return 1; }
}
build() {
  printf 'FROM busybox\\nRUN echo %s > /seen\\n' "$RANDOM" | docker build -q --no-cache -t load-build -
}
# Three people with pauses; with shorter ones, an emulated machine does little but this.
repeat() { while [ ! -e stop ]; do round "$@"; sleep "$PAUSE"; done; }
# A stream that ends before the load does is cut.
stream() {
  local name=$1
  shift
  "$@" > "output.$name" 2>&1 < /dev/null
  [ -e stop ] || note "$name ended: $(tail -c 300 "output.$name")"
}
repeat run isolated_or_plain &
loops=$!
repeat exec docker exec load true &
loops="$loops $!"
repeat build build &
loops="$loops $!"
for kind in $STREAMS; do
  if [ $kind = logs ]; then stream logs docker logs -f load & fi
  if [ $kind = attach ]; then stream attach docker attach --no-stdin --sig-proxy=false load & fi
done
# Not before they are over: an exec in a container that stops fails.
wait $loops
docker stop -t 0 load > /dev/null
wait
`;

/**
 * Has alice run, exec and build in loops, and follow logs and an attached container, until the returned
 * function is called: it fails the test if a request failed, a stream ended or a loop stopped.
 */
export async function startLoad(
  guest: Guest,
  streams: readonly ('logs' | 'attach')[],
): Promise<() => Promise<void>> {
  const alice = (command: string) => guest.output(command, { user: 'alice', timeoutMs: 300_000 });
  const counts = 'i=0; while :; do echo $((i += 1)); sleep 1; done';
  await alice(`rm -rf load && mkdir load && cat > load/load.sh <<'SCRIPT'
${script}SCRIPT
docker run -d --name load busybox sh -c '${counts}' >/dev/null
export STREAMS='${streams.join(' ')}' PAUSE=${guest.loadPauseSeconds}
setsid bash load/load.sh >load/log 2>&1 </dev/null &`);
  await waitForRound(guest);
  return async () => {
    await waitForRound(guest);
    await alice('touch load/stop; while kill -0 $(cat load/pid); do sleep 0.5; done 2>/dev/null');
    const failures = await alice('cat load/failures 2>/dev/null || true; docker rm -f load >/dev/null');
    expect(failures).toBe('');
    console.log(`under load, no request lost: ${await alice(figures)}`);
  };
}

/** Prints how many rounds each loop had, how long they usually took, and the longest wait. */
const figures = `cd load
for name in run exec build; do
  sort -n rounds.$name | awk -v name=$name '{ s[NR] = $1 / 1000 }
    END { printf "%s %d times, median %.1f s, longest %.1f s; ", name, NR, s[int((NR + 1) / 2)], s[NR] }'
done
[ ! -e output.logs ] || echo "$(wc -l < output.logs) lines of logs -f"`;

/** Until each loop has ended another round. */
async function waitForRound(guest: Guest): Promise<void> {
  const sizes = 'stat -c %s rounds.run rounds.exec rounds.build 2>/dev/null';
  await guest.output(
    `cd ~alice/load
before=($(${sizes}))
for try in $(seq 240); do
  [ -e failures ] && exit 0
  now=($(${sizes}))
  grown=0
  for i in 0 1 2; do
    ((\${now[i]:-0} > \${before[i]:-0})) && grown=$((grown + 1))
  done
  [ $grown = 3 ] && exit 0
  sleep 0.5
done
echo 'a loop of the load stands still:'; tail -n 3 log rounds.*; exit 1`,
    { timeoutMs: 300_000 },
  );
}
