/** The code of a system error ("EACCES"), '' for other errors. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What a system error says ("ENOENT: no such file or directory"), without the call and its paths. */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const at = 'syscall' in error ? error.message.indexOf(`, ${String(error.syscall)}`) : -1;
  return at < 0 ? error.message : error.message.slice(0, at);
}
