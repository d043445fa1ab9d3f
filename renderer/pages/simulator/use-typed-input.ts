import { useState } from 'react';
import { useStore } from '../../state/context.tsx';
import { useRoute } from '../../state/router.ts';
import type { AppStore } from '../../state/snapshot.ts';
import type { AppError } from '../../../shared/result.ts';
import { emptyInput, readInput, type TypedInput } from './input.ts';

/** The input is kept while another page is open. */
const storedInputs = new WeakMap<AppStore, TypedInput>();

/** The input: typed, opened from a file, or from a link to the page. */
export function useTypedInput() {
  const store = useStore();
  const { params } = useRoute();
  const linkedCommand = params['command'];
  const [input, setState] = useState<TypedInput>(() =>
    linkedCommand === undefined || linkedCommand === ''
      ? (storedInputs.get(store) ?? emptyInput)
      : readInput(linkedCommand, null),
  );
  const [from, setFrom] = useState(linkedCommand);
  const [openError, setOpenError] = useState<AppError | null>(null);
  const [typing, setTyping] = useState(false);
  const setInput = (next: TypedInput, typed = false) => {
    storedInputs.set(store, next);
    setState(next);
    setTyping(typed);
    setOpenError(null);
  };
  // Another link to this page has another command.
  if (linkedCommand !== from) {
    setFrom(linkedCommand);
    if (linkedCommand !== undefined && linkedCommand !== '') setInput(readInput(linkedCommand, null));
  }
  const open = async () => {
    const picked = await store.request('simulate:open-compose', undefined);
    if (!picked.ok) setOpenError(picked.error);
    else if (picked.value !== null)
      setInput({ kind: 'compose', text: picked.value.text, file: picked.value.path });
  };
  return { input, setInput, typing, openError, open };
}

/** What `useTypedInput` returns. */
export type InputState = ReturnType<typeof useTypedInput>;
