import type Dockerode from 'dockerode';

/** Commits what was written inside an old container to the image `to`, `repository:tag`. */
export async function commitOld(
  engine: Dockerode,
  {
    id,
    name,
    to,
    isUp,
  }: { readonly id: string; readonly name: string; readonly to: string; readonly isUp: boolean },
): Promise<void> {
  const [repo = '', tag = ''] = to.split(':');
  await engine.getContainer(id).commit({
    repo,
    tag,
    pause: isUp,
    comment: `written inside ${name} before it was recreated under ECI`,
  });
}
