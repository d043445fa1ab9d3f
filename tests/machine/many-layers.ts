import { expect } from 'vitest';
import type { Guest } from './guest.ts';

/**
 * An image in `docker save`'s format over `busybox.tar`: each further layer adds a file and changes the first
 * layer's.
 */
const loadImage = (layers: number): string => `set -e
image=$(mktemp -d)
cd "$image"
ln -s /usr/local/share/busybox.tar 0.tar
mkdir -p content/layers
files=0.tar
digests=$(sha256sum < 0.tar | cut -d ' ' -f 1)
for i in $(seq ${layers - 1}); do
  rm -f content/layers/*
  echo $i | tee content/layers/$i > content/newest
  tar -C content -cf $i.tar .
  files="$files $i.tar"
  digests="$digests $(sha256sum < $i.tar | cut -d ' ' -f 1)"
done
list() { printf '"%s",' "$@" | sed 's/,$//'; }
cat > config.json <<END
{"architecture":"amd64","os":"linux","config":{"Cmd":["sh"],"Env":["PATH=/bin"]},
"rootfs":{"type":"layers","diff_ids":[$(list $(printf 'sha256:%s ' $digests))]}}
END
cat > manifest.json <<END
[{"Config":"config.json","RepoTags":["layers:${layers}"],"Layers":[$(list $files)]}]
END
tar -chf - manifest.json config.json $files | docker load -q
rm -r "$image"`;

/** An isolated container over that many layers sees each of them, and changes none. */
export async function expectIsolatedOverLayers(guest: Guest, layers: number): Promise<void> {
  await guest.output(loadImage(layers), { timeoutMs: 600_000 });
  const script =
    'cat /proc/self/uid_map; ls /layers | wc -l; cat /newest; stat -c %u:%g /newest; ' +
    'echo changed > /newest && rm /layers/1 && ls /layers | wc -l; cat /newest';
  const printed = await guest.output(`docker run --rm layers:${layers} sh -c '${script}'`, { user: 'alice' });
  const [map = '', ...rest] = printed.split('\n');
  expect(map.trim()).toMatch(/^0 +\d{6,} +65536$/);
  const last = layers - 1;
  expect(rest).toEqual([String(last), String(last), '0:0', String(last - 1), 'changed']);
  expect(await guest.output(`docker run --rm layers:${layers} cat /newest`)).toBe(String(last));
}
