import type { BarChart } from '../figures';
import { numberText, withUnit } from '../format';
import { colourOf, legend, line, picture, round, text, ticks, WIDTH, widthOf } from './svg';

const BAR_HEIGHT = 22;
const ROW_HEIGHT = 34;
const RIGHT = 80;
/** Between the parts of a bar. */
const GAP = 2;

/** Bars from left to right, each of its parts, with the total behind it. */
export function drawBars({ title, unit, parts, bars, limit }: BarChart): string {
  const top = parts.length > 1 ? 66 : 44;
  const bottom = top + bars.length * ROW_HEIGHT;
  const left = 20 + Math.max(...bars.map(({ label }) => widthOf(label))) + 12;
  const sums = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const scale = ticks(Math.max(...sums, limit ?? 0));
  const x = (value: number): number => left + (value / (scale.at(-1) ?? 1)) * (WIDTH - RIGHT - left);
  return picture(title, bottom + 34, [
    ...(parts.length > 1 ? legend(parts, 50) : []),
    ...scale.flatMap((tick) => [
      line(x(tick), top, x(tick), bottom, 'grid'),
      text(x(tick), bottom + 18, withUnit(tick, unit), 'quiet', 'middle'),
    ]),
    ...bars.flatMap(({ label, values, total }, row) => {
      const y = top + row * ROW_HEIGHT + (ROW_HEIGHT - BAR_HEIGHT) / 2;
      let sum = 0;
      const drawn = values.map((value, at) => {
        const [from, to] = [x(sum), x((sum += value))];
        const width = Math.max(0, to - from - (at < values.length - 1 && value > 0 ? GAP : 0));
        return `<rect class="fill${colourOf(at)}" x="${round(from)}" y="${round(y)}" width="${round(width)}" height="${BAR_HEIGHT}" rx="2"/>`;
      });
      return [
        text(left - 12, y + 15, label, '', 'end'),
        ...drawn,
        text(x(sum) + 8, y + 15, sum === 0 ? '–' : numberText(total ?? sum)),
      ];
    }),
    ...(limit === undefined
      ? []
      : [
          line(x(limit), top - 4, x(limit), bottom, 'limit'),
          text(x(limit), top - 8, `at most ${withUnit(limit, unit)}`, 'quiet', 'middle'),
        ]),
  ]);
}
