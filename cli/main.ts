import { CommanderError } from 'commander';
import { message } from '../shared/messages/message.ts';
import { fail } from '../shared/result.ts';
import { separateDockerCommand } from './explain-arguments.ts';
import { parseErrorOf, parseErrorText } from './help.ts';
import { languageOf, setLocale } from './language.ts';
import { checkExitCodes, endWithReader, exitCodes, printError, progress } from './output.ts';
import { buildProgram } from './program.ts';
import { write } from './standard-streams.ts';
import { isCheck } from './status-check-arguments.ts';
import { about, text } from './text.ts';

/**
 * Runs one command line (without node and script name) and sets the exit code. Only defects and usage errors
 * are handled here; commands print their own errors.
 */
export async function main(args: readonly string[]): Promise<void> {
  await setLocale(languageOf(args, process.env));
  try {
    const program = await buildProgram(args);
    await program.parseAsync(separateDockerCommand(args, program), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // commander has printed help or version, which are not failures.
      const parseError = parseErrorText(error);
      if (parseError !== null && isJson(args)) printError(parseErrorOf(error), { json: true });
      else if (parseError !== null && isCheck(args))
        write('stdout', `${about(text('cli-status.check-unknown'), parseError)}\n`);
      else if (parseError !== null) progress(parseError);
      process.exitCode =
        error.exitCode === 0 ? exitCodes.ok : isCheck(args) ? checkExitCodes.unknown : exitCodes.usage;
      return;
    }
    printError(
      fail('internal', message('cli-output.defect'), {
        reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
        hint: message('cli-output.report-defect'),
      }).error,
      { check: isCheck(args) },
    );
    if (isCheck(args)) process.exitCode = checkExitCodes.unknown;
  }
}

/** Whether a command line that could not be parsed requests JSON; what follows `--` is docker's. */
const isJson = (args: readonly string[]): boolean =>
  args.slice(0, args.includes('--') ? args.indexOf('--') : undefined).includes('--json');

endWithReader();

void main(process.argv.slice(2));
