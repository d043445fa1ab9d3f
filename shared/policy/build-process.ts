import { giveBuildToken } from '../isolation/build-token.ts';
import { messageOf, textsOf, type FieldValue, type Message } from './protobuf.ts';

/**
 * The `ExecMessage` with the build's token in the environment of the process that it starts; unchanged if it
 * starts none.
 */
export function withBuildToken(message: Message, token: string): Message {
  const init = messageOf(message, 'Init');
  const meta = messageOf(init, 'Meta');
  if (init === null || meta === null) return message;
  const marked = withField(meta, 'env', giveBuildToken(textsOf(meta, 'env'), token));
  return withField(message, 'Init', [withField(init, 'Meta', [marked])]);
}

function withField(message: Message, field: string, values: readonly FieldValue[]): Message {
  return { shape: message.shape, values: new Map([...message.values, [field, values]]) };
}
