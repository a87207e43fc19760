/**
 * A text on lines that fit a terminal, with line breaks only where there is a space: what is copied (a link, an image, a
 * command without its spaces) stays whole, also where it is longer than the line.
 *
 * @param columns of the terminal, of which the last stays free; undefined where lines may be of any length
 * @param hang before each line but the first
 */
export function fold(text: string, columns: number | undefined, hang = ''): string[] {
  if (columns === undefined) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.trimStart().split(' ')) {
    if (line !== '' && line.length + word.length + 1 >= columns) {
      lines.push(line);
      line = hang + word;
    } else line = line === '' ? `${/^ */.exec(text)?.[0] ?? ''}${word}` : `${line} ${word}`;
  }
  return [...lines, line];
}
