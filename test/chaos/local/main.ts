import { freshDist } from '../../support/fresh-dist';
import { prepareTools } from '../../support/prepare-tools';
import { MOMENTS } from './moments';
import type { Played, Victim } from './play-moment';
import { playMoment, VICTIMS } from './play-moment';

const AT_ONCE = 2;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * `drover upgrade --local`, killed with -9 at every moment of its life and run again: `node …/main.js [--only NUMBER,…]`, the numbers of
 * the moments as they are printed.
 */
async function main(): Promise<number> {
  // Everything that was started ends with this process.
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.once(signal, () => process.exit(code));
  await Promise.all([prepareTools(say), freshDist()]);
  const only = process.argv[2] === '--only' ? (process.argv[3] ?? '').split(',').map(Number) : null;
  const cases = MOMENTS.flatMap((moment, index) =>
    only === null || only.includes(index + 1) ? VICTIMS.map((victim) => ({ moment, victim, number: index + 1 })) : [],
  );
  const began = Date.now();
  const all: Played[] = [];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = cases.shift(); next !== undefined; next = cases.shift()) {
        const played = await playMoment(next.moment, next.victim).catch((error: unknown) => broken(next, error));
        all.push(played);
        const isFine = played.wrong.length === 0;
        say(`${isFine ? 'ok ' : 'BAD'} ${String(next.number).padStart(2)}. ${played.moment}: ${played.victim} killed`);
        for (const text of played.wrong) say(`      ${text}`);
        if (!isFine) say(played.said.replaceAll(/^/gm, '      | '));
      }
    }),
  );
  const failed = all.filter(({ wrong }) => wrong.length > 0).length;
  const ready = all.flatMap(({ readyMillis }) => readyMillis ?? []).sort((a, b) => a - b);
  say(
    `server and worker were ready after ${inSeconds(ready[0])} to ${inSeconds(ready.at(-1))} (median ${inSeconds(ready[Math.floor(ready.length / 2)])}), on a folder with state, ${String(AT_ONCE)} at a time`,
  );
  say(
    `${String(MOMENTS.length)} moments, each with ${VICTIMS.join(', ')} killed; ${String(Math.round((Date.now() - began) / 1000))} s`,
  );
  say(`${String(all.length - failed)} passed, ${String(failed)} failed`);
  return failed === 0 ? 0 : 1;
}

function inSeconds(millis: number | undefined): string {
  return millis === undefined ? 'unknown' : `${(millis / 1000).toFixed(1)} s`;
}

function broken({ moment, victim }: { moment: (typeof MOMENTS)[number]; victim: Victim }, error: unknown): Played {
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { moment: moment.name, victim, wrong: [why], readyMillis: null, said: '' };
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`chaos:local: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
