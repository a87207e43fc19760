/** The colours that `client/render/style.ts` uses, and how a terminal with a dark background shows them. */
const STYLES: Readonly<Record<string, string>> = {
  1: 'font-weight:bold',
  2: 'opacity:.6',
  31: 'color:#ff7b72',
  32: 'color:#7ee787',
  33: 'color:#e3b341',
};

/** What a command printed, as the page of a small terminal. */
export function terminalPage(command: string, output: string): string {
  return `<!doctype html><meta charset="utf-8"><style>
    body { margin: 0; display: inline-block; background: #0d1117; color: #e6edf3; }
    pre { margin: 0; padding: 14px 18px; font: 13px/1.45 'DejaVu Sans Mono', monospace; white-space: pre-wrap; max-width: 1260px; overflow-wrap: anywhere; }
    b { color: #79c0ff; font-weight: normal; }
  </style><pre><b>$ ${escaped(command)}</b>\n${painted(output)}</pre>`;
}

function painted(text: string): string {
  let open = 0;
  const spans = escaped(text).replaceAll(
    new RegExp(`${String.fromCharCode(27)}\\[(\\d+)m`, 'g'),
    (_all, code: string) => {
      const style = STYLES[code];
      if (style !== undefined) {
        open += 1;
        return `<span style="${style}">`;
      }
      if (open === 0) return '';
      open -= 1;
      return '</span>';
    },
  );
  return spans + '</span>'.repeat(open);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
