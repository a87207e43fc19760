/**
 * A text on lines of at most so many characters, with line breaks only where there is a space: what is copied (a link, an image, a
 * command without its spaces) stays whole, also where it is longer than the line.
 *
 * @param width undefined where the lines may be of any length
 * @param hang before each line but the first
 */
export function fold(text: string, width: number | undefined, hang = ''): string[] {
  if (width === undefined) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.trimStart().split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = hang + word;
    } else line = line === '' ? `${/^ */.exec(text)?.[0] ?? ''}${word}` : `${line} ${word}`;
  }
  return [...lines, line];
}
