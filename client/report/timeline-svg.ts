import type { PhaseSpan } from '../../workflows/contract';
import { formatDuration } from '../input/duration';
import type { Html } from './html';
import { html } from './html';

const WIDTH = 720;
const ROW = 26;
const LABELS = 190;
/** Of a phase that took no time to speak of. */
const LEAST_BAR = 2;

const DETOURS: readonly string[] = ['settling', 'rolling-back', 'parked'];

/** The phases as bars, each where it was in time; everything in it stands in the table beside it, too. */
export function timelineSvg(timeline: readonly PhaseSpan[]): Html {
  const from = timeline[0]?.from ?? 0;
  const total = Math.max(1, (timeline.at(-1)?.to ?? 0) - from);
  const height = timeline.length * ROW + 4;
  const x = (at: number): number => LABELS + ((at - from) / total) * (WIDTH - LABELS - 4);
  const told = timeline.map(({ phase, from: begun, to }) => `${phase} ${formatDuration(to - begun)}`).join(', ');
  return html`<svg
    role="img"
    aria-labelledby="timeline-title"
    viewBox="0 0 ${WIDTH} ${height}"
    xmlns="http://www.w3.org/2000/svg"
  >
    <title id="timeline-title">Where the time went: ${told}; ${formatDuration(total)} in all</title>
    ${timeline.map(({ phase, from: begun, to }, at) => {
      const y = at * ROW + 2;
      const width = Math.max(LEAST_BAR, x(to) - x(begun));
      const kind = DETOURS.includes(phase) ? 'detour' : 'way';
      return html`<text x="0" y="${y + 17}">${phase}</text
        ><text class="took" x="${LABELS - 10}" y="${y + 17}">${formatDuration(to - begun)}</text
        ><rect
          class="${kind}"
          x="${x(begun).toFixed(1)}"
          y="${y + 4}"
          width="${width.toFixed(1)}"
          height="${ROW - 8}"
          rx="2"
        />`;
    })}
  </svg>`;
}
