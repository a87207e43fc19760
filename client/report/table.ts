import type { Html } from './html';
import { html, NONE } from './html';

/** A column: its head, empty where the table has none, and what is in it. */
export interface Column {
  readonly head: string;
  /** `name`: what the row is about. `time` and `word` are not broken into lines. Default: a text. */
  readonly holds?: 'name' | 'time' | 'word';
  /** Where a row is too wide for the screen and its cells stand one after the other, the head is told before each: `From: …`. */
  readonly isTold?: boolean;
}

/** A table of a page, with a row for each of `rows`; its caption says what it shows, where no heading does. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly (Html | string)[])[],
  caption: string | null = null,
): Html {
  const heads = columns.map(({ head }) => html`<th scope="col">${head}</th>`);
  const body = rows.map(
    (cells) =>
      html`<tr>
        ${cells.map((cell, at) => cellOf(cell, columns[at]))}
      </tr>`,
  );
  return html`<table>
    ${
      caption === null
        ? NONE
        : html`<caption>
            ${caption}
          </caption>`
    }
    ${
      columns.every(({ head }) => head === '')
        ? NONE
        : html`<thead>
            <tr>
              ${heads}
            </tr>
          </thead>`
    }
    <tbody>
      ${body}
    </tbody>
  </table>`;
}

function cellOf(cell: Html | string, column: Column | undefined): Html {
  const holds = column?.holds;
  if (holds === 'name') return html`<th scope="row">${cell}</th>`;
  const kind = holds === undefined ? NONE : html` class="${holds}"`;
  const head = column?.isTold === true ? html` data-head="${column.head}"` : NONE;
  return html`<td${kind}${head}>${cell}</td>`;
}
