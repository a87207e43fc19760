import type { Command } from '../../client/cli/command';
import { COMMANDS } from '../../client/cli/command-table';
import { commandHelp } from '../../client/cli/help';

/** Every command, in the order of the help, as `drover COMMAND --help` shows it: `docs/commands.md`. */
export async function commandReference(): Promise<readonly string[]> {
  const entries = Object.entries<{ summary: string; load: () => Promise<Command> }>(COMMANDS);
  const loaded = await Promise.all(
    entries.map(async ([name, { summary, load }]) => ({ name, summary, help: commandHelp(await load()) })),
  );
  return loaded.flatMap(({ name, summary, help }) => [
    `## drover ${name}`,
    '',
    `${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`,
    '',
    '```text',
    ...help.trimEnd().split('\n'),
    '```',
    '',
  ]);
}
