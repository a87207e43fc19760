import { exitCodeOf } from '../../../decision/verdict';
import { InvalidInputError } from '../../errors/invalid-input-error';
import type { Problem } from '../../errors/invalid-input-error';
import { unknownRelease } from '../../refusals';
import { shownPlace } from '../../input/shown';
import { columnsOf } from '../../render/columns-of';
import type { Command } from '../command';
import { withClient } from '../open-client';
import { TEMPORAL_OPTIONS } from '../option-spec';
import { readDuration } from '../read-upgrade';
import { ReleaseRenderer, releasesText, releaseText } from '../show-release';

/** How many are listed. */
const LIMIT = 20;

/** `drover releases`. */
export const releases: Command = {
  name: 'releases',
  usage: '[RELEASE [--watch]]',
  description: [
    'Shows where a release and each of its services is, or how it ended; without one, the releases that run, then the last',
    "that ended. Without --watch the exit code says whether there was an answer; with it, it is the verdict's.",
  ],
  options: [
    { name: 'watch', kind: 'flag', help: 'follow it to the verdict' },
    { name: 'running', kind: 'flag', help: 'list only those that run' },
    { name: 'follow-timeout', kind: 'one', value: 'DURATION', help: 'the longest this command watches; default 24h' },
    ...TEMPORAL_OPTIONS,
  ],
  examples: [
    ['releases', ''],
    ['releases r0123456789ab', 'where it is'],
    ['releases r0123456789ab --watch', 'as "drover release" shows it'],
  ],
  success: 'there is an answer; with --watch, the release ended well',
  verdicts: [
    'succeeded',
    'failed',
    'invalid',
    'rolled-back',
    'needs-attention',
    'detached',
    'cancelled',
    'refused',
    'unreachable',
    'interfered',
  ],
  async run(args, io) {
    const problems: Problem[] = [];
    const limitMillis = readDuration(args, 'follow-timeout', problems);
    const [releaseId, surplus] = args.positionals;
    if (surplus !== undefined)
      problems.push({ where: shownPlace(surplus), text: 'one argument too many', fix: 'name one release' });
    if (args.flags.has('watch') && releaseId === undefined)
      problems.push({ where: '--watch', text: 'no release is named', fix: 'write drover releases RELEASE --watch' });
    if (problems.length > 0) throw new InvalidInputError(problems);
    const json = args.flags.has('json');
    return withClient(args, io, async (client) => {
      if (releaseId === undefined) {
        io.out.write(releasesText(await client.releases(LIMIT, args.flags.has('running')), json, columnsOf(io.out)));
        return 0;
      }
      const handle = await client.getRelease(releaseId);
      if (handle === null) throw unknownRelease(releaseId);
      if (!args.flags.has('watch')) {
        io.out.write(releaseText(handle.summary, await handle.progress(), json, Date.now()));
        return 0;
      }
      const renderer = new ReleaseRenderer((text) => void io.out.write(text), json, handle.id);
      renderer.begin(handle);
      const limit = limitMillis === undefined ? {} : { limitMillis };
      const events = handle.follow({ signal: io.signal, watchOn: true, ...limit });
      for (;;) {
        const next = await events.next();
        if (next.done === true) return exitCodeOf(next.value.verdict);
        renderer.render(next.value);
      }
    });
  },
};
