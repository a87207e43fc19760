import { clean } from './clean';
import { fold } from './fold';

const LABEL_WIDTH = 9;
/** With less room than this beside the labels, texts stand below them. */
const LEAST_BESIDE = 24;

/** `  label     text`, as many lines as it takes; a text without a label goes on from the row before. */
export function labelled(label: string, text: string, columns: number | undefined): string {
  const indent = ' '.repeat(LABEL_WIDTH + 3);
  const lines =
    columns !== undefined && columns - indent.length <= LEAST_BESIDE
      ? [...(label === '' ? [] : [`  ${label}`]), ...fold(`    ${clean(text)}`, columns, '    ')]
      : fold(`  ${label.padEnd(LABEL_WIDTH)} ${clean(text)}`, columns, indent);
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** A whole command line and what it does: the command is never broken, for it is copied. */
export function commandRow(command: string, does: string, columns: number | undefined): string {
  const line = `${' '.repeat(LABEL_WIDTH + 3)}${clean(command)} # ${clean(does)}`;
  if (columns === undefined || line.length < columns) return `${line}\n`;
  return [...fold(`    # ${clean(does)}`, columns, '    # '), `    ${clean(command)}`]
    .map((one) => `${one}\n`)
    .join('');
}
