import { HELP, optionsOf } from './options';
import { run } from './run';

/** `npm run explore`: exit code 0 without a counter-example, 1 with one, 2 for bad options. */
function main(): void {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  try {
    const options = optionsOf(process.argv.slice(2));
    if (options.help) say(HELP);
    else process.exitCode = run(options, say);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
}

main();
