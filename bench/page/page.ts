import type { Chart, Figures, Target } from '../figures';
import { isMet } from '../figures';
import { measuredText, withUnit } from '../format';
import { figuresTable, markdownTable } from '../markdown-table';
import type { KeptSection, Measured, PerformanceFile } from '../performance-file';
import { drawBars } from './bars';
import { drawLines } from './lines';

/** A file of the documents and what is in it. */
export interface MadeFile {
  /** From the root. */
  readonly file: string;
  readonly content: string;
}

/** `docs/performance.md` and its charts, from the figures; nothing else goes into them. */
export function performancePage({ sections }: PerformanceFile): MadeFile[] {
  const shown = sections.flatMap(({ now, ...section }) => (now === null ? [] : [{ ...section, now }]));
  const charts = shown.flatMap(({ now }) => now.figures.charts);
  const lines = [
    '# Performance',
    '',
    ...INTRODUCTION,
    '',
    ...about(shown.map(({ now }) => now)),
    '',
    '## Targets',
    '',
    ...targetsTable(shown),
    ...shown.flatMap((section) => ['', ...sectionText(section)]),
  ];
  return [
    { file: 'docs/performance.md', content: `${lines.join('\n')}\n` },
    ...charts.map((chart) => ({ file: `docs/${imageOf(chart)}`, content: draw(chart) })),
  ];
}

/** Where the charts are, and how their names begin. */
export const IMAGES = 'images/performance-';

const imageOf = ({ name }: Chart): string => `${IMAGES}${name}.svg`;

const INTRODUCTION = [
  'What Drover costs, and how much time it loses, beside the classic script of 600 retries and the tools of today: measured by',
  '`npm run bench`, on the simulated Rancher on the real clock, through counting proxies. Nothing on this page is written by hand:',
  '`npm run bench:page` makes it from `docs/performance.json`, which `npm run bench` writes. A section that was not run again keeps its older',
  'figures, with their date and commit.',
];

type Shown = Omit<KeptSection, 'now'> & { readonly now: Measured };

function draw(chart: Chart): string {
  switch (chart.kind) {
    case 'bars':
      return drawBars(chart);
    case 'lines':
      return drawLines(chart);
    default: {
      const unexpected: never = chart;
      return unexpected;
    }
  }
}

/** Machine and versions, as they were for the newest figures; the sections have commits and times of their own. */
function about(all: readonly Measured[]): string[] {
  const sorted = all.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
  const [oldest, newest] = [sorted[0], sorted.at(-1)];
  if (oldest === undefined || newest === undefined) return ['Nothing was measured yet.'];
  const versions = Object.assign({}, ...all.map((measured) => measured.versions), newest.versions) as Record<
    string,
    string
  >;
  return markdownTable(
    [
      { title: '', right: false },
      { title: '', right: false },
    ],
    [
      ['Machine', machineText(newest)],
      ['System', newest.machine.system],
      ['Drover', [...new Set(sorted.map(({ commit }) => `\`${commit}\``))].join(', ')],
      ...Object.entries(versions).map(([name, version]) => [name, version]),
      ['Measured', oldest === newest ? dateOf(newest) : `${dateOf(oldest)} to ${dateOf(newest)}`],
    ],
  );
}

const machineText = ({ machine: { cpu, cores, memoryMegabytes } }: Measured): string =>
  `${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}, ${(memoryMegabytes / 1000).toFixed(1)} GB`;

const dateOf = ({ at }: Measured): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;

function targetsTable(shown: readonly Shown[]): string[] {
  const rows = shown.flatMap(({ title, now }) => now.figures.targets.map((target) => [title, ...targetRow(target)]));
  return markdownTable(
    ['', '', 'At most', 'Measured', ''].map((title, at) => ({ title, right: at === 2 || at === 3 })),
    rows,
  );
}

const targetRow = (target: Target): string[] => [
  target.what,
  withUnit(target.limit, target.unit),
  measuredText(target),
  isMet(target) ? 'met' : '**missed**',
];

function sectionText({ title, about: sentence, now, before }: Shown): string[] {
  const { figures } = now;
  return [
    `## ${title}`,
    '',
    sentence,
    '',
    `Measured ${dateOf(now)} at commit \`${now.commit}\` on ${machineText(now)}, in ${now.seconds} s:`,
    '',
    '```sh',
    now.command,
    '```',
    ...figures.charts.flatMap((chart) => ['', `![${chart.title}](${imageOf(chart)})`]),
    ...tablesText(figures),
    ...figures.notes.flatMap((note) => ['', note]),
    ...(before === null
      ? []
      : [
          '',
          `### Before: ${title}`,
          '',
          `At commit \`${before.commit}\`, ${dateOf(before)}:`,
          ...tablesText(before.figures),
        ]),
  ];
}

const tablesText = ({ tables }: Figures): string[] =>
  tables.flatMap((table) => [
    '',
    `**${table.title}**`,
    '',
    ...figuresTable(table),
    ...(table.notes ?? []).flatMap((note) => ['', note]),
  ]);
