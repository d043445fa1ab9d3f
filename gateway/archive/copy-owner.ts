import type { EngineFacts, ContainerFacts } from '../engine-api/engine-facts.ts';
import { ResponseReplacedError } from '../http/exchange.ts';

const maxPasswdBytes = 4 * 1024 * 1024;
/** The engine's search path for programs. */
const searched = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * The owner of copied files with `copyUIDGID` (`docker cp -a`): the container's user, as the engine would
 * resolve it; null without one. The engine itself must not look it up: for a user whose name is not in
 * /etc/passwd it runs the container's own `getent`, as the machine's root (A2). Throws ResponseReplacedError
 * with the engine's error text where there is no such user, EngineUnreachable.
 */
export async function copyOwner(
  container: ContainerFacts,
  facts: EngineFacts,
): Promise<{ uid: number; gid: number } | null> {
  const { user, id } = container;
  if (user === '') return null;
  const passwd = await facts.containerFile(id, '/etc/passwd', maxPasswdBytes);
  const entries = (passwd?.toString('utf8') ?? '').split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name !== undefined && name !== '' && isId(uid) && isId(gid)
      ? [{ name, uid: Number(uid), gid: Number(gid) }]
      : [];
  });
  const byName = entries.find(({ name }) => name === user);
  if (byName !== undefined) return byName;
  const present = await Promise.all(
    searched.map((directory) => facts.containerHas(id, `${directory}/getent`)),
  );
  if (!present.includes(true))
    throw new ResponseReplacedError(
      500,
      'unable to find getent command: exec: "getent": executable file not found in $PATH',
    );
  const byNumber = isId(user) ? entries.find(({ uid }) => uid === Number(user)) : undefined;
  if (byNumber !== undefined) return byNumber;
  throw new ResponseReplacedError(500, `getent unable to find entry "${user}" in passwd database`);
}

const isId = (text: string | undefined): text is string =>
  text !== undefined && /^[0-9]{1,10}$/.test(text) && Number(text) < 4_294_967_295;
