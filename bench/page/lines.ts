import type { LineChart } from '../figures';
import { numberText, withUnit } from '../format';
import { colourOf, legend, line, picture, powers, round, text, ticks, WIDTH } from './svg';

const HEIGHT = 360;
const LEFT = 90;
const RIGHT = 40;
const BOTTOM = 60;

interface Axis {
  readonly marks: readonly number[];
  /** From 0 to 1. */
  readonly place: (value: number) => number;
}

/** Lines over a number, both linear or logarithmic. */
export function drawLines({ title, x, y, series, limit }: LineChart): string {
  const top = series.length > 1 ? 84 : 64;
  const points = series.flatMap((one) => one.points);
  const across = axisOf(
    points.map(([value]) => value),
    x.logarithmic === true,
  );
  const upwards = axisOf(
    [...points.map(([, value]) => value), ...(limit === undefined ? [] : [limit])],
    y.logarithmic === true,
  );
  const px = (value: number): number => LEFT + across.place(value) * (WIDTH - LEFT - RIGHT);
  const py = (value: number): number => HEIGHT - BOTTOM - upwards.place(value) * (HEIGHT - BOTTOM - top);
  return picture(title, HEIGHT, [
    ...(series.length > 1
      ? legend(
          series.map(({ label }) => label),
          50,
        )
      : []),
    text(20, top - 14, y.title, 'quiet'),
    ...upwards.marks.flatMap((mark) => [
      line(LEFT, py(mark), WIDTH - RIGHT, py(mark), 'grid'),
      text(LEFT - 10, py(mark) + 4, withUnit(mark, y.unit), 'quiet', 'end'),
    ]),
    ...across.marks.map((mark) => text(px(mark), HEIGHT - BOTTOM + 20, numberText(mark), 'quiet', 'middle')),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, x.title, 'quiet', 'middle'),
    ...(limit === undefined
      ? []
      : [
          line(LEFT, py(limit), WIDTH - RIGHT, py(limit), 'limit'),
          text(WIDTH - RIGHT, py(limit) - 6, `at most ${withUnit(limit, y.unit)}`, 'quiet', 'end'),
        ]),
    ...series.flatMap((one, at) => [
      `<polyline class="line${colourOf(at)}" fill="none" stroke-width="2" points="${one.points.map(([px0, py0]) => `${round(px(px0))},${round(py(py0))}`).join(' ')}"/>`,
      ...one.points.map(
        ([px0, py0]) => `<circle class="fill${colourOf(at)}" cx="${round(px(px0))}" cy="${round(py(py0))}" r="4"/>`,
      ),
    ]),
  ]);
}

function axisOf(values: readonly number[], logarithmic: boolean): Axis {
  if (!logarithmic) {
    const marks = ticks(Math.max(...values));
    const end = marks.at(-1) ?? 1;
    return { marks, place: (value) => value / end };
  }
  const positive = values.filter((value) => value > 0);
  const marks = powers(Math.min(...positive), Math.max(...positive));
  const [from, to] = [Math.log10(marks[0] ?? 1), Math.log10(marks.at(-1) ?? 10)];
  return { marks, place: (value) => (Math.log10(Math.max(value, 10 ** from)) - from) / (to - from) };
}
