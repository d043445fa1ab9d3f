import { AgentEnded, type Agent } from './agent.ts';
import { AttemptBlocked } from './evidence.ts';
import { S_IFBLK, u32, u64 } from './linux.ts';

const FUSE_LOOKUP = 1,
  FUSE_FORGET = 2,
  FUSE_GETATTR = 3,
  FUSE_INIT = 26,
  FUSE_INTERRUPT = 36,
  FUSE_BATCH_FORGET = 42;
const ENOSYS = 38;

/** `fuse_attr` of an inode. */
const attributes = (inode: number, mode: number, device: number) =>
  Buffer.concat([u64(inode, 0, 0, 0, 0, 0), u32(0, 0, 0), u32(mode, 1, 0, 0, device, 4096, 0)]);

/**
 * Serves a FUSE file system in which every name is a block node of `device`, open to all, until the process
 * or the connection ends. Resolves then.
 */
export async function serveNode(agent: Agent, connection: number, device: number): Promise<void> {
  const answer = (unique: Buffer, error: number, body: Buffer) => {
    const reply = Buffer.concat([u32(16 + body.length, -error), unique, body]);
    return agent.call('write', connection, reply, reply.length);
  };
  try {
    for (;;) {
      const { value, memory } = await agent.filled('read', connection, Buffer.alloc(9000), 9000);
      const request = memory[0]?.subarray(0, value) ?? Buffer.alloc(0);
      const [operation, unique] = [request.readUInt32LE(4), request.subarray(8, 16)];
      if (operation === FUSE_INIT)
        await answer(unique, 0, Buffer.concat([u32(7, 31, 4096), Buffer.alloc(52)]));
      else if (operation === FUSE_LOOKUP)
        await answer(
          unique,
          0,
          Buffer.concat([u64(2, 0, 60, 60), u32(0, 0), attributes(2, S_IFBLK | 0o666, device)]),
        );
      else if (operation === FUSE_GETATTR)
        await answer(unique, 0, Buffer.concat([u64(60), u32(0, 0), attributes(1, 0o40755, 0)]));
      else if (![FUSE_FORGET, FUSE_INTERRUPT, FUSE_BATCH_FORGET].includes(operation))
        await answer(unique, ENOSYS, Buffer.alloc(0));
    }
  } catch (error) {
    if (!(error instanceof AttemptBlocked || error instanceof AgentEnded)) throw error;
  }
}
